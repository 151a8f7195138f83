package io.ferrule.sys;

import io.ferrule.bindings.libc.LibC;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * A file descriptor of this process. One that is owned is closed by {@link #close()}, once; one that is borrowed is somebody else's to close,
 * and closing it here only ends its use through this object. After that, {@link #number()} throws, so that a number which the kernel has
 * handed out anew is never used by mistake.
 *
 * <p>Any thread may use and close it. Who closes a descriptor while another thread's call on it is under way gets what the kernel does.
 */
public final class Fd extends Descriptor implements AutoCloseable {
    /** As in {@code fcntl.h}. Not from LibC: where native access is forbidden, that class fails to load before {@link #open} can say why. */
    private static final int AT_FDCWD = -100;

    /** The directory that relative paths start from: {@code AT_FDCWD}. */
    public static final Fd CWD = new Fd(AT_FDCWD, false);

    private static final int CLOSED = Integer.MIN_VALUE;

    /** Of {@code lseek(2)}, as in {@code linux/fs.h}: the same on every architecture. */
    private static final int SEEK_DATA = 3;

    private static final int SEEK_HOLE = 4;
    private static final VarHandle NUMBER;

    static {
        try {
            NUMBER = MethodHandles.lookup().findVarHandle(Fd.class, "number", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final boolean owned;

    @SuppressWarnings({"FieldMayBeFinal", "UnusedVariable"}) // through NUMBER
    private int number;

    private Fd(int number, boolean owned) {
        super(false);
        this.number = number;
        this.owned = owned;
    }

    /**
     * Takes over a descriptor: {@link #close()} closes it.
     *
     * @param number as the kernel returned it, 0 or more
     */
    public static Fd own(int number) {
        return new Fd(checked(number), true);
    }

    /**
     * Uses a descriptor that somebody else closes.
     *
     * @param number as the kernel returned it, 0 or more
     */
    public static Fd borrow(int number) {
        return new Fd(checked(number), false);
    }

    /**
     * Opens a file, with {@code O_CLOEXEC}.
     *
     * @param flags {@code O_RDONLY} and its like, from {@link LibC}; those that differ between architectures ({@code O_DIRECT}) from {@link Abi}
     * @param mode permission bits of a file that is created, such as 0644 (octal); 0 where none is
     * @throws IOException as {@code open(2)}: NoSuchFileException, FileAlreadyExistsException, AccessDeniedException, {@link ErrnoException}
     */
    public static Fd open(Path path, int flags, int mode) throws IOException {
        NativeLibrary.load();
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = PathBytes.of(path);
            MemorySegment name = arena.allocate(bytes.length + 1L); // zeros
            MemorySegment.copy(bytes, 0, name, ValueLayout.JAVA_BYTE, 0, bytes.length);
            int fd = SystemCall.invoke(
                    SystemCall.OPENAT, AT_FDCWD, name.address(), flags | LibC.O_CLOEXEC(), mode, 0, 0);
            if (fd < 0) {
                throw ErrnoException.forPath(fd, "open", path.toString());
            }
            return own(fd);
        }
    }

    /**
     * Reads into a buffer, as {@code read(2)}: blocks unless the descriptor is non-blocking. Allocates nothing.
     *
     * @param buffer native memory; its size is how many bytes are asked for
     * @return bytes read, 0 at the end, or a negative errno: -EAGAIN where a non-blocking descriptor has nothing yet
     */
    public int read(MemorySegment buffer) {
        return SystemCall.invoke(
                SystemCall.READ, number(), NativeMemory.writable(buffer), NativeMemory.transferLength(buffer));
    }

    /**
     * Writes a buffer, as {@code write(2)}: blocks unless the descriptor is non-blocking. Allocates nothing.
     *
     * @param buffer native memory
     * @return bytes written, which may be fewer than there are, or a negative errno: -EAGAIN where a non-blocking descriptor takes none now
     */
    public int write(MemorySegment buffer) {
        return SystemCall.invoke(
                SystemCall.WRITE, number(), NativeMemory.readable(buffer), NativeMemory.transferLength(buffer));
    }

    /**
     * Where the next data of a sparse file starts: {@code lseek(2)} with SEEK_DATA. A filesystem that knows of no holes takes the whole file for
     * data. Moves the file's own position.
     *
     * @param from where to look from, in bytes
     * @return {@code from} or later; -1 when only a hole follows, or nothing
     */
    public long nextData(long from) throws ErrnoException {
        return seek(from, SEEK_DATA);
    }

    /**
     * Where the next hole of a sparse file starts: {@code lseek(2)} with SEEK_HOLE. The end of the file counts as one. Moves the file's own
     * position.
     *
     * @param from where to look from, in bytes
     * @return {@code from} or later; -1 when that lies at or beyond the end
     */
    public long nextHole(long from) throws ErrnoException {
        return seek(from, SEEK_HOLE);
    }

    private long seek(long from, int whence) throws ErrnoException {
        long result = SystemCall.invokeLong(SystemCall.LSEEK, number(), from, whence);
        if (result == -Errno.ENXIO.number()) {
            return -1;
        }
        if (result < 0) {
            throw new ErrnoException((int) result, "lseek", toString(), null);
        }
        return result;
    }

    @Override
    public int number() {
        int fd = (int) NUMBER.getOpaque(this);
        if (fd == CLOSED) {
            throw new IllegalStateException("the file descriptor is closed");
        }
        return fd;
    }

    /**
     * Another descriptor for the same open file, closed on exec. Mirrors {@code fcntl(2)} with {@code F_DUPFD_CLOEXEC}.
     *
     * @return owned
     */
    public Fd duplicate() throws IOException {
        int result = SystemCall.invoke(SystemCall.FCNTL, number(), LibC.F_DUPFD_CLOEXEC(), 0);
        if (result < 0) {
            throw new ErrnoException(result, "fcntl", toString(), null);
        }
        return own(result);
    }

    /** Whether {@link #number()} may still be asked. */
    public boolean isOpen() {
        return (int) NUMBER.getOpaque(this) != CLOSED;
    }

    /**
     * Gives the descriptor away: this object is closed, the number is the caller's to close.
     *
     * @throws IllegalStateException when it is closed already
     */
    public int release() {
        int fd = (int) NUMBER.getAndSet(this, CLOSED);
        if (fd == CLOSED) {
            throw new IllegalStateException("the file descriptor is closed");
        }
        return fd;
    }

    /**
     * Closes the descriptor if it is owned. A second close does nothing.
     *
     * @throws IOException what the kernel reports late, such as EIO or ENOSPC of earlier writes; the descriptor is closed all the same
     */
    @Override
    public void close() throws IOException {
        if (this == CWD) {
            return;
        }
        int fd = (int) NUMBER.getAndSet(this, CLOSED);
        if (fd == CLOSED || !owned) {
            return;
        }
        int result = SystemCall.invoke(SystemCall.CLOSE, fd, 0, 0);
        // Linux closes the descriptor whatever it answers: after EINTR a second close could hit another thread's new
        // file.
        if (result < 0 && Errno.of(result) != Errno.EINTR) {
            throw new ErrnoException(result, "close", "fd " + fd, null);
        }
    }

    @Override
    public String toString() {
        int fd = (int) NUMBER.getOpaque(this);
        return fd == CLOSED ? "closed fd" : this == CWD ? "working directory" : "fd " + fd;
    }

    private static int checked(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("a file descriptor is 0 or more; " + number + " is "
                    + (number > -134 ? "an error: " + ErrnoException.describe(number) : "none"));
        }
        return number;
    }
}

package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.driver.OperationKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An open file. Offsets are in bytes from its start; {@link #HERE} (-1) is the file's own position, which then moves on.
 *
 * <p>{@code read} and {@code write} move what can be moved at once, which may be fewer bytes than asked; {@code readFully} and {@code writeFully}
 * move all, or fail.
 *
 * <p>A file opened with {@link FileOption#DIRECT} takes only what is aligned: see {@link #directAlignment}. What is not is refused with an
 * IllegalArgumentException, as far as the kernel tells what it wants; otherwise the kernel refuses it with EINVAL.
 */
public final class File extends Handle implements Source, Sink {
    /**
     * The file's own position, which moves on: for reading and writing it as a stream, one request after the other. A second one while the first is
     * in flight is refused, since nothing would say which of them comes first.
     */
    public static final long HERE = -1;

    private static final VarHandle AT_POSITION;

    static {
        try {
            AT_POSITION = MethodHandles.lookup().findVarHandle(File.class, "atPosition", Request.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Path path;
    private final @Nullable DirectAlignment alignment;
    private final int directAlignment;

    /** The request that has the file's own position. */
    @SuppressWarnings("UnusedVariable") // through AT_POSITION
    private @Nullable Request atPosition;

    /** A file that is not open for direct I/O. */
    File(Loop loop, int number, Path path) {
        this(loop, number, path, null, 1);
    }

    /**
     * A file open for direct I/O, most often.
     *
     * @param alignment what the kernel has told, or null
     * @param directAlignment what requests should keep to
     */
    File(Loop loop, int number, Path path, @Nullable DirectAlignment alignment, int directAlignment) {
        super(loop, number, true, directAlignment > 1);
        this.path = path;
        this.alignment = alignment;
        this.directAlignment = directAlignment;
    }

    /** The path it was opened with. */
    public Path path() {
        return path;
    }

    /**
     * What offsets, lengths and the addresses of buffers must be multiples of, in bytes: as the kernel tells it for this file (Linux 6.1), or else
     * the block size that its file system recommends. 1 for a file that was not opened with {@link FileOption#DIRECT}.
     *
     * @see Buffer#allocate(int, int)
     */
    public int directAlignment() {
        return directAlignment;
    }

    // ---- reading ----

    /** Reads into a buffer. Result: bytes read, 0 at the end of the file. Mirrors {@code pread(2)}. */
    public Transfer read(Buffer buffer, long offset) {
        return read(buffer, 0, buffer.size(), offset);
    }

    /**
     * Reads into a part of a buffer. Result: bytes read, 0 at the end of the file. Mirrors {@code pread(2)}.
     *
     * @param from first byte of the part
     * @param length of the part, in bytes
     * @param offset in the file
     */
    public Transfer read(Buffer buffer, int from, int length, long offset) {
        return describe(null, OperationKind.READ, buffer, from, length, offset);
    }

    /**
     * Fills a part of a buffer. Result: {@code length}.
     *
     * @see #read(Buffer, int, int, long)
     */
    public Transfer readFully(Buffer buffer, int from, int length, long offset) {
        return read(buffer, from, length, offset).whole();
    }

    /** Reads into several buffers, one after the other. Result: bytes read, 0 at the end of the file. Mirrors {@code preadv(2)}. */
    public Transfer read(Buffer[] buffers, long offset) {
        return vectored(OperationKind.READV, buffers, offset);
    }

    /** Fills several buffers, one after the other. Result: their size together. Mirrors {@code preadv(2)}. */
    public Transfer readFully(Buffer[] buffers, long offset) {
        return read(buffers, offset).whole();
    }

    // ---- writing ----

    /**
     * Writes a part of a buffer. Result: bytes written. Mirrors {@code pwrite(2)}.
     *
     * @param from first byte of the part
     * @param length of the part, in bytes
     * @param offset in the file
     */
    public Transfer write(Buffer buffer, int from, int length, long offset) {
        return describe(null, OperationKind.WRITE, buffer, from, length, offset);
    }

    /**
     * Writes all of a part of a buffer. Result: {@code length}.
     *
     * @see #write(Buffer, int, int, long)
     */
    public Transfer writeFully(Buffer buffer, int from, int length, long offset) {
        return write(buffer, from, length, offset).whole();
    }

    /**
     * Writes all of a part of a buffer, and then brings the file's data to the device: what has been written is durable when this is over. One linked
     * request where the driver has such. Mirrors {@code pwrite(2)} and {@code fdatasync(2)}. Result: {@code length}.
     */
    public Transfer writeDurably(Buffer buffer, int from, int length, long offset) {
        return write(buffer, from, length, offset).thenSync();
    }

    /** Writes several buffers, one after the other. Result: bytes written. Mirrors {@code pwritev(2)}. */
    public Transfer write(Buffer[] buffers, long offset) {
        return vectored(OperationKind.WRITEV, buffers, offset);
    }

    /** Writes all of several buffers, one after the other. Result: their size together. Mirrors {@code pwritev(2)}. */
    public Transfer writeFully(Buffer[] buffers, long offset) {
        return write(buffers, offset).whole();
    }

    // ---- the file itself ----

    /** Brings data and metadata to the device: of writes that are over. Mirrors {@code fsync(2)}. */
    public Task<@Nullable Void> sync() {
        return task(OperationKind.FSYNC);
    }

    /** Brings data to the device, and what is needed to read it again: of writes that are over. Mirrors {@code fdatasync(2)}. */
    public Task<@Nullable Void> syncData() {
        return task(OperationKind.FDATASYNC);
    }

    /**
     * Reserves space. Mirrors {@code fallocate(2)}.
     *
     * @param mode 0, or {@code FALLOC_FL_...} of {@link LibC}
     */
    public Task<@Nullable Void> allocate(int mode, long offset, long length) {
        Task<@Nullable Void> task = task(OperationKind.ALLOCATE);
        task.step.flags = mode;
        task.step.offset = offset;
        task.step.length = length;
        return task;
    }

    /** Makes it this long. Mirrors {@code ftruncate(2)}. */
    public Task<@Nullable Void> truncate(long length) {
        Task<@Nullable Void> task = task(OperationKind.TRUNCATE);
        task.step.length = length;
        return task;
    }

    /** What the kernel knows of it: size, times and the like. Mirrors {@code statx(2)}. */
    public Task<FileStatus> status() {
        checkOpen();
        MemorySegment status = FileStatus.memory(loop);
        Task<FileStatus> task = new Task<>(loop, OperationKind.STATX, this, null) {
            @Override
            FileStatus value(int result) {
                return FileStatus.of(status);
            }
        };
        askStatus(task, status);
        return task;
    }

    /**
     * Opens a file beneath this one, which is a directory, and nothing outside it: a path that leads out, by {@code ..}, by being absolute or by a
     * symbolic link, fails with {@code EXDEV}, whoever changes directories and links meanwhile. Mirrors {@code openat2(2)} with {@code
     * RESOLVE_BENEATH} and {@code RESOLVE_NO_MAGICLINKS}, Linux 5.6.
     *
     * @param how as for {@link Loop#openFile(Path, OpenOption...)}
     */
    public Task<File> openBeneath(Path relative, OpenOption... how) {
        return openBeneath(relative, OpenFlags.of(how), 0666);
    }

    /**
     * Opens a file beneath this directory.
     *
     * @param flags as for {@link Loop#openFile(Path, int, int)}
     * @param mode permission bits of a file that is created
     * @see #openBeneath(Path, OpenOption...)
     */
    public Task<File> openBeneath(Path relative, int flags, int mode) {
        checkOpen();
        return new OpenTask(this, relative, flags, mode);
    }

    private static final MemorySegment NO_NAME = Arena.global().allocateFrom("");

    /** Has a task's step ask for the status of its descriptor. */
    static void askStatus(Task<?> task, MemorySegment status) {
        task.keeps(status);
        task.step.address = NO_NAME.address();
        task.step.flags = LibC.AT_EMPTY_PATH();
        task.step.length = FileStatus.MASK;
        task.step.address2 = status.address();
    }

    @Override
    public String toString() {
        return path.toString();
    }

    // ---- requests ----

    /**
     * Describes a transfer of a part of a buffer.
     *
     * @param own the transfer to use, or null for one of the loop's
     */
    Transfer describe(@Nullable Transfer own, OperationKind kind, Buffer buffer, int from, int length, long offset) {
        check(offset);
        long address = buffer.address(from, length);
        if (alignment != null) {
            checkAligned("the offset", offset == HERE ? 0 : offset, alignment.offset());
            checkAligned("the length", length, alignment.offset());
            checkAligned("the buffer's address", address, alignment.memory());
        }
        Transfer transfer = own == null ? loop.transfers().take() : own;
        return positioned(transfer.of(kind, this), offset).memory(buffer, from, length, kind == OperationKind.READ);
    }

    private Transfer vectored(OperationKind kind, Buffer[] buffers, long offset) {
        check(offset);
        if (alignment != null) {
            checkAligned("the offset", offset == HERE ? 0 : offset, alignment.offset());
            for (Buffer each : buffers) {
                checkAligned("a buffer's size", each.size(), alignment.offset());
                checkAligned("a buffer's address", each.address(0, each.size()), alignment.memory());
            }
        }
        return positioned(loop.transfers().take().of(kind, this), offset).memory(buffers, kind == OperationKind.READV);
    }

    private Transfer positioned(Transfer transfer, long offset) {
        return offset == HERE ? transfer.atPositionOf(this) : transfer.at(offset);
    }

    private void check(long offset) {
        checkOpen();
        checkOffset(offset);
    }

    static void checkOffset(long offset) {
        if (offset < HERE) {
            throw new IllegalArgumentException("an offset is 0 or more, or HERE (-1), not " + offset);
        }
    }

    private void checkAligned(String what, long value, int multiple) {
        if (multiple > 1 && value % multiple != 0) {
            throw new IllegalArgumentException(
                    what + ", " + value + ", is not a multiple of " + multiple + " bytes, as direct I/O on " + path
                            + " needs it: see File.directAlignment() and Buffer.allocate(size, alignment)");
        }
    }

    private Task<@Nullable Void> task(OperationKind kind) {
        checkOpen();
        return new Task<>(loop, kind, this, null);
    }

    /** Whether there can be more after a part: direct I/O stops in the middle of a block at the end of the file only. */
    boolean mayGoOnAfter(int part) {
        return alignment == null || part % alignment.offset() == 0;
    }

    /** Any thread. */
    void takePosition(Request request) {
        if (!AT_POSITION.compareAndSet(this, null, request)) {
            throw new IllegalStateException(
                    "another request is using the own position of " + this + ": wait for its end, or give offsets");
        }
    }

    void leavePosition(Request request) {
        AT_POSITION.compareAndSet(this, request, null);
    }
}

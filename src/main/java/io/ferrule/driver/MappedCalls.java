package io.ferrule.driver;

import static io.ferrule.driver.GuardedCopy.ALL_MEMORY;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.iovec;
import io.ferrule.bindings.libc.statx;
import io.ferrule.bindings.liburing.open_how;
import io.ferrule.sys.Errno;
import io.ferrule.sys.NativeMemory;
import io.ferrule.sys.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;

/**
 * Reads and writes files by copies from and to their mappings; what cannot be done so, by the system call. Allocates nothing once a file is mapped.
 * Belongs to one thread.
 *
 * <p>Each asks for the file's size first: a mapping does not say where the file ends, and behind the end there are zeros, and then faults.
 */
final class MappedCalls implements OperationCalls {
    /** What is read at once, without a helper thread, when it is in memory: at most, in bytes. */
    private static final int RESIDENT_MOST = 1 << 16;

    private static final int SMALLEST_PAGE = 4096;
    private static final int STATUS_MASK = LibC.STATX_TYPE() | LibC.STATX_SIZE() | LibC.STATX_INO();
    private static final int EFAULT = -Errno.EFAULT.number();
    private static final int EOPNOTSUPP = -Errno.EOPNOTSUPP.number();

    /** Not a result: the system call has to do it. */
    private static final int PLAIN = Integer.MIN_VALUE;

    /**
     * One is held by who makes a file longer, by the file's inode. Linux shows the new size before it is done: after that it fills the old last page
     * with zeros (6.12 and later), and takes away what somebody has written there meanwhile who saw the new size.
     */
    private static final Object[] GROWING =
            Stream.generate(Object::new).limit(64).toArray();

    private final MappedFiles files;
    private final Calls calls = new Calls(false);
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment status = statx.allocate(arena);
    private final MemorySegment noName = arena.allocateFrom("");
    private final MemorySegment residency = arena.allocate(RESIDENT_MOST / SMALLEST_PAGE + 1);

    // The pieces of memory of the operation that is being done: what is left of the first, and where the others are.
    private long piece;
    private long pieceLeft;
    private long nextPiece;

    /** For the calling thread. */
    MappedCalls(MappedFiles files) {
        this.files = files;
    }

    @Override
    public int perform(Operation op) {
        return switch (op.kind) {
            case READ, READV, WRITE, WRITEV -> transfer(op);
            case FSYNC, FDATASYNC -> sync(op);
            case ALLOCATE, TRUNCATE -> grow(op);
            case OPEN -> open(op, op.flags);
            case OPEN_BENEATH -> open(op, open_how.flags(ALL_MEMORY.asSlice(op.address2, open_how.sizeof())));
            case CLOSE -> {
                files.drop(op.fd);
                yield calls.perform(op);
            }
            case ADOPT -> {
                files.drop(op.fd);
                yield op.regular ? 0 : EOPNOTSUPP;
            }
            default -> MmapDriver.LACKING.contains(op.kind) ? EOPNOTSUPP : calls.perform(op);
        };
    }

    /** What is mapped goes through the page cache; a file that is asked to go past it is refused rather than not doing so. */
    private int open(Operation op, long flags) {
        if ((flags & MappedFile.O_DIRECT) != 0) {
            return EOPNOTSUPP;
        }
        int result = calls.perform(op);
        files.drop(result); // it may have been the same file's, opened otherwise, and closed by somebody else
        return result;
    }

    /** What the mappings were written to counts as written; whatever else the file system has of the file is for the second call. */
    private int sync(Operation op) {
        MappedFile file = files.use(op.fd);
        if (file != null) {
            int result = file.sync();
            file.leave();
            if (result < 0) {
                return result;
            }
        }
        return calls.perform(op);
    }

    // ---- reading and writing ----

    private int transfer(Operation op) {
        if (!op.regular) {
            return EOPNOTSUPP; // it could wait for ever
        }
        int result = moveMapped(op, false);
        if (result != PLAIN) {
            return result;
        }
        files.countPlain();
        return writes(op) ? grow(op) : calls.perform(op);
    }

    /** Does by its system call what may make a file longer. */
    private int grow(Operation op) {
        if (size(op.fd) < 0) {
            return calls.perform(op); // not a file; the call says so where it matters
        }
        synchronized (growing()) {
            return calls.perform(op);
        }
    }

    /** For the file whose size was asked for last. */
    private Object growing() {
        return GROWING[(int) statx.stx_ino(status) & GROWING.length - 1];
    }

    private static boolean writes(Operation op) {
        return op.kind == OperationKind.WRITE || op.kind == OperationKind.WRITEV;
    }

    /** Reads what can be read without waiting for the device. Returns the result, or {@link ReadinessDriver#BY_HELPER}. */
    int readResident(Operation op) {
        if (op.kind != OperationKind.READ || op.length > RESIDENT_MOST) {
            return ReadinessDriver.BY_HELPER;
        }
        int result = moveMapped(op, true);
        return result == PLAIN ? ReadinessDriver.BY_HELPER : result;
    }

    /**
     * Moves bytes between memory and the mapping.
     *
     * @param onlyResident whether to do nothing that waits for the device
     * @return what the system call would return, or {@link #PLAIN}
     */
    private int moveMapped(Operation op, boolean onlyResident) {
        boolean writes = writes(op);
        if (op.offset < 0) {
            return PLAIN; // the file's own position: the kernel reads and moves it in one step
        }
        long size = size(op.fd);
        if (size < 0 || (size == 0 && !writes)) {
            return PLAIN; // in /proc, files have a content and no size
        }
        MappedFile file = files.use(op.fd, statx.stx_ino(status), device());
        try {
            return writes ? write(op, file, size) : read(op, file, size, onlyResident);
        } finally {
            file.leave();
        }
    }

    private int read(Operation op, MappedFile file, long size, boolean onlyResident) {
        long length = length(op);
        if (length < 0 || !file.isReadable()) {
            return PLAIN;
        }
        long count = Math.min(length, size - op.offset);
        if (count <= 0) {
            return 0;
        }
        if (onlyResident && !isResident(file, op.offset, count, size)) {
            return PLAIN;
        }
        return copy(op, file, count, false);
    }

    private int write(Operation op, MappedFile file, long size) {
        long length = length(op);
        if (length < 0 || !file.isWritable() || !makeRoom(op, length, size)) {
            return PLAIN;
        }
        return copy(op, file, length, true);
    }

    /** The size of a regular file; negative for anything else. */
    private long size(int fd) {
        int result = SystemCall.invoke(
                SystemCall.STATX, fd, noName.address(), LibC.AT_EMPTY_PATH(), STATUS_MASK, status.address(), 0);
        boolean regular = result == 0 && (statx.stx_mode(status) & LibC.S_IFMT()) == LibC.S_IFREG();
        return regular ? statx.stx_size(status) : -1;
    }

    private int device() {
        return statx.stx_dev_major(status) << 20 ^ statx.stx_dev_minor(status);
    }

    /**
     * Makes a file long enough to write to. By {@code fallocate}, which never makes it shorter when two do this at once, and which finds out now that
     * the device is full: a mapping could only fault.
     *
     * @return whether it is; if not, the system call should say why
     */
    private boolean makeRoom(Operation op, long length, long size) {
        synchronized (growing()) { // also when it is long enough: whoever made it so is done then
            return length == 0
                    || op.offset <= size - length
                    || SystemCall.invoke(SystemCall.FALLOCATE, op.fd, 0, op.offset, length, 0, 0) == 0;
        }
    }

    private boolean isResident(MappedFile file, long offset, long length, long size) {
        return length <= MappedFile.room(offset) && file.isResident(offset, length, size, residency);
    }

    private int copy(Operation op, MappedFile file, long count, boolean writes) {
        long offset = op.offset;
        takeFirstPiece(op);
        for (long done = 0; done < count; ) {
            while (pieceLeft == 0) {
                takeNextPiece();
            }
            long mapped = file.address(offset + done);
            if (mapped < 0) {
                return PLAIN;
            }
            long part = Math.min(Math.min(pieceLeft, count - done), MappedFile.room(offset + done));
            if (!GuardedCopy.copy(writes ? piece : mapped, writes ? mapped : piece, part)) {
                return afterFault(op, offset + count);
            }
            piece += part;
            pieceLeft -= part;
            done += part;
        }
        return (int) count;
    }

    /** When a page is missing though the file should have it, the system call says why: the device is full, or broken. */
    private int afterFault(Operation op, long end) {
        long size = size(op.fd);
        return size >= 0 && size < end ? EFAULT : PLAIN;
    }

    // ---- pieces of memory ----

    /** Bytes to move, at most as many as the kernel moves at once; negative when the pieces are not as they should be. */
    private static long length(Operation op) {
        if (op.kind == OperationKind.READ || op.kind == OperationKind.WRITE) {
            return Math.min(op.length, NativeMemory.MAX_TRANSFER);
        }
        long length = 0;
        for (long i = 0; i < op.length; i++) {
            long each = iovec.iov_len(ALL_MEMORY.asSlice(op.address + i * iovec.sizeof(), iovec.sizeof()));
            if (each < 0) {
                return -1;
            }
            length = Math.min(length + Math.min(each, NativeMemory.MAX_TRANSFER), NativeMemory.MAX_TRANSFER);
        }
        return length;
    }

    private void takeFirstPiece(Operation op) {
        if (op.kind == OperationKind.READ || op.kind == OperationKind.WRITE) {
            piece = op.address;
            pieceLeft = op.length;
        } else {
            pieceLeft = 0;
            nextPiece = op.address;
        }
    }

    private void takeNextPiece() {
        MemorySegment next = ALL_MEMORY.asSlice(nextPiece, iovec.sizeof());
        piece = iovec.iov_base(next).address();
        pieceLeft = iovec.iov_len(next);
        nextPiece += iovec.sizeof();
    }

    // ---- what there is no descriptor for ----

    @Override
    public int receive(int fd, long address, long length, int flags) {
        return EOPNOTSUPP;
    }

    @Override
    public int poll(int fd, int events) {
        return EOPNOTSUPP;
    }

    @Override
    public void close() {
        calls.close();
        arena.close();
    }
}

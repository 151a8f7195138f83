package io.ferrule.driver;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Operations on files as requests of libuv's, whose threads do them. Memory of a request is used again for another when it is over. On the loop's thread.
 */
final class UvRequests {
    /** Not a result: libuv has no function for this. */
    static final int UNKNOWN = Integer.MIN_VALUE + 1;

    private static final int EINTR = -Errno.EINTR.number();
    private static final long BUFFER_LENGTH = 8;

    private final long loop;
    private final long callback;

    /** A {@code uv_buf_t}, which on Unix is a {@code struct iovec}. Libuv copies it at once. */
    private final MemorySegment piece;

    /** Each with its operation. */
    private final UvPool<Operation> requests;

    /** @param callback called with each request that is over, which then is for {@link #takeBack} */
    UvRequests(long loop, long callback, Arena arena) {
        this.loop = loop;
        this.callback = callback;
        this.requests = new UvPool<>(arena, Uv.requestSize(Uv.FS));
        this.piece = arena.allocate(2 * ValueLayout.JAVA_LONG.byteSize(), ValueLayout.JAVA_LONG.byteSize());
    }

    /** Hands an operation to libuv. Returns 0; a negative errno when that failed; or {@link #UNKNOWN}. */
    int begin(Operation op) {
        UvPool.Piece<Operation> request = requests.take();
        Uv.setRequestData(request.address, request.number);
        int error = submit(op, request.address);
        if (error < 0) {
            requests.giveBack(request);
            return error;
        }
        request.user = op;
        op.stage = request.number;
        return 0;
    }

    /** Asks for the end of one of these. It comes back all the same. */
    void cancel(Operation op) {
        if (op.stage > 0) { // otherwise it is over
            Uv.cancel(requests.get(op.stage).address);
        }
    }

    /** The operation of a request that is over, with its outcome; null when it has been begun again. */
    @Nullable
    Operation takeBack(long address) {
        UvPool.Piece<Operation> request = requests.get(Uv.requestData(address));
        Operation op = request.user;
        if (op == null) {
            throw new IllegalStateException("a request that nobody has made is over");
        }
        op.outcome = (int) Uv.fsResult(address);
        Uv.fsCleanup(address);
        if (op.outcome == EINTR && op.kind == OperationKind.CLOSE) {
            op.outcome = 0; // Linux has closed it whatever it answers, and old versions of libuv pass that on
        } else if (op.outcome == EINTR) {
            // Libuv itself begins again most of them, but no reads.
            int error = submit(op, address);
            if (error == 0) {
                return null;
            }
            op.outcome = error;
        }
        op.stage = 0;
        requests.giveBack(request);
        return op;
    }

    private int submit(Operation op, long request) {
        return switch (op.kind) {
            case OPEN ->
                isPlain(op.fd, op.address)
                        ? Uv.fsOpen(loop, request, op.address, op.flags, (int) op.length, callback)
                        : UNKNOWN;
            case CLOSE -> Uv.fsClose(loop, request, op.fd, callback);
            case READ -> Uv.fsRead(loop, request, op.fd, piece(op), 1, op.offset, callback);
            case WRITE -> Uv.fsWrite(loop, request, op.fd, piece(op), 1, op.offset, callback);
            case READV -> Uv.fsRead(loop, request, op.fd, op.address, (int) op.length, op.offset, callback);
            case WRITEV -> Uv.fsWrite(loop, request, op.fd, op.address, (int) op.length, op.offset, callback);
            case FSYNC -> Uv.fsSync(loop, request, op.fd, callback);
            case FDATASYNC -> Uv.fsDataSync(loop, request, op.fd, callback);
            case TRUNCATE -> Uv.fsTruncate(loop, request, op.fd, op.length, callback);
            case MKDIR ->
                isPlain(op.fd, op.address)
                        ? Uv.fsMakeDirectory(loop, request, op.address, (int) op.length, callback)
                        : UNKNOWN;
            case UNLINK -> isPlain(op.fd, op.address) ? unlink(op, request) : UNKNOWN;
            case RENAME -> isPlainPair(op) ? Uv.fsRename(loop, request, op.address, op.address2, callback) : UNKNOWN;
            case LINK -> isPlainPair(op) ? Uv.fsLink(loop, request, op.address, op.address2, callback) : UNKNOWN;
            case SYMLINK ->
                isPlain(op.fd2, op.address2)
                        ? Uv.fsSymbolicLink(loop, request, op.address, op.address2, 0, callback)
                        : UNKNOWN;
            default -> UNKNOWN;
        };
    }

    private int unlink(Operation op, long request) {
        if (op.flags == 0) {
            return Uv.fsUnlink(loop, request, op.address, callback);
        }
        return op.flags == LibC.AT_REMOVEDIR() ? Uv.fsRemoveDirectory(loop, request, op.address, callback) : UNKNOWN;
    }

    private long piece(Operation op) {
        piece.set(ValueLayout.JAVA_LONG, 0, op.address);
        piece.set(ValueLayout.JAVA_LONG, BUFFER_LENGTH, op.length);
        return piece.address();
    }

    /** Whether a path says where it leads without a directory's descriptor: libuv has no functions for others. */
    private static boolean isPlain(int directory, long path) {
        return directory == LibC.AT_FDCWD()
                || MemorySegment.ofAddress(path).reinterpret(1).get(ValueLayout.JAVA_BYTE, 0) == '/';
    }

    private static boolean isPlainPair(Operation op) {
        return op.flags == 0 && isPlain(op.fd, op.address) && isPlain(op.fd2, op.address2);
    }
}

package io.ferrule.driver;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Does operations by their own system calls, on the calling thread: what every driver needs for something, and some for everything. Allocates
 * nothing. Belongs to one thread.
 */
final class Calls implements OperationCalls {
    private static final int EINTR = -Errno.EINTR.number();

    // Where things are in the scratch memory, in bytes.
    private static final long POLLFD = 0;
    private static final long POLLFD_EVENTS = 4;
    private static final long POLLFD_RESULT = 6;
    private static final long TIME = 8;
    private static final long TIME_NANOS = 16;
    private static final long LENGTH = 24;
    private static final long OFFSET_IN = 32;
    private static final long OFFSET_OUT = 40;
    private static final long OPTION = 48;
    private static final long LINGER_SECONDS = 52;
    private static final long SCRATCH_SIZE = 56;

    /** Of {@code struct linger}. */
    private static final long LINGER_SIZE = 8;

    private static final long NANOS = 1_000_000_000;

    /** As {@code struct sockaddr}. */
    private static final long NO_ADDRESS_SIZE = 16;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment scratch = arena.allocate(SCRATCH_SIZE, 8);

    private final boolean nonBlocking;
    private final int socketFlags;
    private final int pipeFlags;
    private final int messageFlags;
    private final int spliceFlags;

    /**
     * For the calling thread.
     *
     * @param nonBlocking whether descriptors are made so that they say EAGAIN rather than wait, and calls are made so that they do
     */
    Calls(boolean nonBlocking) {
        this.nonBlocking = nonBlocking;
        socketFlags = LibC.SOCK_CLOEXEC() | (nonBlocking ? LibC.SOCK_NONBLOCK() : 0);
        pipeFlags = LibC.O_CLOEXEC() | (nonBlocking ? LibC.O_NONBLOCK() : 0);
        messageFlags = nonBlocking ? LibC.MSG_DONTWAIT() : 0;
        spliceFlags = nonBlocking ? LibC.SPLICE_F_NONBLOCK() : 0;
    }

    /** Starts again what a signal interrupted. */
    @Override
    public int perform(Operation op) {
        int result;
        do {
            result = performOnce(op);
        } while (result == EINTR);
        return result;
    }

    /** As {@link #perform}, but -EINTR when a signal has interrupted it. */
    int performOnce(Operation op) {
        int result = call(op);
        // Linux has closed it whatever it answers: again, and another thread's new file could be hit.
        return result == EINTR && op.kind == OperationKind.CLOSE ? 0 : result;
    }

    @Override
    public int receive(int fd, long address, long length, int flags) {
        int result;
        do {
            result = SystemCall.invoke(SystemCall.RECVFROM, fd, address, length, flags | messageFlags, 0, 0);
        } while (result == EINTR);
        return result;
    }

    @Override
    public int poll(int fd, int events) {
        int result;
        do {
            result = await(fd, events, 0);
        } while (result == EINTR);
        return result;
    }

    /**
     * As {@link #poll}, but waits.
     *
     * @param timeoutNanos how long at most; 0 to look without waiting; negative to wait for ever
     * @return 0 when the time was up; -EINTR when a signal has interrupted it
     */
    int await(int fd, int events, long timeoutNanos) {
        scratch.set(ValueLayout.JAVA_INT, POLLFD, fd);
        scratch.set(ValueLayout.JAVA_SHORT, POLLFD_EVENTS, (short) events);
        long address = scratch.address();
        long time = 0;
        if (timeoutNanos >= 0) {
            scratch.set(ValueLayout.JAVA_LONG, TIME, timeoutNanos / NANOS);
            scratch.set(ValueLayout.JAVA_LONG, TIME_NANOS, timeoutNanos % NANOS);
            time = address + TIME;
        }
        int result = SystemCall.invoke(SystemCall.PPOLL, address + POLLFD, 1, time, 0, 0, 0);
        if (result <= 0) {
            return result;
        }
        int found = Short.toUnsignedInt(scratch.get(ValueLayout.JAVA_SHORT, POLLFD_RESULT));
        return (found & LibC.POLLNVAL()) != 0 ? -Errno.EBADF.number() : found;
    }

    @Override
    public boolean waitsToClose(int fd) {
        return option(fd, LibC.SO_LINGER(), LINGER_SIZE) == 0 // and so it is a socket
                && scratch.get(ValueLayout.JAVA_INT, OPTION) != 0
                && scratch.get(ValueLayout.JAVA_INT, LINGER_SECONDS) > 0;
    }

    /** Whether a descriptor is a stream socket. */
    boolean isStream(int fd) {
        return option(fd, LibC.SO_TYPE(), Integer.BYTES) == 0
                && scratch.get(ValueLayout.JAVA_INT, OPTION) == LibC.SOCK_STREAM();
    }

    /** Has a socket's option put into the scratch memory. */
    private int option(int fd, int name, long size) {
        return invoke(SystemCall.GETSOCKOPT, fd, LibC.SOL_SOCKET(), name, scratch.address() + OPTION, lengthWord(size));
    }

    private int call(Operation op) {
        int fd = op.fd;
        long address = op.address;
        long length = op.length;
        long offset = op.offset;
        int flags = op.flags;
        return switch (op.kind) {
            case NOP -> 0;

            case OPEN -> invoke(SystemCall.OPENAT, fd, address, flags | LibC.O_CLOEXEC(), length);
            case OPEN_BENEATH -> invoke(SystemCall.OPENAT2, fd, address, op.address2, length);
            case CLOSE -> invoke(SystemCall.CLOSE, fd);
            case READ ->
                offset < 0
                        ? invoke(SystemCall.READ, fd, address, length)
                        : invoke(SystemCall.PREAD64, fd, address, length, offset);
            case WRITE ->
                offset < 0
                        ? invoke(SystemCall.WRITE, fd, address, length)
                        : invoke(SystemCall.PWRITE64, fd, address, length, offset);
            case READV ->
                offset < 0
                        ? invoke(SystemCall.READV, fd, address, length)
                        : invoke(SystemCall.PREADV, fd, address, length, offset);
            case WRITEV ->
                offset < 0
                        ? invoke(SystemCall.WRITEV, fd, address, length)
                        : invoke(SystemCall.PWRITEV, fd, address, length, offset);
            case FSYNC -> invoke(SystemCall.FSYNC, fd);
            case FDATASYNC -> invoke(SystemCall.FDATASYNC, fd);
            case ALLOCATE -> invoke(SystemCall.FALLOCATE, fd, flags, offset, length);
            case TRUNCATE -> invoke(SystemCall.FTRUNCATE, fd, length);
            case STATX -> invoke(SystemCall.STATX, fd, address, flags, length, op.address2);
            case MKDIR -> invoke(SystemCall.MKDIRAT, fd, address, length);
            case UNLINK -> invoke(SystemCall.UNLINKAT, fd, address, flags);
            case RENAME -> invoke(SystemCall.RENAMEAT2, fd, address, op.fd2, op.address2, flags);
            case LINK -> invoke(SystemCall.LINKAT, fd, address, op.fd2, op.address2, flags);
            case SYMLINK -> invoke(SystemCall.SYMLINKAT, address, op.fd2, op.address2);

            case SOCKET -> invoke(SystemCall.SOCKET, fd, flags | socketFlags, length);
            case BIND -> invoke(SystemCall.BIND, fd, address, length);
            case LISTEN -> invoke(SystemCall.LISTEN, fd, length);
            case SHUTDOWN -> invoke(SystemCall.SHUTDOWN, fd, flags);
            case DISCONNECT -> invoke(SystemCall.CONNECT, fd, noAddress(), NO_ADDRESS_SIZE);
            case SET_OPTION -> invoke(SystemCall.SETSOCKOPT, fd, flags, op.fd2, address, length);
            case GET_OPTION ->
                sized(length, invoke(SystemCall.GETSOCKOPT, fd, flags, op.fd2, address, lengthWord(length)));
            case LOCAL_ADDRESS -> sized(length, invoke(SystemCall.GETSOCKNAME, fd, address, lengthWord(length)));
            case REMOTE_ADDRESS -> sized(length, invoke(SystemCall.GETPEERNAME, fd, address, lengthWord(length)));
            case PIPE -> invoke(SystemCall.PIPE2, address, flags | pipeFlags);
            case ADOPT -> nonBlocking && !op.regular ? makeNonBlocking(fd) : 0;

            case ACCEPT -> invoke(SystemCall.ACCEPT4, fd, 0, 0, flags | socketFlags);
            case CONNECT -> invoke(SystemCall.CONNECT, fd, address, length);
            case RECEIVE -> invoke(SystemCall.RECVFROM, fd, address, length, flags | messageFlags);
            // Not MSG_ZEROCOPY: who does not read the error queue never learns when the memory is free.
            case SEND, SEND_ZERO_COPY ->
                invoke(SystemCall.SENDTO, fd, address, length, flags | messageFlags | LibC.MSG_NOSIGNAL());
            case RECEIVE_MESSAGE -> invoke(SystemCall.RECVMSG, fd, address, flags | messageFlags);
            case SEND_MESSAGE -> invoke(SystemCall.SENDMSG, fd, address, flags | messageFlags | LibC.MSG_NOSIGNAL());

            case POLL -> poll(fd, flags);
            case SPLICE, TEE -> move(op, spliceFlags);
        };
    }

    /** A splice or tee that says EAGAIN rather than wait for a pipe. */
    int moveWithoutWaiting(Operation op) {
        return move(op, LibC.SPLICE_F_NONBLOCK());
    }

    private int move(Operation op, int more) {
        return op.kind == OperationKind.SPLICE
                ? splice(op, more)
                : SystemCall.invoke(SystemCall.TEE, op.fd, op.fd2, op.length, op.flags | more, 0, 0);
    }

    /** The address of an address of family {@code AF_UNSPEC}, in the scratch memory. */
    private long noAddress() {
        scratch.asSlice(0, NO_ADDRESS_SIZE).fill((byte) 0);
        return scratch.address();
    }

    private int splice(Operation op, int more) {
        return SystemCall.invoke(
                SystemCall.SPLICE,
                op.fd,
                offsetWord(OFFSET_IN, op.offset),
                op.fd2,
                offsetWord(OFFSET_OUT, op.address2),
                op.length,
                op.flags | more);
    }

    /** The address of an offset in the scratch memory; 0, which is NULL, for none. */
    private long offsetWord(long at, long offset) {
        if (offset < 0) {
            return 0;
        }
        scratch.set(ValueLayout.JAVA_LONG, at, offset);
        return scratch.address() + at;
    }

    /** The address of a length in the scratch memory, where the kernel puts the one it has to say. */
    private long lengthWord(long length) {
        scratch.set(ValueLayout.JAVA_INT, LENGTH, (int) length);
        return scratch.address() + LENGTH;
    }

    /** The length that the kernel has put there, if the call was a success; no more than there was room for. */
    private int sized(long room, int result) {
        return result < 0 ? result : (int) Math.min(room, scratch.get(ValueLayout.JAVA_INT, LENGTH));
    }

    /** For all who share the open file, such as the parent process whose terminal or pipe it is. */
    private static int makeNonBlocking(int fd) {
        int flags = invoke(SystemCall.FCNTL, fd, LibC.F_GETFL());
        if (flags < 0 || (flags & LibC.O_NONBLOCK()) != 0) {
            return Math.min(flags, 0);
        }
        return invoke(SystemCall.FCNTL, fd, LibC.F_SETFL(), flags | LibC.O_NONBLOCK());
    }

    private static int invoke(long number, long a) {
        return SystemCall.invoke(number, a, 0, 0, 0, 0, 0);
    }

    private static int invoke(long number, long a, long b) {
        return SystemCall.invoke(number, a, b, 0, 0, 0, 0);
    }

    private static int invoke(long number, long a, long b, long c) {
        return SystemCall.invoke(number, a, b, c, 0, 0, 0);
    }

    private static int invoke(long number, long a, long b, long c, long d) {
        return SystemCall.invoke(number, a, b, c, d, 0, 0);
    }

    private static int invoke(long number, long a, long b, long c, long d, long e) {
        return SystemCall.invoke(number, a, b, c, d, e, 0);
    }

    @Override
    public void close() {
        arena.close();
    }
}

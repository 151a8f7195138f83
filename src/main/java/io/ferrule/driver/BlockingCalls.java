package io.ferrule.driver;

import io.ferrule.bindings.helper.Helper;
import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.SystemCall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Does operations by calls that block, and that another thread can end: by a signal that interrupts the call, whose handler does nothing.
 *
 * <p>A signal that comes just before the call would be lost. So who wants an operation ended says so first, and goes on sending signals until the
 * thread has left the call. A signal that comes too late interrupts the thread's next call, which is made again.
 *
 * <p>Belongs to the thread that made it, but for {@link #interrupt} and {@link #isOver}.
 */
final class BlockingCalls implements OperationCalls {
    private static final int EAGAIN = -Errno.EAGAIN.number();
    private static final int EALREADY = -Errno.EALREADY.number();
    private static final int ECANCELED = -Errno.ECANCELED.number();
    private static final int EINPROGRESS = -Errno.EINPROGRESS.number();
    private static final int EINTR = -Errno.EINTR.number();

    private static final long FOR_EVER = -1;
    private static final long PROCESS = ProcessHandle.current().pid();

    private final Calls calls = new Calls(false);
    private final int signal;
    /** As the kernel numbers it. */
    final int thread = SystemCall.invoke(SystemCall.GETTID, 0, 0, 0);

    /** What this thread is doing. */
    volatile @Nullable Operation current;

    /** What is to end. */
    private volatile @Nullable Operation unwanted;

    /**
     * For the calling thread.
     *
     * @param signal from {@link #signal()}
     */
    BlockingCalls(int signal) {
        this.signal = signal;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment only = arena.allocateFrom(ValueLayout.JAVA_LONG, 1L << (signal - 1));
            SystemCall.invoke(SystemCall.RT_SIGPROCMASK, LibC.SIG_UNBLOCK(), only.address(), 0, Long.BYTES, 0, 0);
        }
    }

    /**
     * The signal that ends calls: a real-time one that nobody else in the process had a handler for when it was first asked for.
     *
     * @throws IOException when there is none
     */
    static synchronized int signal() throws IOException {
        int result = Helper.ferrule_signal_interrupt();
        if (result < 0) {
            throw new ErrnoException(
                    result,
                    "rt_sigaction",
                    "signals 35 to 61",
                    result == -Errno.EBUSY.number()
                            ? "One of them must be free, to interrupt threads that wait: other native code in this process has"
                                    + " handlers for all. Take another driver"
                            : null);
        }
        return result;
    }

    // ---- for other threads ----

    /** Has the call end that this thread makes for an operation, if it does not come too late. To be called again until the operation is back. */
    void interrupt(Operation op) {
        unwanted = op;
        if (current == op) {
            SystemCall.invoke(SystemCall.TGKILL, PROCESS, thread, signal);
        }
    }

    /** An operation that was to be interrupted is back. */
    void isOver(Operation op) {
        if (unwanted == op) {
            unwanted = null;
        }
    }

    // ---- calls ----

    /** Waits as long as it takes. */
    @Override
    public int perform(Operation op) {
        current = op;
        int result;
        do {
            result = unwanted == op ? ECANCELED : performOnce(op);
        } while (result == EINTR);
        current = null;
        return result;
    }

    /** -EINTR when it has to be done again. */
    private int performOnce(Operation op) {
        if (op.group != null) {
            return receiveInto((FreeBuffers) op.group, op);
        }
        return switch (op.kind) {
            case POLL -> calls.await(op.fd, op.flags, FOR_EVER);
            case SPLICE, TEE -> moveBetween(op);
            default -> afterWaiting(op, calls.performOnce(op));
        };
    }

    /** What there is to do after a call: nothing, most often. But somebody may have made the descriptor non-blocking, for all who share it. */
    private int afterWaiting(Operation op, int result) {
        boolean inProgress = op.kind == OperationKind.CONNECT
                ? result == EINPROGRESS || result == EALREADY
                : result == EAGAIN && (op.flags & LibC.MSG_DONTWAIT()) == 0;
        if (!inProgress) {
            return result;
        }
        return switch (op.kind.needs()) {
            case INPUT -> again(op.fd, Watch.POLLIN);
            case OUTPUT -> again(op.fd, Watch.POLLOUT);
            default -> result;
        };
    }

    /** Waits for an event. Returns -EINTR when it is there, or another error. */
    private int again(int fd, int event) {
        int result = calls.await(fd, event, FOR_EVER);
        return result < 0 ? result : EINTR;
    }

    /** Takes a buffer only when there is something to receive: who waits holds none. */
    private int receiveInto(FreeBuffers buffers, Operation op) {
        int result = calls.await(op.fd, Watch.POLLIN, FOR_EVER);
        if (result < 0) {
            return result;
        }
        result = buffers.receive(this, op);
        return result == EAGAIN ? EINTR : result; // somebody else has received it
    }

    /**
     * Waits for both ends before the call: a splice that waits for a socket holds the lock of its pipe, and who wants to read what is in the pipe
     * would wait with it.
     */
    private int moveBetween(Operation op) {
        int result = op.regular ? 0 : calls.await(op.fd, Watch.POLLIN, FOR_EVER);
        if (result >= 0) {
            result = calls.await(op.fd2, Watch.POLLOUT, FOR_EVER);
        }
        if (result < 0) {
            return result;
        }
        result = calls.moveWithoutWaiting(op);
        return result == EAGAIN ? EINTR : result;
    }

    @Override
    public int receive(int fd, long address, long length, int flags) {
        return calls.receive(fd, address, length, flags | LibC.MSG_DONTWAIT());
    }

    @Override
    public int poll(int fd, int events) {
        return calls.poll(fd, events);
    }

    @Override
    public void close() {
        calls.close();
    }
}

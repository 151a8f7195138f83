package io.ferrule.uring;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code io_uring_enter}: the one place where a ring's thread goes into the kernel, and where the kernel's answers are told apart. What passes by
 * itself or when completions are consumed is a value; all else is an exception.
 */
final class Enter {
    /** The time to wait is over. */
    static final int TIME_IS_UP = -1;

    /** A signal came first: ask again. */
    static final int INTERRUPTED = -2;

    /** The kernel has no resources for more requests (EAGAIN), or wants completions consumed first (EBUSY). */
    static final int BUSY = -3;

    static final long NO_TIMEOUT = -1;

    private static final int IORING_SQ_NEED_WAKEUP = 1;
    private static final int IORING_SQ_CQ_OVERFLOW = 1 << 1;
    private static final int IORING_SQ_TASKRUN = 1 << 2;

    /** How often a busy kernel is asked again, and how long we pause before that. */
    private static final int PATIENCE = 1000;

    private static final long PAUSE_NANOS = 1_000_000L;

    private final RingHandle handle;
    private final CompletionQueue cq;
    private final long sqFlags;
    private final boolean sqPoll;
    private final boolean ioPoll;
    private final int descriptor;
    private final int flags;

    /** With the ring's memory and what {@link RingHandle#prepareEnter} has arranged as they are now. */
    Enter(RingHandle handle, CompletionQueue cq) {
        this.handle = handle;
        this.cq = cq;
        this.sqFlags = handle.memory().sqFlags();
        this.sqPoll = handle.has(SetupFlag.IORING_SETUP_SQPOLL);
        this.ioPoll = handle.has(SetupFlag.IORING_SETUP_IOPOLL);
        this.descriptor = handle.enterDescriptor();
        this.flags = handle.enterFlags();
    }

    /**
     * Submits and waits, in one system call, which brings what the kernel holds back; in none where the SQPOLL thread is awake and nothing is waited
     * for.
     *
     * @param pending entries published and not taken yet
     * @param count completions to wait for
     * @param timeoutNanos how long at most, or {@link #NO_TIMEOUT}
     * @return how many entries were taken, or {@link #TIME_IS_UP}, {@link #INTERRUPTED}, {@link #BUSY}
     */
    int submit(int pending, int count, long timeoutNanos) throws IOException {
        int how = flags;
        if (sqPoll) {
            if (sqThreadSleeps()) {
                how |= LibUring.IORING_ENTER_SQ_WAKEUP();
            } else if (count == 0) {
                return pending;
            }
        }
        if (takesHeldBack() || count > 0) {
            how |= LibUring.IORING_ENTER_GETEVENTS();
        }
        return outcome(
                timeoutNanos < 0
                        ? handle.enter(descriptor, pending, count, how)
                        : handle.enterWithTimeout(descriptor, pending, count, how, timeoutNanos));
    }

    /** As {@link #submit}; once the minimum has passed, any completion ends the wait. */
    int submitMinWait(int pending, int count, long timeoutNanos, int minWaitMicros) throws IOException {
        return outcome(handle.enterWithMinWait(descriptor, pending, count, awake(), timeoutNanos, minWaitMicros));
    }

    /** As {@link #submit}, until a point in time on the ring's clock. */
    int submitUntil(int pending, int count, long timeNanos) throws IOException {
        int how = awake() | LibUring.IORING_ENTER_ABS_TIMER();
        return outcome(handle.enterWithTimeout(descriptor, pending, count, how, timeNanos));
    }

    /** As {@link #submit}, with a mask of signals that are blocked meanwhile. */
    int submitBlocking(int pending, int count, long timeoutNanos, long blocked) throws IOException {
        return outcome(handle.enterWithSignalMask(descriptor, pending, count, awake(), timeoutNanos, blocked));
    }

    /** As {@link #submit}, with a registered wait argument. */
    int submitRegistered(int pending, int count, long argumentOffset) throws IOException {
        return outcome(handle.enterWithRegisteredArgument(descriptor, pending, count, awake(), argumentOffset));
    }

    /** The flags of an enter that wakes the kernel thread if it sleeps. */
    private int awake() {
        takesHeldBack();
        return sqPoll && sqThreadSleeps() ? flags | LibUring.IORING_ENTER_SQ_WAKEUP() : flags;
    }

    /** Under SQPOLL: waits until the kernel thread has made room in the submission queue. Linux 5.10. */
    int awaitRoom() throws IOException {
        int how = flags | LibUring.IORING_ENTER_SQ_WAIT();
        if (sqThreadSleeps()) {
            how |= LibUring.IORING_ENTER_SQ_WAKEUP();
        }
        return outcome(handle.enter(descriptor, 0, 0, how));
    }

    /** As {@link #holdsBack}, before the kernel is made to hand it over: counts when it is for want of room. */
    private boolean takesHeldBack() {
        int held = RingLayout.getOpaque(sqFlags) & (IORING_SQ_CQ_OVERFLOW | IORING_SQ_TASKRUN);
        if ((held & IORING_SQ_CQ_OVERFLOW) != 0) {
            cq.countOverflow();
        }
        return held != 0 || ioPoll;
    }

    /** Whether the kernel holds completions back until it is entered: overflow, task work that is ours to run, a device to poll. */
    boolean holdsBack() {
        return (RingLayout.getOpaque(sqFlags) & (IORING_SQ_CQ_OVERFLOW | IORING_SQ_TASKRUN)) != 0 || ioPoll;
    }

    /** Has the kernel hand over what it holds back. */
    void fetch() throws IOException {
        takesHeldBack();
        outcome(handle.enter(descriptor, 0, 0, flags | LibUring.IORING_ENTER_GETEVENTS()));
    }

    /**
     * Lets a busy kernel recover for a moment.
     *
     * @param tries how often that has been done already
     * @throws IOException when it was too often
     */
    void pause(int tries) throws IOException {
        if (tries >= PATIENCE) {
            throw failure(Errno.EBUSY);
        }
        LockSupport.parkNanos(PAUSE_NANOS);
    }

    /**
     * The kernel thread sets NEED_WAKEUP and then looks at the tail once more; we have stored the tail and now look at NEED_WAKEUP. Without a full
     * fence between the two, each could miss the other.
     */
    private boolean sqThreadSleeps() {
        VarHandle.fullFence();
        return (RingLayout.getOpaque(sqFlags) & IORING_SQ_NEED_WAKEUP) != 0;
    }

    private int outcome(int result) throws IOException {
        return result >= 0 ? result : refusal(result);
    }

    private int refusal(int result) throws IOException {
        Errno errno = Errno.of(result);
        if (errno == null) {
            throw new ErrnoException(result, "io_uring_enter", handle.toString(), null);
        }
        return switch (errno) {
            case ETIME -> TIME_IS_UP;
            case EINTR -> INTERRUPTED;
            case EAGAIN, EBUSY -> BUSY;
            default -> throw failure(errno);
        };
    }

    private ErrnoException failure(Errno errno) {
        String advice = switch (errno) {
            case EBUSY ->
                "The kernel takes no more requests until completions are consumed: read the completion queue, then go on; nothing is lost";
            case EBADR ->
                "The kernel ran out of memory for completions that did not fit the queue, and some are lost (CompletionQueue.lost()). Open the"
                        + " ring with more cqEntries, or keep fewer requests in flight";
            case EEXIST -> "Another thread submitted to this ring first, and SINGLE_ISSUER reserves it for that one";
            case EBADFD -> "The ring is disabled: call enable() first";
            default -> null;
        };
        return new ErrnoException(errno.number(), "io_uring_enter", handle.toString(), advice);
    }
}

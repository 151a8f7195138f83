package io.ferrule.uring;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Set;

/**
 * A ring: a queue of requests to the kernel and a queue of their completions, in memory shared with it. Requests are filled in through
 * {@link #sq()}, handed over by {@link #submit}, and come back through {@link #cq()}.
 *
 * <p>A ring belongs to one platform thread: the one that opened it, or, where it starts disabled, the one that enables it. Another thread gets a
 * {@link WrongThreadException}. After close, every method throws IllegalStateException, but for those that tell from memory what the ring was or
 * the completion read last held. Filling, submitting and reading completions allocates nothing.
 *
 * <p>What the caller must guarantee is said at {@link Sqe}: memory lives until the request's last completion.
 */
public final class IoUring implements AutoCloseable {
    private static final Thread NOBODY = Thread.ofPlatform().name("nobody").unstarted(() -> {});

    /** How long a completion is looked for that the kernel's own thread makes, before the way into the kernel is taken to wait for it. */
    private static final long LOOKING_NANOS = 50_000;

    private final RingHandle handle;
    private final Promptness promptness = new Promptness();
    private final boolean sqPoll;
    private final boolean registerDescriptor;
    private final SubmissionQueue sq;
    private final CompletionQueue cq;
    private Enter kernel;
    private boolean disabled;
    private boolean posted;

    /** The thread this ring belongs to; {@link #NOBODY} after close, so that one comparison finds out both. */
    private Thread owner;

    private IoUring(RingHandle handle, boolean registerDescriptor, boolean receivesMessages) {
        this.handle = handle;
        this.sqPoll = handle.has(SetupFlag.IORING_SETUP_SQPOLL);
        this.posted = receivesMessages;
        this.disabled = handle.has(SetupFlag.IORING_SETUP_R_DISABLED);
        this.registerDescriptor = registerDescriptor;
        this.owner = Thread.currentThread();
        RingMemory memory = handle.memory();
        this.sq = new SubmissionQueue(this, memory);
        this.cq = new CompletionQueue(this, memory);
        handle.prepareEnter(registerDescriptor && !disabled);
        this.kernel = new Enter(handle, cq);
    }

    /**
     * Opens a ring with {@link RingOptions#defaults()}.
     *
     * @param entries of the submission queue, 1 to 32,768; rounded up to a power of two
     * @throws IoUringUnavailableException when there is none to be had; its {@code cause} and its message say why, and what to do
     */
    public static IoUring open(int entries) throws IoUringUnavailableException {
        return open(entries, RingOptions.defaults());
    }

    /**
     * Opens a ring. Mirrors {@code io_uring_queue_init_params}. Linux 5.1.
     *
     * @param entries of the submission queue, 1 to 32,768; rounded up to a power of two
     * @throws IoUringUnavailableException when there is none to be had; its {@code cause} and its message say why, and what to do
     * @throws IllegalArgumentException when the options contradict each other
     * @throws IllegalStateException from a virtual thread, which has no kernel thread of its own for the ring to belong to
     */
    public static IoUring open(int entries, RingOptions options) throws IoUringUnavailableException {
        refuseVirtualThread();
        options.check(entries);
        RingHandle handle = RingHandle.open(entries, options);
        try {
            return new IoUring(handle, options.registersRingDescriptor(), options.isMessageTarget());
        } catch (RuntimeException | Error e) {
            handle.exit();
            throw e;
        }
    }

    /** The submission queue. */
    public SubmissionQueue sq() {
        return sq;
    }

    /** The completion queue. */
    public CompletionQueue cq() {
        return cq;
    }

    /**
     * Hands all filled entries to the kernel. Mirrors {@code io_uring_submit}.
     *
     * @return how many it has taken. Fewer than were filled: the kernel stopped at one it refused (without SUBMIT_ALL), or it takes no more until
     *     completions are consumed (EBUSY, EAGAIN); the rest stays in the queue and goes with the next submit
     * @throws IOException when the kernel refuses the call itself
     */
    public int submit() throws IOException {
        checkOwner();
        int pending = sq.publish();
        return pending == 0 ? 0 : hand(pending);
    }

    /**
     * Hands all filled entries to the kernel and waits until a number of completions is ready. Mirrors {@code io_uring_submit_and_wait}. Blocks
     * the thread; garbage collection goes on.
     *
     * @param count 0 to the size of the completion queue
     * @return how many are ready: at least {@code count}, or fewer when the kernel takes no more requests until those are consumed
     */
    public int submitAndWait(int count) throws IOException {
        return turn(true, count, Enter.NO_TIMEOUT);
    }

    /**
     * Hands all filled entries to the kernel and waits until a number of completions is ready, or for a time. Mirrors
     * {@code io_uring_submit_and_wait_timeout}. Linux 5.11 (EXT_ARG).
     *
     * @param count 0 to the size of the completion queue
     * @param timeoutNanos how long to wait at most, from now
     * @return how many are ready; fewer than {@code count} when the time is up
     * @throws UnsupportedOperationException on a kernel without {@link Feature#IORING_FEAT_EXT_ARG}
     */
    public int submitAndWait(int count, long timeoutNanos) throws IOException {
        return turn(true, count, checkTimeout(timeoutNanos));
    }

    /**
     * Waits until a number of completions is ready, without submitting anything. Mirrors {@code io_uring_wait_cqe_nr}.
     *
     * @param count 0 to the size of the completion queue
     * @return how many are ready: at least {@code count}, or fewer when the kernel takes no more requests until those are consumed
     */
    public int await(int count) throws IOException {
        return turn(false, count, Enter.NO_TIMEOUT);
    }

    /**
     * Waits until a number of completions is ready, or for a time, without submitting anything. Mirrors {@code io_uring_wait_cqes}. Linux 5.11
     * (EXT_ARG).
     *
     * @param count 0 to the size of the completion queue
     * @param timeoutNanos how long to wait at most, from now
     * @return how many are ready; fewer than {@code count} when the time is up
     * @throws UnsupportedOperationException on a kernel without {@link Feature#IORING_FEAT_EXT_ARG}
     */
    public int await(int count, long timeoutNanos) throws IOException {
        return turn(false, count, checkTimeout(timeoutNanos));
    }

    /**
     * Hands all filled entries to the kernel and waits until a number of completions is ready, but once the shorter time is up, for any: it gathers
     * completions, and does not make one wait long for the others. Mirrors {@code io_uring_submit_and_wait_min_timeout}. Linux 6.12 (MIN_TIMEOUT).
     *
     * @param count 0 to the size of the completion queue
     * @param timeoutNanos how long to wait at most, from now
     * @param minWaitMicros once this long has passed, any completion ends the wait
     * @return how many are ready; fewer than {@code count} when one of the times is up
     * @throws UnsupportedOperationException on a kernel without {@link Feature#IORING_FEAT_MIN_TIMEOUT}
     */
    public int submitAndWait(int count, long timeoutNanos, int minWaitMicros) throws IOException {
        checkOwner();
        checkCount(count);
        checkTimeout(timeoutNanos);
        checkTimeout(minWaitMicros);
        checkMinTimeout("wait for a minimum of time");
        cq.release();
        long start = System.nanoTime();
        int pending;
        int outcome;
        do {
            long left = Math.max(0, timeoutNanos - (System.nanoTime() - start));
            pending = sq.publish();
            outcome = kernel.submitMinWait(pending, count, left, minWaitMicros);
        } while (outcome == Enter.INTERRUPTED || isPartial(outcome, pending));
        return cq.count();
    }

    /**
     * Hands all filled entries to the kernel and waits until a number of completions is ready, or until a point in time. Linux 6.12
     * ({@code IORING_ENTER_ABS_TIMER}); liburing has no function for it.
     *
     * @param count 0 to the size of the completion queue
     * @param timeNanos on the ring's clock: {@code CLOCK_MONOTONIC}, which {@link System#nanoTime} reads on Linux, or what
     *     {@link Registration#clock} has set
     * @return how many are ready; fewer than {@code count} when the time has come
     * @throws UnsupportedOperationException on an older kernel
     */
    public int submitAndWaitUntil(int count, long timeNanos) throws IOException {
        checkOwner();
        checkCount(count);
        checkTimeout(timeNanos);
        checkMinTimeout("wait until a point in time"); // ABS_TIMER came with the same release
        cq.release();
        int pending;
        int outcome;
        do {
            pending = sq.publish();
            outcome = kernel.submitUntil(pending, count, timeNanos);
        } while (outcome == Enter.INTERRUPTED || isPartial(outcome, pending));
        return cq.count();
    }

    /**
     * Hands all filled entries to the kernel and waits until a number of completions is ready, or for a time, or until a signal comes. Mirrors
     * {@code io_uring_submit_and_wait_timeout} with its mask. Linux 5.11 (EXT_ARG).
     *
     * @param count 0 to the size of the completion queue
     * @param timeoutNanos how long to wait at most, from now
     * @param blocked the signals that are blocked meanwhile, in place of those the thread blocks: bit {@code n - 1} for signal {@code n}
     * @return how many are ready; fewer than {@code count} when the time is up or a signal has come
     * @throws UnsupportedOperationException on a kernel without {@link Feature#IORING_FEAT_EXT_ARG}
     */
    public int submitAndWaitBlocking(int count, long timeoutNanos, long blocked) throws IOException {
        checkOwner();
        checkCount(count);
        checkTimeout(timeoutNanos);
        cq.release();
        int pending;
        int outcome;
        do {
            pending = sq.publish();
            outcome = kernel.submitBlocking(pending, count, timeoutNanos, blocked);
        } while (isPartial(outcome, pending));
        return cq.count();
    }

    /**
     * Hands all filled entries to the kernel and waits as a registered argument says, which is not copied each time. Mirrors
     * {@code io_uring_submit_and_wait_reg}. Linux 6.13.
     *
     * @param count 0 to the size of the completion queue
     * @param region of this ring
     * @param index of the argument in the region
     * @return how many are ready; fewer than {@code count} when the time is up
     */
    public int submitAndWait(int count, WaitRegion region, int index) throws IOException {
        checkOwner();
        checkCount(count);
        cq.release();
        long argument = region.offset(index);
        try {
            int pending;
            int outcome;
            do {
                pending = sq.publish();
                outcome = kernel.submitRegistered(pending, count, argument);
            } while (outcome == Enter.INTERRUPTED || isPartial(outcome, pending));
            return cq.count();
        } finally {
            Reference.reachabilityFence(region);
        }
    }

    /**
     * Changes the queues' sizes; what is in them stays. Submits what has been filled first. Mirrors {@code io_uring_resize_rings}. Linux 6.13, for
     * rings with {@link SetupFlag#IORING_SETUP_DEFER_TASKRUN}.
     *
     * @param entries of the submission queue, 1 to 32,768; rounded up to a power of two
     * @param cqEntries of the completion queue, at least {@code entries}; rounded up to a power of two
     * @throws ErrnoException EINVAL where the kernel cannot, EOVERFLOW when the completions there are do not fit; the ring is then as it was
     */
    public void resize(int entries, int cqEntries) throws IOException {
        checkOwner();
        sq.publish();
        submitForRoom(sq.entries()); // an entry left behind would point to a time that is moved now
        cq.release();
        handle.resize(entries, cqEntries);
        RingMemory memory = handle.memory();
        sq.bind(memory);
        cq.bind(memory);
        kernel = new Enter(handle, cq);
    }

    /**
     * Starts a ring that was opened with {@code R_DISABLED}, and makes it the calling thread's. Mirrors {@code io_uring_enable_rings}. Linux 5.10.
     *
     * @throws IllegalStateException when it is not disabled, or from a virtual thread
     */
    public void enable() throws IOException {
        refuseVirtualThread();
        if (isClosed() || !disabled) {
            throw new IllegalStateException(isClosed() ? "the ring is closed" : "the ring is not disabled");
        }
        int result = LibUring.io_uring_enable_rings(handle.struct());
        if (result < 0) {
            throw new ErrnoException(result, "io_uring_enable_rings", toString(), null);
        }
        disabled = false;
        owner = Thread.currentThread();
        handle.prepareEnter(registerDescriptor);
        kernel = new Enter(handle, cq);
    }

    /** Registered files and buffers. */
    public Registration register() {
        checkOwner();
        return new Registration(this, handle.struct());
    }

    /** What the kernel says it can do. Mirrors {@code io_uring_get_probe_ring}. Linux 5.6. */
    public Probe probe() throws IOException {
        checkOwner();
        return Probe.of(handle.struct());
    }

    /** The flags it was set up with, those included that the defaults brought. */
    public Set<SetupFlag> setupFlags() {
        return SetupFlag.in(handle.setupFlags());
    }

    /** What its kernel can do. */
    public Set<Feature> features() {
        return Feature.in(handle.features());
    }

    /**
     * The ring's descriptor, for {@code poll}, {@code epoll} or another ring: it is readable when completions are ready. Owned by the ring.
     *
     * <p>With {@code DEFER_TASKRUN}, which is the default, requests in flight complete only once the owner enters the kernel, so that nobody who waits for
     * the descriptor is woken by them. For that, open the ring without it, or register an eventfd ({@link Registration#eventDescriptor}), which is
     * signalled at once. Before Linux 6.3 the descriptor of such a ring does not even wake others when a request completes at its submission.
     *
     * @throws IllegalStateException after close, or where it has none ({@link SetupFlag#IORING_SETUP_REGISTERED_FD_ONLY})
     */
    public int descriptor() {
        checkOwner();
        if (handle.descriptor() < 0) {
            throw new IllegalStateException(
                    "the ring has no descriptor: it was opened with IORING_SETUP_REGISTERED_FD_ONLY");
        }
        return handle.descriptor();
    }

    /**
     * Requests that the kernel has taken and whose last completion has not been consumed. One that ends without a completion
     * ({@link Sqe#skipSuccess}) counts for ever, for nobody learns of its end; a completion that another ring posted here counts as one of ours.
     */
    public int inFlight() {
        checkOwner();
        return (sqPoll ? sq.published() : sq.consumed()) - cq.finished();
    }

    /**
     * Closes the ring: cancels what is in flight, waits until all of it has completed, and only then unmaps and frees. Those completions are
     * dropped, and so are entries that were filled and not submitted. A second close does nothing.
     *
     * <p>This takes as long as the slowest request: a zero-copy send to a peer that reads nothing ends only with its socket, so shut that down first.
     *
     * <p>Only the owner may close a ring, or any thread once the owner has ended.
     *
     * @throws IllegalStateException when the owner has ended with requests in flight and the kernel lets no other thread end them
     *     ({@code SINGLE_ISSUER}), or when the ring's {@link Restrictions} forbid it; the ring stays open, for the kernel may still use the requests'
     *     memory
     */
    @Override
    public void close() {
        if (isClosed()) {
            return;
        }
        if (owner != Thread.currentThread()) {
            if (owner.isAlive()) {
                throw wrongThread();
            }
            handle.forgetRegisteredDescriptor(); // it was the dead thread's
            owner = Thread.currentThread();
            kernel = new Enter(handle, cq);
        }
        sq.discardUnpublished();
        boolean atRest = disabled || new Quiesce(this).run();
        ExitFence fence = atRest ? null : fence();
        owner = NOBODY;
        handle.exit();
        if (fence != null) {
            fence.await();
        }
    }

    private ExitFence fence() {
        try {
            return ExitFence.install(handle.struct());
        } catch (ErrnoException e) {
            String advice = e.errno() == Errno.EACCES
                    ? "Close it again when they have completed, or allow a restricted ring IORING_REGISTER_FILES"
                    : "Close a ring on the thread that owns it, before it ends";
            throw new IllegalStateException(
                    inFlight()
                            + " requests may be in flight, and the kernel lets this thread neither cancel them nor wait for their end:"
                            + " the ring stays open, for they may still use their memory. " + advice,
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return "ring of " + sq.entries() + (isClosed() ? " (closed)" : " (fd " + handle.descriptor() + ")");
    }

    // ---- for the queues and registrations ----

    MemorySegment struct() {
        return handle.struct();
    }

    /** Completions will come, or have come, that belong to no request of this ring: those of tags and of other rings' messages. */
    void expectPosted() {
        posted = true;
    }

    /** Whether each request has one last completion, and each last completion a request. */
    boolean countsCompletions() {
        return !posted && !sq.mayBeSilent();
    }

    boolean isClosed() {
        return owner == NOBODY;
    }

    /** One comparison on the hot path; the reason is found out afterwards. */
    void checkOwner() {
        if (Thread.currentThread() != owner) {
            throw refusal();
        }
    }

    /**
     * Enters the kernel if it holds completions back: they did not fit the queue, or wait for their task work to be run by us.
     *
     * @return whether it was entered
     */
    boolean fetchHeldBack() {
        if (!kernel.holdsBack()) {
            return false;
        }
        try {
            kernel.fetch();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return true;
    }

    /** Submits what has been published, until there is room for {@code count} entries more. */
    void submitForRoom(int count) {
        try {
            for (int tries = 0; sq.spaceLeft() < count; ) {
                int before = sq.pending();
                if (sqPoll) {
                    kernel.awaitRoom();
                } else {
                    hand(before);
                }
                if (sq.pending() == before) {
                    kernel.pause(tries++);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- entering the kernel ----

    /** Hands published entries over. Returns how many were taken; 0 when the kernel wants completions consumed first. */
    private int hand(int pending) throws IOException {
        cq.release();
        for (; ; ) {
            int taken = kernel.submit(pending, 0, Enter.NO_TIMEOUT);
            if (taken >= 0) {
                return taken;
            }
            if (taken == Enter.BUSY) {
                return 0;
            }
        }
    }

    /** Submits if asked, and waits until {@code count} completions are ready or the time is up. Mostly, one enter is all it takes. */
    private int turn(boolean submit, int count, long timeoutNanos) throws IOException {
        checkOwner();
        checkCount(count);
        cq.release();
        int pending = submit ? sq.publish() : 0;
        if (pending == 0 && cq.count() >= count) {
            return cq.count();
        }
        long start = timeoutNanos < 0 ? 0 : System.nanoTime();
        // With no time to wait, only the first enter can fetch what the kernel holds back.
        boolean prompt = pending > 0 && count > 0 && timeoutNanos != 0 && promptness.isExpected();
        int outcome = kernel.submit(pending, prompt ? 0 : count, prompt ? Enter.NO_TIMEOUT : timeoutNanos);
        int ready = prompt && sqPoll ? lookForAWhile(count, timeoutNanos) : cq.count();
        if (prompt && (ready < count || kernel.holdsBack())) {
            promptness.disappointed();
        }
        return outcome == pending && ready >= count ? ready : turnOn(outcome, submit, count, timeoutNanos, start);
    }

    /** The kernel's thread is at work on another processor: its completions come without a system call. */
    private int lookForAWhile(int count, long timeoutNanos) {
        long start = System.nanoTime();
        long most = timeoutNanos < 0 ? LOOKING_NANOS : Math.min(LOOKING_NANOS, timeoutNanos);
        int ready = cq.count();
        while (ready < count && System.nanoTime() - start < most) {
            Thread.onSpinWait();
            ready = cq.count();
        }
        return ready;
    }

    /** What is left to do when a first enter was interrupted, refused for the moment, out of time, or took only some of the entries. */
    private int turnOn(int firstOutcome, boolean submit, int count, long timeoutNanos, long start) throws IOException {
        int outcome = firstOutcome;
        for (int tries = 0; outcome != Enter.TIME_IS_UP; ) {
            if (outcome == Enter.BUSY) {
                if (cq.count() > 0) {
                    break; // consuming them is what makes room
                }
                kernel.pause(tries++);
            }
            int pending = submit ? sq.publish() : 0;
            if (pending == 0 && cq.count() >= count) {
                break;
            }
            long left = timeoutNanos < 0 ? timeoutNanos : Math.max(0, timeoutNanos - (System.nanoTime() - start));
            if (left == 0 && pending == 0) {
                break; // the kernel answers 0, not ETIME, when the time is up and some completions are ready
            }
            outcome = kernel.submit(pending, count, left);
        }
        return cq.count();
    }

    /** Whether the kernel took only some of the entries, as a ring without SUBMIT_ALL does at a bad one. It does not wait then. */
    private static boolean isPartial(int outcome, int pending) {
        return outcome >= 0 && outcome < pending;
    }

    // ---- who may do what ----

    private RuntimeException refusal() {
        return isClosed() ? new IllegalStateException("the ring is closed") : wrongThread();
    }

    private RuntimeException wrongThread() {
        return new WrongThreadException(
                "this ring belongs to thread \"" + owner.getName() + "\", and only that one may use it; this is \""
                        + Thread.currentThread().getName() + "\"");
    }

    private static void refuseVirtualThread() {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    "a ring belongs to a kernel thread, and a virtual thread changes between them: open it on a platform thread");
        }
    }

    private void checkCount(int count) {
        if (count < 0 || count > cq.entries()) {
            throw new IllegalArgumentException(
                    "cannot wait for " + count + " completions: the queue holds " + cq.entries());
        }
    }

    private void checkMinTimeout(String what) {
        if ((handle.features() & Feature.IORING_FEAT_MIN_TIMEOUT.bit()) == 0) {
            throw new UnsupportedOperationException(
                    "this kernel cannot " + what + " (MIN_TIMEOUT, Linux 6.12): wait with a timeout instead");
        }
    }

    private long checkTimeout(long nanos) {
        if (nanos < 0) {
            throw new IllegalArgumentException("a timeout is 0 nanoseconds or more, not " + nanos);
        }
        if ((handle.features() & Feature.IORING_FEAT_EXT_ARG.bit()) == 0) {
            throw new UnsupportedOperationException(
                    "this kernel cannot wait with a timeout (EXT_ARG, Linux 5.11): submit a timeout() request instead");
        }
        return nanos;
    }
}

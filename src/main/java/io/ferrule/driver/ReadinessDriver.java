package io.ferrule.driver;

import io.ferrule.driver.OperationKind.Needs;
import io.ferrule.sys.Errno;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What I/O models have in common that tell when a descriptor is ready: an operation is tried at once; where the kernel says EAGAIN it waits for the
 * descriptor, behind those that wait already, and is tried again when the model says so. What readiness says nothing about, such as files, is done
 * by helper threads, unless it is in memory.
 *
 * <p>An operation only ever waits after EAGAIN, and one that finds nobody waiting is tried at once. So it makes no difference whether a model tells
 * of a state or of its change: what changed before the EAGAIN is no news, and what changes after it is told.
 *
 * <p>A model has to say how it watches a descriptor and how it waits.
 */
abstract class ReadinessDriver extends CallingDriver<OperationCalls> {
    private static final int INPUT = Watch.POLLIN;
    private static final int OUTPUT = Watch.POLLOUT;

    /** Not a result: a helper thread should do the operation. */
    static final int BY_HELPER = WithoutWaiting.WOULD_WAIT;

    private static final int EAGAIN = -Errno.EAGAIN.number();
    private static final int ENOBUFS = -Errno.ENOBUFS.number();
    private static final int EINPROGRESS = -Errno.EINPROGRESS.number();
    private static final int EALREADY = -Errno.EALREADY.number();

    /** How often one descriptor is read or written in a row while others are ready too. */
    private static final int TRIES_IN_A_ROW = 64;

    /** How many turns may do without looking for news because there is something to deliver as it is. */
    private static final int TURNS_WITHOUT_NEWS = 8;

    /** Null where this thread does everything itself. */
    private final @Nullable HelperThreads helpers;

    final WatchTable watches = new WatchTable();

    /** Only filled and emptied by {@link #takeBack}. */
    private final OperationQueue handedBack = new OperationQueue();

    /** Null before the first, and where the model does not tell of errors. */
    private @Nullable ZeroCopySends zeroCopySends;

    private final ReadyList readyWatches = new ReadyList();
    private int turnsWithoutNews;

    /**
     * For the calling thread.
     *
     * @param helperLimit how many helper threads there may be
     * @param calls how operations are done: for this thread, and each helper thread
     */
    ReadinessDriver(int helperLimit, Supplier<? extends OperationCalls> calls) {
        super(calls.get());
        this.helpers = new HelperThreads(helperLimit, calls, this::wakeUp);
    }

    /** For the calling thread, which waits for files too. */
    ReadinessDriver(OperationCalls calls) {
        super(calls);
        this.helpers = null;
    }

    /** Refuses a virtual thread: waiting would hold its carrier. */
    static void checkThread() {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    "waiting would hold the carrier of a virtual thread: open the driver on a platform thread");
        }
    }

    // ---- what a model has to say ----

    /**
     * Awaits events of a descriptor from now on, no others; {@link Watch#interest} has those it awaited before. Those that are there already count.
     *
     * @param events {@code POLLIN} and its like; 0 for none, though errors and hang-ups may be told all the same
     * @return 0, or a negative errno
     */
    abstract int watch(Watch watch, int events);

    /** Awaits nothing of a descriptor any more. It is open still, unless somebody else has closed it. */
    abstract void unwatch(Watch watch);

    /**
     * Waits until a descriptor is ready, {@link #wakeUp} is called or the time is up, and calls {@link #ready} for each that is.
     *
     * @param timeoutNanos as for {@link #turn}
     */
    abstract void await(long timeoutNanos) throws IOException;

    /** Frees what the model has. Called once. */
    abstract void closeModel();

    /** Whether it tells of errors ({@code POLLERR}) as such: without that, zero-copy sends copy. */
    boolean tellsOfErrors() {
        return false;
    }

    /**
     * Begins an operation that readiness says nothing about, by means of the model's own, and calls {@link #finish} for it in a later {@link #await}.
     *
     * @return {@link #WAIT}; the result when it is done already; or {@link #BY_HELPER}
     */
    int begins(Operation op) {
        if (!sharesReads()) {
            return BY_HELPER;
        }
        return switch (op.kind) {
            case READ -> WithoutWaiting.read(op);
            case STATX -> WithoutWaiting.status(op);
            default -> BY_HELPER;
        };
    }

    /** Whether it counts as a fallback when a helper thread does an operation, and not as what the model is about. */
    boolean isFallback(Operation op) {
        return true;
    }

    /** Somebody wants the end of an operation that {@link #begins} has begun. */
    void cancelBegun(Operation op) {}

    /** Hands to the kernel what the model has kept back for its next {@link #await}: somebody goes on to wait elsewhere. */
    void submit() throws IOException {}

    /** A descriptor is about to be closed, or is a new one. */
    void forgotten(int fd) {}

    /** Is called when events were told that nobody waits for. A model that tells of states would go on telling them. */
    void needless(Watch watch) {
        int wanted = watch.wanted();
        if (wanted == 0 && watch.interest == 0) {
            forget(watch);
        } else if (wanted != watch.interest && watch.interest != Watch.UNWATCHED) {
            require(watch, wanted);
        }
    }

    /** Has to be called by {@link #await} for a descriptor that is ready. Nothing is delivered within this call. */
    final void ready(Watch watch, int events) {
        readyWatches.add(watch, events);
    }

    /** Has to be called by {@link #await} for a descriptor that is not open: somebody else has closed it. What waits for it is tried, and fails. */
    final void gone(Watch watch) {
        forget(watch);
        ready(watch, INPUT | OUTPUT);
    }

    /**
     * Tells of what a set has found.
     *
     * @param found how many descriptors
     * @param wake whose descriptor may be in the set, the only one of the driver's own
     * @return {@code found}
     */
    final int tell(PollSet set, int found, WakeUp wake) {
        // From the end, since one that is gone is replaced by the last.
        int left = found;
        for (int place = set.size() - 1; left > 0; place--) {
            int events = set.found(place);
            if (events == 0) {
                continue;
            }
            left--;
            Watch watch = set.watch(place);
            if (watch == null) {
                wake.take();
            } else if ((events & Watch.POLLNVAL) != 0) {
                gone(watch);
            } else {
                ready(watch, events);
            }
        }
        return found;
    }

    /** For a model that is told nothing: tries what waits for descriptors that are {@link #ready}. Returns whether anything came of it. */
    final boolean retried() {
        retryReady();
        return finished.delivered() > 0 || !finished.isEmpty() || !readyWatches.isEmpty();
    }

    // ---- the contract ----

    @Override
    public final void flush() throws IOException {
        submit();
        if (!finished.isEmpty() || (embedded && !readyWatches.isEmpty())) {
            wakeUp(); // for the descriptor to be readable
        }
    }

    @Override
    public final void cancel(Operation operation) {
        operation.cancelled = true;
        if (operation.ticket == Place.WAITING) {
            remove(operation);
            finish(operation, ECANCELED);
        } else if (operation.ticket == Place.REQUESTED) {
            cancelBegun(operation);
        } else if (operation.ticket == Place.WITH_HELPERS && helpers != null && helpers.withdraw(operation)) {
            finish(operation, ECANCELED);
        }
    }

    @Override
    public int perform(Operation operation) {
        if (operation.kind == OperationKind.CLOSE || operation.kind == OperationKind.ADOPT) {
            forget(operation.fd);
        }
        return calls.perform(operation);
    }

    @Override
    public final int turn(long timeoutNanos) throws IOException {
        finished.beginTurn();
        boolean idle = finished.isEmpty() && readyWatches.isEmpty();
        if (idle || ++turnsWithoutNews >= TURNS_WITHOUT_NEWS) {
            turnsWithoutNews = 0;
            counters.waits += idle && timeoutNanos != 0 ? 1 : 0;
            await(idle ? timeoutNanos : 0);
            takeBack();
        }
        retryReady();
        finished.deliver();
        if (embedded) {
            submit();
            if (!(finished.isEmpty() && readyWatches.isEmpty())) {
                wakeUp(); // so that the descriptor says so
            }
        }
        return finished.delivered();
    }

    @Override
    public final BufferGroup group(MemorySegment memory, int count, int size) {
        return new FreeBuffers(memory, count, size);
    }

    @Override
    final void end() {
        if (helpers != null) {
            helpers.close();
        }
        closeModel();
        if (zeroCopySends != null) {
            zeroCopySends.close();
        }
    }

    // ---- beginning ----

    @Override
    final int first(Operation op) {
        op.outcomeFlags = 0;
        return switch (op.kind.needs()) {
            case NOTHING -> perform(op);
            case A_THREAD -> isClosedAtOnce(op) ? perform(op) : handOver(op);
            case INPUT -> op.isOfFile() ? handOver(op) : tryFirst(op, INPUT);
            case OUTPUT -> op.isOfFile() ? handOver(op) : tryFirst(op, OUTPUT);
            case BOTH -> tryFirstBoth(op);
        };
    }

    private int tryFirst(Operation op, int direction) {
        if (op.fd < 0) {
            return -Errno.EBADF.number();
        }
        Watch watch = watches.of(op.fd);
        if (op.kind == OperationKind.POLL) {
            int result = attempt(op);
            return result == WAIT ? waitIn(watch, watch.polls, op) : result;
        }
        OperationQueue queue = watch.queue(direction);
        if (queue.isEmpty()) {
            if (op.multishot) {
                // It is tried within the next turn: this call must not complete anything, and one completion is all
                // that can be kept.
                ready(watch, direction);
            } else {
                int result = attempt(op);
                if (result != WAIT) {
                    return result;
                }
            }
        }
        return waitIn(watch, queue, op);
    }

    private int tryFirstBoth(Operation op) {
        if (op.fd < 0 || op.fd2 < 0) {
            return -Errno.EBADF.number();
        }
        Watch source = watches.of(op.fd);
        Watch target = watches.of(op.fd2);
        if (!source.input.isEmpty()) {
            return waitIn(source, source.input, op);
        }
        if (!target.output.isEmpty()) {
            return waitIn(target, target.output, op);
        }
        if (op.regular && helpers != null) {
            return handOver(op);
        }
        int result = attempt(op);
        return result == WAIT ? waitForAnEnd(op) : result;
    }

    private int handOver(Operation op) {
        if (op.kind == OperationKind.CLOSE) {
            forget(op.fd);
        }
        int begun = begins(op);
        if (begun != BY_HELPER) {
            op.ticket = Place.REQUESTED;
            return begun;
        }
        if (helpers == null) {
            return calls.perform(op);
        }
        counters.fallbacks += isFallback(op) ? 1 : 0;
        op.ticket = Place.WITH_HELPERS;
        helpers.submit(op);
        return WAIT;
    }

    // ---- trying ----

    /** Tries an operation. Returns its result, with the flags that go with it in the operation, or {@link #WAIT}. */
    private int attempt(Operation op) {
        if (op.group != null) {
            return receiveInto((FreeBuffers) op.group, op);
        }
        int result = op.kind == OperationKind.SEND_ZERO_COPY && tellsOfErrors() ? sendInPlace(op) : calls.perform(op);
        return switch (op.kind) {
            // Asked again it gives the outcome; as long as there is none, EALREADY. EAGAIN is an outcome too: the
            // backlog of a local socket is full, and nothing tells when it is not.
            case CONNECT -> result == EINPROGRESS || result == EALREADY ? WAIT : result;
            case POLL -> result == 0 ? WAIT : result;
            default -> result == EAGAIN ? WAIT : result;
        };
    }

    private int receiveInto(FreeBuffers buffers, Operation op) {
        int result = buffers.receive(calls, op);
        if (result == ENOBUFS) {
            // That is no news to anyone unless there is something to receive.
            return calls.poll(op.fd, INPUT) == 0 ? WAIT : ENOBUFS;
        }
        return result == EAGAIN ? WAIT : result;
    }

    /** Sends with a copy where the socket cannot do without, nobody would tell that the memory is free, or too many sends are pending. */
    private int sendInPlace(Operation op) {
        ZeroCopySends sends = zeroCopySends;
        if (sends == null) {
            sends = new ZeroCopySends(finished);
            zeroCopySends = sends;
        }
        Watch watch = watches.of(op.fd);
        if (!sends.isPossible(watch) || requireAtLeast(watch, watch.wanted() | Watch.POLLERR) < 0) {
            return calls.perform(op);
        }
        int result = sends.send(watch, op);
        return result == ENOBUFS ? calls.perform(op) : result;
    }

    /** Of a zero-copy send: streams deliver as they go, and are never kept. */
    @Override
    final void goOn(Operation op) {
        if (zeroCopySends != null) {
            zeroCopySends.goOn(op);
        }
    }

    // ---- waiting ----

    /** Has an operation wait in a queue of a watch. */
    private int waitIn(Watch watch, OperationQueue queue, Operation op) {
        op.ticket = Place.WAITING;
        queue.add(op);
        int error = requireWanted(watch);
        if (error < 0) {
            queue.remove(op);
            return error;
        }
        return WAIT;
    }

    /** Has a transfer between two descriptors wait for the one that is not ready. */
    private int waitForAnEnd(Operation op) {
        int end = endToWaitFor(op);
        if (end == 0) {
            // Both are ready by now: it is tried within the next turn.
            ready(watches.of(op.fd2), OUTPUT);
        }
        Watch watch = watches.of(end == INPUT ? op.fd : op.fd2);
        return waitIn(watch, end == INPUT ? watch.input : watch.output, op);
    }

    /** Which end of a transfer is not ready: {@link #INPUT}, {@link #OUTPUT}, or 0 for neither. */
    private int endToWaitFor(Operation op) {
        if (calls.poll(op.fd2, OUTPUT) == 0) {
            return OUTPUT;
        }
        return !op.regular && calls.poll(op.fd, INPUT) == 0 ? INPUT : 0;
    }

    private int requireWanted(Watch watch) {
        return requireAtLeast(watch, watch.wanted());
    }

    /** Has the model await these events, unless it does already. It may await more: that is cheaper than to change it each time. */
    private int requireAtLeast(Watch watch, int events) {
        boolean watched = watch.interest != Watch.UNWATCHED && (events & ~watch.interest) == 0;
        return watched ? 0 : require(watch, events);
    }

    /** Has the model await these events. Returns 0, or a negative errno. */
    final int require(Watch watch, int events) {
        int error = watch(watch, events);
        if (error == 0) {
            watch.interest = events;
        }
        return error;
    }

    private void remove(Operation op) {
        Watch watch = watches.of(op.fd);
        if (!watch.remove(op) && op.kind.needs() == Needs.BOTH) {
            watches.of(op.fd2).remove(op);
        }
    }

    private void forget(int fd) {
        forgotten(fd);
        Watch watch = watches.find(fd);
        if (watch != null) {
            watch.zeroCopySends = null;
            forget(watch);
        }
    }

    private void forget(Watch watch) {
        watch.ready = 0;
        if (watch.interest != Watch.UNWATCHED) {
            watch.interest = Watch.UNWATCHED;
            unwatch(watch);
        }
    }

    // ---- going on ----

    private void takeBack() {
        if (helpers == null) {
            return;
        }
        helpers.drainTo(handedBack);
        for (Operation op = handedBack.poll(); op != null; op = handedBack.poll()) {
            int result = op.outcome;
            if (op.kind.needs() == Needs.BOTH && result == EAGAIN) {
                result = op.cancelled ? ECANCELED : waitForAnEnd(op);
            }
            if (result != WAIT) {
                finish(op, result);
            }
        }
    }

    /** Tries what waits for descriptors that are ready, each once round: those that are ready still come last in the next turn. */
    private void retryReady() {
        Watch last = readyWatches.last();
        while (!finished.isEnough()) {
            Watch watch = readyWatches.poll();
            if (watch == null) {
                return;
            }
            int events = watch.ready;
            watch.ready = 0;
            try {
                retry(watch, events);
            } catch (Throwable e) {
                ready(watch, events); // what the kernel may tell only once is not forgotten
                throw e;
            }
            if (watch == last) {
                return;
            }
        }
    }

    private void retry(Watch watch, int events) {
        if ((events & Watch.POLLERR) != 0 && zeroCopySends != null) {
            zeroCopySends.collect(watch);
        }
        int wanted = watch.wanted();
        if ((events & Watch.INPUT_EVENTS) != 0) {
            retry(watch, watch.input, INPUT);
        }
        if ((events & Watch.OUTPUT_EVENTS) != 0) {
            retry(watch, watch.output, OUTPUT);
        }
        retryPolls(watch);
        if (events != 0 && (wanted == 0 || (events & watch.interest & ~wanted) != 0)) {
            needless(watch);
        }
    }

    private void retry(Watch watch, OperationQueue queue, int direction) {
        for (int tries = 0; tries < TRIES_IN_A_ROW; tries++) {
            if (!deliveredBefore(queue.head())) {
                break;
            }
            Operation op = queue.head();
            if (op == null) {
                return;
            }
            if (op.kind.needs() == Needs.BOTH && op.regular && helpers != null) {
                queue.poll();
                handOver(op);
                continue;
            }
            int result = attempt(op);
            if (result == WAIT) {
                int end = op.kind.needs() == Needs.BOTH ? endToWaitFor(op) : direction;
                if (end == 0) {
                    break;
                }
                if (end != direction) {
                    queue.poll();
                    result = waitForAnEnd(op);
                    if (result != WAIT) {
                        finish(op, result);
                    }
                    continue;
                }
                result = requireWanted(watch);
                if (result == 0) {
                    return;
                }
            } else if (op.goesOn(result)) {
                finished.deliverMore(op, result);
                continue;
            }
            queue.poll();
            finish(op, result);
        }
        ready(watch, direction);
    }

    /** A multishot operation completes as it is tried, so what was done before is delivered first. Returns false when that was enough for the turn. */
    private boolean deliveredBefore(@Nullable Operation op) {
        return op == null || !op.multishot || finished.isEmpty() || finished.deliver();
    }

    private void retryPolls(Watch watch) {
        Operation last = watch.polls.tail();
        for (Operation op = last == null ? null : watch.polls.poll(); op != null; op = watch.polls.poll()) {
            int result = attempt(op);
            if (result == WAIT) {
                watch.polls.add(op);
            } else {
                finish(op, result);
            }
            if (op == last) {
                return;
            }
        }
    }
}

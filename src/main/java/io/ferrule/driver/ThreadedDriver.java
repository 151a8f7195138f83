package io.ferrule.driver;

import io.ferrule.driver.OperationKind.Needs;
import io.ferrule.sys.Errno;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What I/O models have in common that wait in a call: a thread for each operation, which makes the call for it, blocks as long as it takes, and hands
 * the result back. Threads are started when no other is idle, are kept, and end with the driver.
 *
 * <p>A model has to say how the loop's thread waits for them. It may do some operations by means of its own.
 */
abstract class ThreadedDriver extends CallingDriver<Calls> {
    private static final int EAGAIN = -Errno.EAGAIN.number();

    /** How long a signal has to end a call before the next is sent: the first may have come just before the call. */
    private static final long INTERRUPT_AGAIN_NANOS = 1_000_000;

    private final HelperThreads threads;

    /** Only filled and emptied by {@link #takeBack}. */
    private final OperationQueue handedBack = new OperationQueue();

    /** Cancelled, and in a call still; and some that have come back since. */
    private final List<Operation> interrupted = new ArrayList<>();

    private long lastInterrupt;

    /** Somebody wants the turn to end, though nothing is done. */
    private final AtomicBoolean asked = new AtomicBoolean();

    /**
     * For the calling thread.
     *
     * @param limit how many threads there may be
     * @param signal from {@link BlockingCalls#signal()}
     */
    ThreadedDriver(int limit, int signal) {
        super(new Calls(false));
        threads = new HelperThreads(limit, () -> new BlockingCalls(signal), this::signal);
    }

    // ---- what a model has to say ----

    /**
     * Waits until {@link #signal} is called, something that {@link #begins} has begun is done, or the time is up; and may return for no reason.
     *
     * @param timeoutNanos as for {@link #turn}
     */
    abstract void await(long timeoutNanos) throws IOException;

    /** Ends the wait of the loop's thread, or else the next one. Any thread. */
    abstract void signal();

    /** Frees what the model has. Called once. */
    abstract void closeModel();

    /**
     * Begins an operation by means of its own, and calls {@link #finish} for it in a later {@link #await}.
     *
     * @return {@link #WAIT}; a negative errno when that failed; 0 to have a thread do it
     */
    int begins(Operation op) {
        return 0;
    }

    /** Somebody wants the end of an operation that {@link #begins} has begun. */
    void cancelBegun(Operation op) {}

    // ---- the contract ----

    @Override
    public final void cancel(Operation operation) {
        if (operation.cancelled) {
            return;
        }
        operation.cancelled = true;
        if (operation.ticket == Place.REQUESTED) {
            cancelBegun(operation);
        } else if (operation.ticket == Place.WITH_HELPERS) {
            if (threads.withdraw(operation)) {
                finish(operation, ECANCELED);
            } else if (isInterruptible(operation)) {
                interrupted.add(operation);
                interrupt(operation);
            }
        }
    }

    @Override
    public final int perform(Operation operation) {
        return calls.perform(operation);
    }

    @Override
    public final int turn(long timeoutNanos) throws IOException {
        finished.beginTurn();
        if (finished.isEmpty()) {
            counters.waits += timeoutNanos != 0 ? 1 : 0;
            awaitNews(timeoutNanos);
        } else {
            await(0);
            takeBack();
        }
        finished.deliver();
        if (embedded) {
            flush();
        }
        return finished.delivered();
    }

    /** A thread may have told of something that has been taken back already: that is no reason to end the turn. */
    private void awaitNews(long timeoutNanos) throws IOException {
        long begun = timeoutNanos > 0 ? System.nanoTime() : 0;
        long left = timeoutNanos;
        for (; ; ) {
            takeBack();
            boolean wait = finished.isEmpty() && !asked.get();
            await(!wait ? 0 : interrupted.isEmpty() ? left : untilInterruptedAgain(left));
            takeBack();
            interruptAgain();
            if (asked.getAndSet(false) || !finished.isEmpty() || timeoutNanos == 0) {
                return;
            }
            if (timeoutNanos > 0) {
                left = timeoutNanos - (System.nanoTime() - begun);
                if (left <= 0) {
                    return;
                }
            }
        }
    }

    @Override
    public final void flush() {
        if (!finished.isEmpty() || !interrupted.isEmpty()) {
            signal(); // for the descriptor to be readable: also where a call may need another signal to end
        }
    }

    @Override
    public final void wakeUp() {
        asked.set(true);
        signal();
    }

    @Override
    public final BufferGroup group(MemorySegment memory, int count, int size) {
        return new SharedBuffers(memory, count, size);
    }

    @Override
    final void end() {
        threads.close();
        closeModel();
    }

    // ---- beginning ----

    @Override
    final int first(Operation op) {
        op.outcomeFlags = 0;
        if (op.kind.needs() == Needs.NOTHING || isClosedAtOnce(op)) {
            return calls.perform(op);
        }
        int result = begins(op);
        if (result == WAIT) {
            op.ticket = Place.REQUESTED;
        }
        return result == 0 ? handOver(op) : result;
    }

    private int handOver(Operation op) {
        op.ticket = Place.WITH_HELPERS;
        try {
            if (threads.submitUnlessFull(op)) {
                return WAIT;
            }
        } catch (OutOfMemoryError e) {
            // The system gives this process no more threads.
        }
        return op.kind == OperationKind.CLOSE ? calls.perform(op) : EAGAIN; // what is not closed is lost
    }

    /** Has a thread do what {@link #begins} has begun, and cannot do after all. */
    final void giveToThread(Operation op) {
        int result = handOver(op);
        if (result != WAIT) {
            finish(op, result);
        }
    }

    // ---- going on ----

    private void takeBack() {
        threads.drainTo(handedBack);
        for (Operation op = handedBack.poll(); op != null; op = handedBack.poll()) {
            int result = op.outcome;
            if (op.cancelled) {
                performer(op).isOver(op);
                result = isInterruptible(op) && hasMovedNothing(op, result) ? ECANCELED : result;
            }
            if (op.goesOn(result)) {
                finished.keepMore(op, result);
            } else {
                finish(op, result);
            }
        }
    }

    /**
     * Whether an operation has only found the end of a stream, which the next will find too, or failed. One that is cancelled need not tell: where both
     * ends of a connection are closed together, who waits would be told of the other's end rather than of its own, as chance has it.
     */
    private boolean hasMovedNothing(Operation op, int result) {
        if (result != 0) {
            return result < 0;
        }
        return switch (op.kind) {
            case READ, READV, SPLICE, TEE -> true;
            case RECEIVE, RECEIVE_MESSAGE -> calls.isStream(op.fd);
            default -> false;
        };
    }

    /** A stream has delivered one of its completions. */
    @Override
    final void goOn(Operation op) {
        op.outcomeFlags = 0;
        if (op.cancelled) {
            finish(op, ECANCELED);
        } else {
            giveToThread(op);
        }
    }

    // ---- interrupting ----

    /** What waits for a device is not interrupted. */
    private static boolean isInterruptible(Operation op) {
        return op.kind.needs() != Needs.A_THREAD && !op.isOfFile();
    }

    private static BlockingCalls performer(Operation op) {
        return (BlockingCalls) Objects.requireNonNull(op.performer);
    }

    private void interrupt(Operation op) {
        lastInterrupt = System.nanoTime();
        performer(op).interrupt(op);
    }

    private long untilInterruptedAgain(long left) {
        long nanos = Math.max(0, INTERRUPT_AGAIN_NANOS - (System.nanoTime() - lastInterrupt));
        return left < 0 ? nanos : Math.min(left, nanos);
    }

    private void interruptAgain() {
        if (interrupted.isEmpty()) {
            return;
        }
        interrupted.removeIf(op -> !op.cancelled || op.ticket != Place.WITH_HELPERS);
        if (System.nanoTime() - lastInterrupt >= INTERRUPT_AGAIN_NANOS) {
            for (int i = 0; i < interrupted.size(); i++) {
                interrupt(interrupted.get(i));
            }
        }
    }
}

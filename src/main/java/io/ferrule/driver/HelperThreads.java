package io.ferrule.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A few threads that do operations by blocking calls, for what a driver's own model cannot do. They are started as they are needed, up to a limit,
 * and end at {@link #close}. One thread, the loop's, hands over and takes back.
 */
final class HelperThreads {
    /** Files wait for a device, and few devices gain from more calls at once. */
    static final int DEFAULT_LIMIT = 4;

    /** In bytes: what they run is shallow, and there may be thousands. */
    private static final long STACK_SIZE = 512 << 10;

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final int limit;
    private final Supplier<? extends OperationCalls> calls;
    private final Runnable wakeUp;
    private final HandedBack back = new HandedBack();

    /** Those that no thread has begun; also the lock of these, and of {@link #closed}. */
    private final OperationQueue waiting = new OperationQueue();

    private boolean closed;

    /** Only for the loop's thread. */
    private final List<Thread> threads = new ArrayList<>();

    /**
     * Those handed over that have no result yet. As many threads suffice: who has a result comes for the next operation, though it has still to hand
     * the result back.
     */
    private final AtomicInteger unfinished = new AtomicInteger();

    /**
     * No thread is started yet.
     *
     * @param limit how many there are at most
     * @param calls how a thread does operations: asked for once by each
     * @param wakeUp called by helper threads when there is something to take back
     */
    HelperThreads(int limit, Supplier<? extends OperationCalls> calls, Runnable wakeUp) {
        if (limit < 1) {
            throw new IllegalArgumentException("there must be a helper thread at least, not " + limit);
        }
        this.limit = limit;
        this.calls = calls;
        this.wakeUp = wakeUp;
    }

    /** Has a thread do an operation; its result will be in {@link Operation#outcome}. */
    void submit(Operation operation) {
        if (unfinished.get() >= threads.size() && threads.size() < limit) {
            startThread();
        }
        unfinished.incrementAndGet();
        synchronized (waiting) {
            waiting.add(operation);
            waiting.notify();
        }
    }

    /** As {@link #submit}, if a thread can begin the operation now: otherwise it is not taken, and the result is false. */
    boolean submitUnlessFull(Operation operation) {
        if (unfinished.get() >= limit) {
            return false;
        }
        submit(operation);
        return true;
    }

    /** Takes an operation away again. Returns false when a thread has begun it, {@link Operation#performer}: then it takes its course. */
    boolean withdraw(Operation operation) {
        boolean removed;
        synchronized (waiting) {
            removed = waiting.remove(operation);
        }
        if (removed) {
            unfinished.decrementAndGet();
        }
        return removed;
    }

    /** Takes back what has been done, in the order it was. */
    void drainTo(OperationQueue queue) {
        back.drainTo(queue);
    }

    /** Waits until all threads have ended. What no thread has begun is left undone. A second close does nothing. */
    void close() {
        synchronized (waiting) {
            closed = true;
            waiting.notifyAll();
        }
        boolean interrupted = false;
        for (Thread each : threads) {
            while (each.isAlive()) {
                try {
                    each.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        threads.clear();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void startThread() {
        Thread thread = Thread.ofPlatform()
                .daemon()
                .name("ferrule-helper-" + NUMBER.incrementAndGet())
                .stackSize(STACK_SIZE)
                .unstarted(this::work);
        thread.start();
        threads.add(thread);
    }

    private void work() {
        try (OperationCalls own = calls.get()) {
            for (Operation operation = take(own); operation != null; operation = take(own)) {
                operation.outcome = own.perform(operation);
                unfinished.decrementAndGet();
                if (back.add(operation)) {
                    wakeUp.run();
                }
            }
        }
    }

    /** The next operation to do; null when it is time to end. */
    private @Nullable Operation take(OperationCalls own) {
        synchronized (waiting) {
            for (; ; ) {
                if (closed) {
                    return null;
                }
                Operation operation = waiting.poll();
                if (operation != null) {
                    operation.performer = own;
                    return operation;
                }
                try {
                    waiting.wait();
                } catch (InterruptedException e) {
                    // Nobody has a reason to: look again.
                }
            }
        }
    }
}

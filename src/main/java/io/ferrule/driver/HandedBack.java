package io.ferrule.driver;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Operations on their way back from helper threads to the loop's thread: any thread adds, one takes all. Lock-free, linked through the operations
 * themselves.
 */
final class HandedBack {
    private static final VarHandle LAST;

    static {
        try {
            LAST = MethodHandles.lookup().findVarHandle(HandedBack.class, "last", Operation.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The one added last, linked to the one before it. */
    @SuppressWarnings("UnusedVariable") // through LAST
    private @Nullable Operation last;

    /**
     * Adds an operation; what its thread wrote before is visible to the one that takes it.
     *
     * @return whether it is the only one: then the loop's thread may be waiting, and has to be told. Otherwise who came first does that.
     */
    boolean add(Operation operation) {
        for (; ; ) {
            Operation before = (Operation) LAST.getOpaque(this);
            operation.queued = before;
            // Volatile: the release hands over the outcome, the acquire hands on what those before wrote.
            if (LAST.compareAndSet(this, before, operation)) {
                return before == null;
            }
        }
    }

    /** Takes all and adds them to a queue, in the order they came. */
    void drainTo(OperationQueue queue) {
        if (LAST.getOpaque(this) == null) {
            return;
        }
        Operation each = (Operation) LAST.getAndSetAcquire(this, null);
        Operation reversed = null;
        while (each != null) {
            Operation before = each.queued;
            each.queued = reversed;
            reversed = each;
            each = before;
        }
        while (reversed != null) {
            Operation after = reversed.queued;
            queue.add(reversed);
            reversed = after;
        }
    }
}

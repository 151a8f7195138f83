package io.ferrule;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A buffer with what has come, lent by {@link BufferLeases}. {@link #close} gives it back, on any thread; until then nothing else is received into it.
 * The object is used again after that: keep no reference to it, or what comes next is read and given back under somebody else's hands. With
 * {@code -Dferrule.leaks=on} each lease is an object of its own, and such mistakes throw.
 */
public final class Lease extends Buffer {
    private final BufferLeases leases;
    private final int id;
    private final Return giveBack = new Return();
    private int length;

    /** Set for the leak detector when it is closed; null when none looks. */
    private @Nullable AtomicBoolean watched;

    Lease(BufferLeases leases, int id, MemorySegment memory) {
        super(memory, null);
        this.leases = leases;
        this.id = id;
    }

    /** How many bytes have come, from the buffer's first on. {@link #size} is what it could hold. */
    public int length() {
        return length;
    }

    void lend(int bytes) {
        length = bytes;
        reopen();
    }

    void watch(LeakDetector detector, ReceiveAll user) {
        watched = detector.watch(this, user.receiver(), user.asked());
    }

    @Override
    void released() {
        AtomicBoolean toSet = watched;
        if (toSet != null) {
            toSet.set(true);
        }
        leases.closed(this);
    }

    int id() {
        return id;
    }

    /** For the mailbox of the loop, when another thread has closed it. */
    Entry giveBack() {
        return giveBack;
    }

    private final class Return extends Entry {
        @Override
        void arrived() {
            leases.giveBack(id);
        }

        @Override
        void refused() {
            // the loop has closed, and the group with it
        }

        @Override
        void expired() {
            throw new IllegalStateException("a lease has no deadline");
        }
    }
}

package io.ferrule.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What is left of the time that a wait may take, as system calls want to have it: for waits that take several calls. Allocates nothing. */
final class WaitTime {
    /** No shorter than any wait. */
    static final long UNLIMITED = Long.MAX_VALUE;

    private static final long NANOS = 1_000_000_000L;

    /** A {@code struct timespec}. The kernel writes to it what was left. */
    private final MemorySegment timespec;

    private long limit;
    private long deadline;

    WaitTime(Arena arena) {
        timespec = arena.allocate(2 * ValueLayout.JAVA_LONG.byteSize(), ValueLayout.JAVA_LONG.byteAlignment());
    }

    /** Begins a wait: see {@link Driver#turn}. */
    void begin(long timeoutNanos) {
        limit = timeoutNanos;
        deadline = timeoutNanos > 0 ? System.nanoTime() + timeoutNanos : 0;
    }

    /** Whether there is none left. */
    boolean isUp() {
        return limit == 0 || (limit > 0 && System.nanoTime() - deadline >= 0);
    }

    /** The address of a timespec that says: do not wait. */
    long none() {
        return set(0);
    }

    /**
     * The address of a timespec with what is left; 0, which is NULL, for ever.
     *
     * @param atMost nanoseconds; {@link #UNLIMITED} for no further limit
     */
    long left(long atMost) {
        if (limit < 0 && atMost == UNLIMITED) {
            return 0;
        }
        long left = limit > 0 ? Math.max(0, deadline - System.nanoTime()) : limit;
        long nanos = left < 0 ? atMost : Math.min(left, atMost);
        return set(nanos);
    }

    private long set(long nanos) {
        timespec.set(ValueLayout.JAVA_LONG, 0, nanos / NANOS);
        timespec.set(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG.byteSize(), nanos % NANOS);
        return timespec.address();
    }
}

package io.ferrule;

import java.time.Duration;

/**
 * Does something when a time is up: once or again and again. It can be set, cancelled and set anew any number of times, and none of that allocates
 * anything. Belongs to the loop's thread.
 *
 * <p>It is never early. How late it is depends on the callbacks that are running when the time is up. A loop that closes forgets its timers.
 */
public final class Timer extends Entry {
    private static final long ONCE = 0;

    private final Loop loop;
    private final Runnable action;
    private long periodNanos = ONCE;

    Timer(Loop loop, Runnable action) {
        this.loop = loop;
        this.action = action;
    }

    /** Does it once, after a time from now; what it was set to before is forgotten. */
    public void setAfter(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("a timer waits for a time of 0 or more, not " + delay);
        }
        set(delay.toNanos(), ONCE);
    }

    /**
     * Does it again and again, first after one period from now; what it was set to before is forgotten. Each time is a whole number of periods after
     * the start; those that have passed before the loop came to it are left out.
     */
    public void setEvery(Duration period) {
        if (period.isNegative() || period.isZero()) {
            throw new IllegalArgumentException("a timer's period is more than nothing, not " + period);
        }
        set(period.toNanos(), period.toNanos());
    }

    /** Does not do it any more, until it is set again. Returns whether it was set. */
    public boolean cancel() {
        loop.checkOwner();
        boolean was = isSet();
        loop.deadlines().remove(this);
        return was;
    }

    /** Whether it is going to do it. */
    public boolean isSet() {
        loop.checkOwner();
        return position != NOWHERE;
    }

    private void set(long delayNanos, long period) {
        loop.checkOwner();
        loop.checkOpen();
        loop.deadlines().remove(this);
        periodNanos = period;
        deadline = System.nanoTime() + delayNanos;
        loop.deadlines().add(this);
    }

    @Override
    void expired() {
        if (loop.isClosing()) {
            return;
        }
        if (periodNanos != ONCE) {
            long late = System.nanoTime() - deadline;
            deadline += (late / periodNanos + 1) * periodNanos;
            loop.deadlines().add(this);
        }
        loop.run(action);
    }

    @Override
    void arrived() {
        throw new IllegalStateException("a timer does not travel by mail");
    }

    @Override
    void refused() {
        throw new IllegalStateException("a timer does not travel by mail");
    }

    @Override
    public String toString() {
        return position == NOWHERE
                ? "timer (not set)"
                : "timer (due in " + Duration.ofNanos(deadline - System.nanoTime()) + ")";
    }
}

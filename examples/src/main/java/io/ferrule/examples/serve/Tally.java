package io.ferrule.examples.serve;

import io.ferrule.examples.Quantity;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What a server has done, counted by all its threads. */
final class Tally {
    private final AtomicInteger open = new AtomicInteger();
    private final LongAdder connections = new LongAdder();
    private final LongAdder turnedAway = new LongAdder();
    private final LongAdder broken = new LongAdder();
    private final LongAdder requests = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    /** Whether one more connection is within the limit; if so, it counts from now on. */
    boolean opens(int limit) {
        connections.increment();
        if (open.incrementAndGet() <= limit) {
            return true;
        }
        open.decrementAndGet();
        turnedAway.increment();
        return false;
    }

    void closed() {
        open.decrementAndGet();
    }

    /** A connection failed, or its time was up, in the middle of an answer. */
    void broke() {
        broken.increment();
    }

    /** An answer begins. */
    void answers() {
        requests.increment();
    }

    void sent(long count) {
        bytes.add(count);
    }

    int open() {
        return open.get();
    }

    long turnedAway() {
        return turnedAway.sum();
    }

    long broken() {
        return broken.sum();
    }

    long requests() {
        return requests.sum();
    }

    long bytes() {
        return bytes.sum();
    }

    @Override
    public String toString() {
        return "answered " + requests() + " requests with " + Quantity.ofBytes(bytes()) + " over " + connections.sum()
                + " connections" + (broken.sum() == 0 ? "" : ", of which " + broken.sum() + " broke")
                + (turnedAway() == 0 ? "" : ", and turned " + turnedAway() + " away");
    }
}

package io.ferrule.examples.echo;

import io.ferrule.examples.Quantity;
import java.util.concurrent.atomic.LongAdder;

/** What a server has done, counted by all its threads. */
final class Tally {
    private final LongAdder connections = new LongAdder();
    private final LongAdder broken = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    void accepted() {
        connections.increment();
    }

    void echoed(int count) {
        bytes.add(count);
    }

    /** A connection failed before its end. */
    void broke() {
        broken.increment();
    }

    long connections() {
        return connections.sum();
    }

    long broken() {
        return broken.sum();
    }

    long bytes() {
        return bytes.sum();
    }

    @Override
    public String toString() {
        return "echoed " + Quantity.ofBytes(bytes()) + " over " + connections() + " connections"
                + (broken() == 0 ? "" : ", of which " + broken() + " broke");
    }
}

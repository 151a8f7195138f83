package io.ferrule;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Several loops, each on a thread of its own: to use more than one processor. What is opened through one of them belongs to it alone, so programs
 * spread their connections over the loops: with one listener on each ({@link ListenOptions#reusePort}), or one listener that hands descriptors on.
 *
 * <p>Loops tell each other things by mail: {@link Loop#execute} and {@link Loop#post}, or without allocating anything {@link Loop#post(Message)}.
 */
public final class LoopGroup implements Iterable<Loop>, AutoCloseable {
    private final List<Loop> loops;
    private final AtomicInteger turn = new AtomicInteger();

    private LoopGroup(List<Loop> loops) {
        this.loops = List.copyOf(loops);
    }

    /** Starts a loop for each processor that the JVM may use, with the best driver there is. */
    public static LoopGroup start() throws IOException {
        return start(Runtime.getRuntime().availableProcessors(), LoopOptions.defaults());
    }

    /**
     * Starts loops, all alike.
     *
     * @param count 1 or more
     * @throws IOException when one cannot be started: then none is left
     */
    public static LoopGroup start(int count, LoopOptions options) throws IOException {
        if (count < 1) {
            throw new IllegalArgumentException("a group has 1 loop or more, not " + count);
        }
        List<Loop> loops = new ArrayList<>(count);
        try {
            for (int i = 0; i < count; i++) {
                loops.add(Loop.start(options));
            }
        } catch (Throwable e) {
            loops.forEach(Loop::close);
            throw e;
        }
        return new LoopGroup(loops);
    }

    /** The next loop in turn. Any thread. */
    public Loop next() {
        return loops.get(Math.floorMod(turn.getAndIncrement(), loops.size()));
    }

    /** How many there are. */
    public int size() {
        return loops.size();
    }

    /** One of them, from 0. */
    public Loop get(int index) {
        return loops.get(index);
    }

    /** All of them, in the same order each time. */
    @Override
    public Iterator<Loop> iterator() {
        return loops.iterator();
    }

    /**
     * Closes all of them. A second close does nothing.
     *
     * @throws IllegalStateException within a callback of one of them: {@link Loop#stop} each, and close elsewhere
     */
    @Override
    public void close() {
        for (Loop each : loops) {
            if (each.isOwner()) {
                each.checkMayTurn(); // which it may not: this is within a callback
            }
        }
        loops.forEach(Loop::closeSoon); // first, so that they close at the same time
        loops.forEach(Loop::close);
    }

    @Override
    public String toString() {
        return "group of " + loops.size() + " loops on " + loops.getFirst().driverName();
    }
}

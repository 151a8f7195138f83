package io.ferrule.benchmarks;

import java.io.IOException;

/** One of the two that are laid side by side: it does the work for a while, in a process of its own, and says how long a turn took. */
interface Side {
    String name();

    Sample measure(Effort effort) throws IOException, InterruptedException;

    /**
     * @param nanosPerTurn the median of the slices
     * @param bytesPerTurn allocated on the Java heap; 0 for what has none
     */
    record Sample(double nanosPerTurn, double bytesPerTurn) {}
}

package io.ferrule.benchmarks;

import java.io.IOException;

/** One of the two that are laid side by side. It does the work in a process of its own. */
interface Side {
    String name();

    /** Nanoseconds that a turn takes on average, in each slice. */
    double[] nanosPerTurn(Effort effort) throws IOException, InterruptedException;
}

package io.ferrule.benchmarks.harness;

import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;

/** One of those that are laid side by side. */
public interface Side {
    String name();

    /**
     * Does the work once, in processes of its own, which must be children of this one: whatever is left of them when the round's time is over is killed.
     *
     * @return the figure, in the work's unit, for each operation
     * @throws SideException when it cannot run here
     * @throws IOException when it failed
     */
    double round(Effort effort) throws IOException, InterruptedException;

    /**
     * Does the work once, as {@link #round}, and tells all that came of it: a figure for each of {@link Work#figures}, in their order. A side of a work that
     * has a single one leaves this as it is.
     */
    default List<Double> figures(Effort effort) throws IOException, InterruptedException {
        return List.of(round(effort));
    }

    /** Bytes that Java allocates for each operation; empty where nobody can tell. */
    default OptionalDouble allocatedBytes(Effort effort) throws IOException, InterruptedException {
        return OptionalDouble.empty();
    }
}

package io.ferrule.benchmarks.startup;

import io.ferrule.benchmarks.harness.Dialogue;
import io.ferrule.benchmarks.harness.Effort;
import io.ferrule.benchmarks.harness.Side;
import java.io.IOException;
import java.util.List;

/**
 * Milliseconds from the start of a process until it says "done": the shortest of several.
 *
 * @param order what it is told at its begin; null for nothing
 */
record StartSide(String name, List<String> command, String order) implements Side {
    private static final int RUNS = 5;
    private static final double NANOS_PER_MILLI = 1e6;

    @Override
    public double round(Effort effort) throws IOException {
        double shortest = Double.MAX_VALUE;
        for (int i = 0; i < RUNS; i++) {
            shortest = Math.min(shortest, once());
        }
        return shortest;
    }

    private double once() throws IOException {
        long begin = System.nanoTime();
        try (Dialogue program = Dialogue.start(command)) {
            if (order != null) {
                program.tell(order);
            }
            program.hear("done");
            return (System.nanoTime() - begin) / NANOS_PER_MILLI;
        }
    }
}

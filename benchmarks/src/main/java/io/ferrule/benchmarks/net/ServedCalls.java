package io.ferrule.benchmarks.net;

import io.ferrule.benchmarks.harness.Effort;
import io.ferrule.benchmarks.harness.Side;
import java.io.IOException;

/** A server's system calls for each answer, rather than its time. */
record ServedCalls(Served served) implements Side {
    @Override
    public String name() {
        return served.name();
    }

    @Override
    public double round(Effort effort) throws IOException {
        return served.systemCalls(effort);
    }
}

package io.ferrule.benchmarks.process;

import io.ferrule.benchmarks.harness.JmhSide;
import io.ferrule.benchmarks.harness.TwinSide;
import io.ferrule.benchmarks.harness.Unit;
import io.ferrule.benchmarks.harness.Work;
import io.ferrule.benchmarks.net.EchoWorks;
import java.util.List;
import java.util.Map;

/** Bytes in a process for each ring, and for each connection over which nothing goes. */
public final class MemoryWorks {
    private static final String NAME = "memory";

    private MemoryWorks() {}

    public static List<Work> all() {
        return List.of(ring(), EchoWorks.memory(NAME));
    }

    private static Work ring() {
        return new Work(
                NAME,
                Map.of("of", "ring"),
                Unit.BYTES,
                true,
                Work.Preparation.NONE,
                new RingMemory(JmhSide.FERRULE, TurnsSide.java(Turns.RING, 1), true),
                List.of(new RingMemory(TwinSide.LIBURING, TurnsSide.twin("ring"), false)));
    }
}

package io.ferrule.benchmarks.process;

import io.ferrule.benchmarks.harness.Dialogue;
import io.ferrule.benchmarks.harness.Effort;
import io.ferrule.benchmarks.harness.ResidentMemory;
import io.ferrule.benchmarks.harness.Side;
import java.io.IOException;
import java.util.List;

/** What a ring takes in memory, in a program of which each turn opens one. */
record RingMemory(String name, List<String> program, boolean java) implements Side {
    /** Before we look for the first time, so that what all of them share is there. */
    private static final int FIRST = 20;

    private static final int RINGS = 100;

    @Override
    public double round(Effort effort) throws IOException {
        try (Dialogue opening = Dialogue.start(ResidentMemory.command(program, java))) {
            opening.hear("ready");
            open(opening, FIRST);
            long before = ResidentMemory.bytes(opening, java);
            open(opening, RINGS);
            return (double) (ResidentMemory.bytes(opening, java) - before) / RINGS;
        }
    }

    private static void open(Dialogue opening, int rings) throws IOException {
        opening.tell(String.valueOf(rings));
        opening.hear("done");
    }
}

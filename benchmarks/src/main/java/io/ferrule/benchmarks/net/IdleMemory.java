package io.ferrule.benchmarks.net;

import io.ferrule.benchmarks.harness.Dialogue;
import io.ferrule.benchmarks.harness.Effort;
import io.ferrule.benchmarks.harness.ResidentMemory;
import io.ferrule.benchmarks.harness.Side;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What a server has in memory for each connection over which nothing goes, rather than its time. The kernel's own part, its sockets, is not in it. */
record IdleMemory(Served served) implements Side {
    /** Before we look for the first time, so that what all of them share is there. */
    private static final int FIRST = 200;

    private static final int CONNECTIONS = 1000;

    @Override
    public String name() {
        return served.name();
    }

    @Override
    public double round(Effort effort) throws IOException {
        boolean java = served.answersQuestions();
        try (Dialogue serving = Dialogue.start(ResidentMemory.command(served.server(), java))) {
            String port = serving.hearPort();
            try (Dialogue _ = connect(serving, port, FIRST)) {
                long before = ResidentMemory.bytes(serving, java);
                try (Dialogue _ = connect(serving, port, CONNECTIONS)) {
                    return (double) (ResidentMemory.bytes(serving, java) - before) / CONNECTIONS;
                }
            }
        }
    }

    /** Returns when the server has accepted them: a process has a descriptor for each. */
    private static Dialogue connect(Dialogue serving, String port, int connections) throws IOException {
        long before = descriptors(serving);
        Dialogue idle = Dialogue.start(List.of(Served.program(), "idle", port, String.valueOf(connections)));
        idle.hear("ready");
        while (descriptors(serving) < before + connections) {
            Thread.onSpinWait();
        }
        return idle;
    }

    private static long descriptors(Dialogue program) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc", String.valueOf(program.pid()), "fd"))) {
            return all.count();
        }
    }
}

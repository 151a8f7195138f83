package io.ferrule.benchmarks.process;

import static io.ferrule.benchmarks.process.TurnsSide.java;
import static io.ferrule.benchmarks.process.TurnsSide.twin;

import io.ferrule.benchmarks.file.BlockFile;
import io.ferrule.benchmarks.harness.JmhSide;
import io.ferrule.benchmarks.harness.Side;
import io.ferrule.benchmarks.harness.TwinSide;
import io.ferrule.benchmarks.harness.Unit;
import io.ferrule.benchmarks.harness.Work;
import io.ferrule.benchmarks.net.EchoWorks;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** System calls for each operation: of all threads, counted by perf or strace while the program is warm. */
public final class SystemCallWorks {
    private static final String NAME = "syscalls";
    private static final int BATCH = 32;

    private SystemCallWorks() {}

    public static List<Work> all() {
        return Stream.concat(Stream.of(nops("plain"), nops("sqpoll"), reads()), EchoWorks.systemCalls(NAME).stream())
                .toList();
    }

    private static Work nops(String ring) {
        String[] sqPoll = ring.equals("sqpoll") ? new String[] {ring} : new String[0];
        return work(
                ring.equals("plain"),
                Map.of("of", "nop", "batch", BATCH, "ring", ring),
                Work.Preparation.NONE,
                java(Turns.NOP, BATCH, sqPoll),
                List.of(
                        side(TwinSide.LIBURING, twin("nop", String.valueOf(BATCH), ring)),
                        side("LWJGL", java(Turns.LWJGL_NOP, BATCH, sqPoll))));
    }

    private static Work reads() {
        String depth = String.valueOf(BATCH);
        String file = BlockFile.path().toString();
        return work(
                false,
                Map.of("of", "read", "depth", BATCH),
                BlockFile::prepare,
                java(Turns.READ, BATCH),
                List.of(
                        side(TwinSide.LIBURING, twin("read", "cached", depth, file, "plain")),
                        side("C pread", twin("pread", "cached", depth, file)),
                        side("FileChannel", java(Turns.FILE_CHANNEL, BATCH)),
                        side("AsynchronousFileChannel", java(Turns.ASYNCHRONOUS_CHANNEL, BATCH)),
                        side("LWJGL", java(Turns.LWJGL_READ, BATCH)),
                        side("jasyncfio", java(Turns.JASYNCFIO, BATCH))));
    }

    private static Work work(
            boolean quick, Map<String, ?> params, Work.Preparation preparation, List<String> ours, List<Side> others) {
        return new Work(
                NAME, params, Unit.SYSTEM_CALLS_PER_OPERATION, quick, preparation, side(JmhSide.FERRULE, ours), others);
    }

    private static Side side(String name, List<String> command) {
        return new TurnsSide(name, command, BATCH);
    }
}

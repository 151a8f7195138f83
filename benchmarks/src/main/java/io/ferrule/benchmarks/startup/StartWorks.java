package io.ferrule.benchmarks.startup;

import io.ferrule.benchmarks.file.BlockFile;
import io.ferrule.benchmarks.harness.JavaProgram;
import io.ferrule.benchmarks.harness.JmhSide;
import io.ferrule.benchmarks.harness.Side;
import io.ferrule.benchmarks.harness.TwinSide;
import io.ferrule.benchmarks.harness.Unit;
import io.ferrule.benchmarks.harness.Work;
import java.util.List;
import java.util.Map;

/** From the start of a process to its first completion: a block that it has read from a cached file. */
public final class StartWorks {
    private static final String FILE = BlockFile.path().toString();

    private StartWorks() {}

    public static List<Work> all() {
        return List.of(
                work("bare ring", java(JmhSide.FERRULE, RingStart.class, FILE)),
                work("safe layer", java(JmhSide.FERRULE, LayerStart.class, FILE, "uring")),
                work("safe layer on epoll", java(JmhSide.FERRULE, LayerStart.class, FILE, "epoll")));
    }

    private static Work work(String part, Side ours) {
        return new Work(
                "startup",
                Map.of("of", part),
                Unit.MILLIS,
                part.equals("bare ring"),
                BlockFile::prepare,
                ours,
                List.of(
                        new StartSide(
                                TwinSide.LIBURING,
                                List.of(TwinSide.program().toString(), "turns", "read", "cached", "1", FILE, "plain"),
                                "1"),
                        java("FileChannel", ChannelStart.class, FILE),
                        java("Netty io_uring (accept)", NettyStart.class)));
    }

    private static Side java(String name, Class<?> program, String... arguments) {
        return new StartSide(name, JavaProgram.command(program, arguments), null);
    }
}

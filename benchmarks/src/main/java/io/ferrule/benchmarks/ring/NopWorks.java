package io.ferrule.benchmarks.ring;

import io.ferrule.benchmarks.harness.JmhSide;
import io.ferrule.benchmarks.harness.TwinSide;
import io.ferrule.benchmarks.harness.Unit;
import io.ferrule.benchmarks.harness.Work;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What the ring itself costs. The other Java libraries with rings of their own offer no NOP. */
public final class NopWorks {
    private NopWorks() {}

    public static List<Work> all() {
        return Stream.of(false, true)
                .flatMap(sqPoll -> IntStream.of(1, 32, 256).mapToObj(batch -> nop(batch, sqPoll)))
                .toList();
    }

    private static Work nop(int batch, boolean sqPoll) {
        Map<String, ?> jmh = Map.of("batch", batch, "sqPoll", sqPoll);
        return new Work(
                "nop",
                Map.of("batch", batch, "ring", sqPoll ? "SQPOLL" : "plain"),
                Unit.NANOS_PER_OPERATION,
                !sqPoll,
                Work.Preparation.NONE,
                new JmhSide(JmhSide.FERRULE, batch, NopBenchmark.class, jmh),
                List.of(
                        new TwinSide(
                                TwinSide.LIBURING,
                                batch,
                                List.of("nop", String.valueOf(batch), sqPoll ? "sqpoll" : "plain")),
                        new JmhSide("LWJGL", batch, LwjglNops.class, jmh)));
    }
}

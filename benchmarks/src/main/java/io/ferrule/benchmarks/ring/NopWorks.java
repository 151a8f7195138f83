package io.ferrule.benchmarks.ring;

import io.ferrule.benchmarks.harness.JmhSide;
import io.ferrule.benchmarks.harness.TwinSide;
import io.ferrule.benchmarks.harness.Unit;
import io.ferrule.benchmarks.harness.Work;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What the ring itself costs. */
public final class NopWorks {
    private NopWorks() {}

    public static List<Work> all() {
        return IntStream.of(1, 32, 256).mapToObj(NopWorks::nop).toList();
    }

    private static Work nop(int batch) {
        Map<String, Integer> params = Map.of("batch", batch);
        return new Work(
                "nop",
                params,
                Unit.NANOS_PER_OPERATION,
                true,
                Work.Preparation.NONE,
                new JmhSide(JmhSide.FERRULE, batch, NopBenchmark.class, params),
                List.of(new TwinSide(TwinSide.LIBURING, batch, List.of("nop", String.valueOf(batch)))));
    }
}

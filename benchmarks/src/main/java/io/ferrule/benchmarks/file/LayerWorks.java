package io.ferrule.benchmarks.file;

import io.ferrule.benchmarks.file.LayerBenchmark.Style;
import io.ferrule.benchmarks.harness.JmhSide;
import io.ferrule.benchmarks.harness.Unit;
import io.ferrule.benchmarks.harness.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the safe layer costs in each way to wait: beside the same reads on the bare ring. */
public final class LayerWorks {
    private static final int USUAL_DEPTH = 32;

    private LayerWorks() {}

    public static List<Work> all() {
        List<Work> all = new ArrayList<>();
        for (Style style : Style.values()) {
            for (int depth : new int[] {1, USUAL_DEPTH, 128}) {
                all.add(layer(style, depth));
            }
        }
        return all;
    }

    private static Work layer(Style style, int depth) {
        return new Work(
                "layer",
                Map.of("style", style.word(), "depth", depth),
                Unit.NANOS_PER_OPERATION,
                style == Style.CALLBACK && depth == USUAL_DEPTH,
                BlockFile::prepare,
                new JmhSide(
                        "safe layer",
                        depth,
                        LayerBenchmark.class,
                        Map.of("direct", false, "depth", depth, "style", style),
                        OwnCarrier.OPTIONS),
                List.of(new JmhSide(
                        "bare ring",
                        depth,
                        ReadBenchmark.class,
                        Map.of("direct", false, "depth", depth, "fixed", false))));
    }
}

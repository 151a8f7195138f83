package io.ferrule.benchmarks.file;

import io.ferrule.benchmarks.file.LayerBenchmark.Style;
import io.ferrule.benchmarks.harness.JmhSide;
import io.ferrule.benchmarks.harness.TwinSide;
import io.ferrule.benchmarks.harness.Unit;
import io.ferrule.benchmarks.harness.Work;
import java.util.List;
import java.util.Map;

/** Random reads of 4 KiB. */
public final class ReadWorks {
    private ReadWorks() {}

    public static List<Work> all() {
        return List.of(
                read(false, 1),
                read(false, 32),
                read(false, 128),
                read(true, 1),
                read(true, 32),
                read(true, 128),
                layer(Style.CALLBACK, 1),
                layer(Style.CALLBACK, 32),
                layer(Style.FUTURE, 32),
                layer(Style.VIRTUAL, 32));
    }

    private static Work read(boolean fixed, int depth) {
        return new Work(
                fixed ? "readFixed" : "read",
                Map.of("depth", depth),
                Unit.NANOS_PER_OPERATION,
                true,
                CachedFile::prepare,
                bareRing(JmhSide.FERRULE, fixed, depth),
                List.of(new TwinSide(
                        TwinSide.LIBURING,
                        depth,
                        List.of(
                                "read",
                                fixed ? "fixed" : "plain",
                                String.valueOf(depth),
                                CachedFile.path().toString()))));
    }

    /** What the safe layer costs: beside the bare ring. */
    private static Work layer(Style style, int depth) {
        return new Work(
                "layer",
                Map.of("style", style, "depth", depth),
                Unit.NANOS_PER_OPERATION,
                false,
                CachedFile::prepare,
                new JmhSide("safe layer", depth, LayerBenchmark.class, Map.of("style", style, "depth", depth)),
                List.of(bareRing("bare ring", false, depth)));
    }

    private static JmhSide bareRing(String name, boolean fixed, int depth) {
        return new JmhSide(name, depth, ReadBenchmark.class, Map.of("fixed", fixed, "depth", depth));
    }
}

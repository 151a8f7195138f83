package io.ferrule.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * One row of the report: the same work, done by us and by another.
 *
 * @param operations in a turn, by which times and bytes are divided
 * @param preparation of what both sides find there, before either runs
 */
record Work(String name, Map<String, ?> params, int operations, Preparation preparation, JmhSide ours, Side other) {

    /** What our promises are measured against. */
    static final String C = "C liburing";

    /** Done once. */
    interface Preparation {
        void run() throws IOException;
    }

    static List<Work> all() {
        return List.of(
                nop(1),
                nop(32),
                nop(256),
                read(false, 1),
                read(false, 32),
                read(false, 128),
                read(true, 1),
                read(true, 32),
                read(true, 128),
                layer(LayerBenchmark.Style.CALLBACK, 1),
                layer(LayerBenchmark.Style.CALLBACK, 32),
                layer(LayerBenchmark.Style.FUTURE, 32),
                layer(LayerBenchmark.Style.VIRTUAL, 32));
    }

    /** What the safe layer costs: beside the bare ring. */
    private static Work layer(LayerBenchmark.Style style, int depth) {
        return new Work(
                "layer",
                Map.of("style", style, "depth", depth),
                depth,
                CachedFile::prepare,
                new JmhSide("safe layer", LayerBenchmark.class, Map.of("style", style, "depth", depth)),
                new JmhSide("bare ring", ReadBenchmark.class, Map.of("fixed", false, "depth", depth)));
    }

    private static Work nop(int batch) {
        Map<String, Integer> params = Map.of("batch", batch);
        return new Work(
                "nop",
                params,
                batch,
                () -> {},
                new JmhSide("Ferrule", NopBenchmark.class, params),
                new TwinSide(C, List.of("nop", String.valueOf(batch))));
    }

    private static Work read(boolean fixed, int depth) {
        return new Work(
                fixed ? "readFixed" : "read",
                Map.of("depth", depth),
                depth,
                CachedFile::prepare,
                new JmhSide("Ferrule", ReadBenchmark.class, Map.of("fixed", fixed, "depth", depth)),
                new TwinSide(
                        C,
                        List.of(
                                "read",
                                fixed ? "fixed" : "plain",
                                String.valueOf(depth),
                                CachedFile.path().toString())));
    }
}

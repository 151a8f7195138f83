package io.ferrule.benchmarks;

import java.util.List;
import java.util.Map;

/**
 * One row of the report: the same work, done by us and by another.
 *
 * @param operations in a turn, by which times and bytes are divided
 */
record Work(String name, Map<String, ?> params, int operations, JmhSide ours, Side other) {
    static List<Work> all() {
        return List.of(nop(1), nop(32), nop(256));
    }

    private static Work nop(int batch) {
        Map<String, Integer> params = Map.of("batch", batch);
        return new Work(
                "nop",
                params,
                batch,
                new JmhSide("Ferrule", NopBenchmark.class, params),
                new TwinSide("C liburing", List.of("nop", String.valueOf(batch))));
    }
}

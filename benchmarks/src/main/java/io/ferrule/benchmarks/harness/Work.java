package io.ferrule.benchmarks.harness;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Something to do, by us and by others: a row of the report for each of those.
 *
 * @param params shown in the order of their names
 * @param quick whether it is part of the short run
 * @param preparation of what all sides find there, before any runs
 */
public record Work(
        String name,
        Map<String, ?> params,
        Unit unit,
        boolean quick,
        Preparation preparation,
        Side ours,
        List<? extends Side> others) {
    public Work {
        params = Collections.unmodifiableMap(new TreeMap<>(params));
        others = List.copyOf(others);
    }

    /** The same beside others. */
    public Work beside(List<? extends Side> others) {
        return new Work(name, params, unit, quick, preparation, ours, others);
    }

    /** The same with a further parameter. */
    public Work with(String param, Object value) {
        Map<String, Object> all = new TreeMap<>(params);
        all.put(param, value);
        return new Work(name, all, unit, quick, preparation, ours, others);
    }

    /** Done once. */
    public interface Preparation {
        Preparation NONE = () -> {};

        void run() throws IOException;
    }
}

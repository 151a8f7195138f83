package io.ferrule.benchmarks.harness;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Something to do, by us and by others: a row of the report for each of those, and for each figure that a round gives.
 *
 * @param params shown in the order of their names
 * @param quick whether it is part of the short run
 * @param preparation of what all sides find there, before any runs
 * @param further figures of the same rounds, beside the one in the work's own unit
 */
public record Work(
        String name,
        Map<String, ?> params,
        Unit unit,
        boolean quick,
        Preparation preparation,
        Side ours,
        List<? extends Side> others,
        List<Figure> further) {
    /**
     * Something that a round tells.
     *
     * @param name stands in the report in the work's place
     */
    public record Figure(String name, Unit unit) {}

    public Work {
        params = Collections.unmodifiableMap(new TreeMap<>(params));
        others = List.copyOf(others);
        further = List.copyOf(further);
    }

    public Work(
            String name,
            Map<String, ?> params,
            Unit unit,
            boolean quick,
            Preparation preparation,
            Side ours,
            List<? extends Side> others) {
        this(name, params, unit, quick, preparation, ours, others, List.of());
    }

    /** What each round tells, the work's own figure first. */
    public List<Figure> figures() {
        List<Figure> all = new ArrayList<>(List.of(new Figure(name, unit)));
        all.addAll(further);
        return all;
    }

    /** The same beside others. */
    public Work beside(List<? extends Side> others) {
        return new Work(name, params, unit, quick, preparation, ours, others, further);
    }

    /** The same with a further parameter. */
    public Work with(String param, Object value) {
        Map<String, Object> all = new TreeMap<>(params);
        all.put(param, value);
        return new Work(name, all, unit, quick, preparation, ours, others, further);
    }

    /** The same with a further figure, which its sides must give. */
    public Work and(Figure figure) {
        List<Figure> all = new ArrayList<>(further);
        all.add(figure);
        return new Work(name, params, unit, quick, preparation, ours, others, all);
    }

    /** Done once. */
    public interface Preparation {
        Preparation NONE = () -> {};

        void run() throws IOException;
    }
}

package io.ferrule.benchmarks;

import io.ferrule.benchmarks.harness.Side;
import io.ferrule.benchmarks.harness.Work;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the command line wants to have measured. */
final class Selection {
    @Parameters(paramLabel = "WORK", description = "Only these, by name. --list shows them.")
    private Set<String> names = Set.of();

    @Option(names = "--side", paramLabel = "NAME", description = "Only beside these, whose names begin so; repeatable.")
    private Set<String> sides = Set.of();

    @Option(
            names = "--param",
            paramLabel = "NAME=VALUE",
            description = "Only works with this parameter, such as depth=32; repeatable.")
    private Map<String, String> params = Map.of();

    /**
     * Of all works the wanted ones, with the wanted sides. A work that is asked for by its name is wanted in a quick run too.
     */
    List<Work> of(List<Work> all, boolean quick) {
        return all.stream()
                .filter(work -> names.isEmpty() ? !quick || work.quick() : isNamed(work))
                .filter(this::hasParams)
                .map(this::withSides)
                .filter(work -> !work.others().isEmpty())
                .toList();
    }

    /** By any of its figures: they come of the same rounds. */
    private boolean isNamed(Work work) {
        return work.figures().stream().map(Work.Figure::name).anyMatch(names::contains);
    }

    private boolean hasParams(Work work) {
        return params.entrySet().stream()
                .allMatch(param ->
                        param.getValue().equals(Objects.toString(work.params().get(param.getKey()), null)));
    }

    private Work withSides(Work work) {
        List<? extends Side> wanted = work.others().stream()
                .filter(side -> sides.isEmpty() || sides.stream().anyMatch(side.name()::startsWith))
                .toList();
        return work.beside(wanted);
    }
}

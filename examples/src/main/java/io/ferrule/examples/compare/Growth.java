package io.ferrule.examples.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * In words, how much more processor time an operation takes at the far end of a workload's axis than at its beginning. Of each driver the round with the
 * least counts: what else the machine had to do makes it more, and never less.
 */
final class Growth {
    private Growth() {}

    /** A sentence for each workload that has an axis, and figures at both ends. */
    static List<String> of(Results results) {
        List<String> sentences = new ArrayList<>();
        for (Workload workload : results.workloads()) {
            if (!workload.axis().isEmpty()) {
                sentences.addAll(of(results, workload));
            }
        }
        return sentences;
    }

    private static List<String> of(Results results, Workload workload) {
        Workload.Cell first = workload.cells().getFirst();
        Workload.Cell last = workload.cells().getLast();
        List<Factor> factors = results.drivers().stream()
                .filter(driver -> results.of(first, driver).isMeasured()
                        && results.of(last, driver).isMeasured())
                .map(driver -> new Factor(
                        driver,
                        Measure.CPU.least(results.of(last, driver)) / Measure.CPU.least(results.of(first, driver))))
                .sorted(Comparator.comparingDouble(Factor::times).reversed())
                .toList();
        return factors.isEmpty()
                ? List.of()
                : List.of(String.format(
                        Locale.ROOT,
                        "From %,d to %,d %s, processor time per operation became so many times as much: %s.",
                        first.at(),
                        last.at(),
                        workload.axis(),
                        factors.stream().map(Factor::inWords).collect(Collectors.joining(", "))));
    }

    private record Factor(String driver, double times) {
        String inWords() {
            return String.format(Locale.ROOT, times < 10 ? "%s %.1f" : "%s %.0f", driver, times);
        }
    }
}

package io.ferrule.examples.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** In words, how much longer an operation takes at the far end of a workload's axis than at its beginning. */
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
        List<String> factors = results.drivers().stream()
                .filter(driver -> results.of(first, driver).isMeasured()
                        && results.of(last, driver).isMeasured())
                .map(driver -> factor(results.of(first, driver), results.of(last, driver)) + " with " + driver)
                .toList();
        return factors.isEmpty()
                ? List.of()
                : List.of(String.format(
                        Locale.ROOT,
                        "From %,d to %,d %s, one operation took on average so many times as long: %s.",
                        first.at(),
                        last.at(),
                        workload.axis(),
                        String.join(", ", factors)));
    }

    private static String factor(Outcome first, Outcome last) {
        double factor = Measure.THROUGHPUT.of(first).orElseThrow()
                / Measure.THROUGHPUT.of(last).orElseThrow();
        return String.format(Locale.ROOT, factor < 10 ? "%.1f" : "%.0f", factor);
    }
}

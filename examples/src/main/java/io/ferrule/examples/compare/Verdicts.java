package io.ferrule.examples.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * In words, how io_uring compares with the best of the others, computed from the figures.
 *
 * @param losses where another driver was better
 * @param wins where none was
 * @param likelyLosses where another was better, but the rounds of the two overlap, so that it may be chance
 * @param likelyWins where none was, with the same doubt
 */
record Verdicts(List<String> losses, List<String> wins, List<String> likelyLosses, List<String> likelyWins) {
    private static final String URING = "uring";

    /** What differs by less is not worth a sentence. */
    private static final double WORTH_SAYING = 1.05;

    static Verdicts of(Results results) {
        Verdicts verdicts = new Verdicts(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        if (!results.drivers().contains(URING)) {
            verdicts.losses.add("uring was not among the drivers compared.");
        } else if (results.unavailable().containsKey(URING)) {
            verdicts.losses.add(
                    "uring is not to be had here: " + results.unavailable().get(URING));
        } else {
            for (Measure measure : List.of(Measure.THROUGHPUT, Measure.P99, Measure.CPU)) {
                for (Workload workload : results.workloads()) {
                    workload.cells().forEach(cell -> verdicts.compare(results, cell, measure));
                }
            }
        }
        return verdicts;
    }

    private void compare(Results results, Workload.Cell cell, Measure measure) {
        Outcome uring = results.of(cell, URING);
        if (!uring.isMeasured()) {
            if (measure == Measure.THROUGHPUT) {
                losses.add("On " + cell.phrase() + " uring has no figures: " + uring.state() + ", " + uring.reason());
            }
            return;
        }
        Optional<Outcome> best = results.of(cell).stream()
                .filter(outcome -> outcome.isMeasured() && !outcome.driver().equals(URING))
                .max(Comparator.comparingDouble(outcome -> goodness(measure, outcome)));
        if (best.isEmpty()) {
            return;
        }
        Outcome other = best.get();
        double factor = goodness(measure, other) / goodness(measure, uring);
        boolean sure = !measure.overlap(other, uring);
        if (factor >= WORTH_SAYING) {
            (sure ? losses : likelyLosses).add(sentence(cell, measure, other.driver(), URING, factor));
        } else if (factor <= 1 / WORTH_SAYING) {
            (sure ? wins : likelyWins)
                    .add(sentence(cell, measure, URING, other.driver() + ", the next best,", 1 / factor));
        }
    }

    private static String sentence(Workload.Cell cell, Measure measure, String better, String worse, double factor) {
        String times = String.format(Locale.ROOT, factor < 10 ? "%.2f" : "%.0f", factor) + " times ";
        return "On " + cell.phrase() + " "
                + switch (measure) {
                    case CPU -> "CPU time per operation was " + times + "as much with " + worse + " as with " + better;
                    case P99 -> "the 99th percentile was " + times + "as long with " + worse + " as with " + better;
                    default -> better + " was " + times + "as fast as " + worse.replaceFirst(",$", "");
                }
                + ".";
    }

    /** More is better. */
    private static double goodness(Measure measure, Outcome outcome) {
        double value = measure.of(outcome).orElseThrow();
        return measure == Measure.THROUGHPUT ? value : 1 / Math.max(value, Double.MIN_NORMAL);
    }
}

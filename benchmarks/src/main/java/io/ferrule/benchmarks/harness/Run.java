package io.ferrule.benchmarks.harness;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** All works, round by round: when time is short, there are fewer rounds of each and not fewer works. */
public final class Run {
    private final List<Comparison> comparisons;
    private final Effort effort;

    public Run(List<Work> works, Effort effort, PrintStream progress) {
        this.comparisons =
                works.stream().map(work -> new Comparison(work, progress)).toList();
        this.effort = effort;
    }

    /** Hears of what is there already, so that a run that is cut off leaves it behind. */
    public interface Listener {
        void soFar(Report report) throws IOException;
    }

    public Report measure() throws IOException, InterruptedException {
        return measure(report -> {});
    }

    /** The listener hears after each round of each work. */
    public Report measure(Listener listener) throws IOException, InterruptedException {
        long start = System.nanoTime();
        for (Comparison comparison : comparisons) {
            comparison.prepare();
        }
        for (int round = 1; round <= effort.rounds(); round++) {
            if (round > effort.minRounds()
                    && System.nanoTime() - start > effort.budget().toNanos()) {
                break;
            }
            for (Comparison comparison : comparisons) {
                comparison.round(round, effort);
                listener.soFar(soFar());
            }
        }
        List<Row> rows = new ArrayList<>();
        for (Comparison comparison : comparisons) {
            rows.addAll(comparison.rows(effort));
        }
        return new Report(rows);
    }

    private Report soFar() {
        return new Report(comparisons.stream()
                .flatMap(comparison -> comparison.rowsSoFar().stream())
                .toList());
    }
}

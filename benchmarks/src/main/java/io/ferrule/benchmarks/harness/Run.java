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

    public Report measure() throws IOException, InterruptedException {
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
            }
        }
        List<Row> rows = new ArrayList<>();
        for (Comparison comparison : comparisons) {
            rows.addAll(comparison.rows(effort));
        }
        return new Report(rows);
    }
}

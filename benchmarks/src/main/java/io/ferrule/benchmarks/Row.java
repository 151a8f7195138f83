package io.ferrule.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.Map;
import org.openjdk.jmh.util.ListStatistics;

/** What came of a {@link Work}. A ratio is the other's time by ours in the same round: 1 is as fast, more is faster. */
record Row(
        String work,
        Map<String, ?> params,
        String ours,
        String other,
        String unit,
        double ratioMedian,
        double ratioMin,
        double ratioMax,
        int rounds,
        double allocBytesPerOp) {

    /** Alternates between the two sides, and in who goes first: what disturbs the machine for a while disturbs both. */
    static Row measure(Work work, Effort effort, PrintStream progress) throws IOException, InterruptedException {
        work.preparation().run();
        ListStatistics ratios = new ListStatistics();
        for (int round = 1; round <= effort.rounds(); round++) {
            double ours;
            double other;
            if (round % 2 == 0) {
                other = fastest(work.other(), effort);
                ours = fastest(work.ours(), effort);
            } else {
                ours = fastest(work.ours(), effort);
                other = fastest(work.other(), effort);
            }
            ratios.addValue(other / ours);
            progress.printf(
                    "%s %s, round %d of %d: %s %.1f ns, %s %.1f ns%n",
                    work.name(),
                    work.params(),
                    round,
                    effort.rounds(),
                    work.ours().name(),
                    ours / work.operations(),
                    work.other().name(),
                    other / work.operations());
        }
        return new Row(
                work.name(),
                work.params(),
                work.ours().name(),
                work.other().name(),
                "ns/op",
                ratios.getPercentile(50),
                ratios.getMin(),
                ratios.getMax(),
                effort.rounds(),
                work.ours().bytesPerTurn() / work.operations());
    }

    private static double fastest(Side side, Effort effort) throws IOException, InterruptedException {
        return Arrays.stream(side.nanosPerTurn(effort)).min().orElseThrow();
    }
}

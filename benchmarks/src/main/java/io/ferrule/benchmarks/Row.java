package io.ferrule.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import org.openjdk.jmh.util.ListStatistics;

/**
 * What came of a {@link Work}. A ratio is the other's time by ours in the same round: 1 is as fast, more is faster.
 *
 * @param allocBytesPerOp the most of all rounds
 */
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
        ListStatistics ratios = new ListStatistics();
        ListStatistics bytes = new ListStatistics();
        for (int round = 0; round < effort.rounds(); round++) {
            boolean oursFirst = round % 2 == 0;
            Side.Sample first = (oursFirst ? work.ours() : work.other()).measure(effort);
            Side.Sample second = (oursFirst ? work.other() : work.ours()).measure(effort);
            Side.Sample ours = oursFirst ? first : second;
            Side.Sample other = oursFirst ? second : first;
            ratios.addValue(other.nanosPerTurn() / ours.nanosPerTurn());
            bytes.addValue(ours.bytesPerTurn() / work.operations());
            progress.printf(
                    "%s %s, round %d of %d: %s %.1f ns, %s %.1f ns%n",
                    work.name(),
                    work.params(),
                    round + 1,
                    effort.rounds(),
                    work.ours().name(),
                    ours.nanosPerTurn() / work.operations(),
                    work.other().name(),
                    other.nanosPerTurn() / work.operations());
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
                bytes.getMax());
    }
}

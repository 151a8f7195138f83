package io.ferrule.benchmarks.harness;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * What came of a {@link Work} beside one other side. A ratio is of figures of the same round: 1 is as good as the other, more is better. What is not known
 * is null.
 *
 * @param oursMedian our figure in the unit; like the other's, it means nothing but beside it
 * @param rounds in which both have a figure
 * @param reason why there is nothing, or no more, to compare; null when it was measured to the end
 */
public record Row(
        String work,
        Map<String, ?> params,
        String ours,
        String other,
        String unit,
        Double ratioMedian,
        Double ratioMin,
        Double ratioMax,
        int rounds,
        Double allocBytesPerOp,
        Double oursMedian,
        Double otherMedian,
        Status status,
        String reason) {

    /** @param number of the figure in {@link Work#figures} */
    static Row of(Work work, int number, Entrant ours, Entrant other, OptionalDouble allocated) {
        Work.Figure figure = work.figures().get(number);
        List<Double> our = ours.figures(number);
        List<Double> their = other.figures(number);
        int rounds = Math.min(our.size(), their.size());
        double[] ratios = IntStream.range(0, rounds)
                .mapToDouble(round -> figure.unit().ratio(our.get(round), their.get(round)))
                .filter(Double::isFinite) // of nothing, nobody has twice as much
                .sorted()
                .toArray();
        Entrant ended = ours.isOut() ? ours : other;
        return new Row(
                figure.name(),
                work.params(),
                ours.name(),
                other.name(),
                figure.unit().name(),
                median(ratios),
                ratios.length == 0 ? null : ratios[0],
                ratios.length == 0 ? null : ratios[ratios.length - 1],
                rounds,
                allocated.isPresent() ? allocated.getAsDouble() : null,
                median(sorted(our)),
                median(sorted(their)),
                ended.status(),
                ended.isOut() ? ended.name() + ": " + ended.reason() : null);
    }

    private static double[] sorted(List<Double> figures) {
        return figures.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    }

    private static Double median(double[] sorted) {
        int count = sorted.length;
        return count == 0 ? null : (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
    }
}

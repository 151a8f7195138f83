package io.ferrule.benchmarks.harness;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A {@link Work} through its rounds. */
final class Comparison {
    private final Work work;
    private final Entrant ours;
    private final List<Entrant> others;
    private final PrintStream progress;

    Comparison(Work work, PrintStream progress) {
        this.work = work;
        this.ours = new Entrant(work.ours());
        this.others = work.others().stream().map(Entrant::new).toList();
        this.progress = progress;
    }

    void prepare() throws IOException {
        work.preparation().run();
    }

    /** Each side once. Each round has another begin: what disturbs the machine for a while disturbs them all. */
    void round(int number, Effort effort) throws InterruptedException {
        List<Entrant> order =
                new ArrayList<>(Stream.concat(Stream.of(ours), others.stream()).toList());
        Collections.rotate(order, number);
        for (Entrant entrant : order) {
            if (!entrant.isOut() && !ours.isOut()) {
                entrant.round(effort);
                tell(number, entrant);
            }
        }
    }

    private void tell(int number, Entrant entrant) {
        progress.printf(
                "%s %s, round %d: %s %s%n",
                work.name(),
                work.params(),
                number,
                entrant.name(),
                entrant.isOut() ? entrant.status() + ": " + entrant.reason() : told(entrant.last()));
    }

    private String told(List<Double> figures) {
        return IntStream.range(0, figures.size())
                .mapToObj(i -> "%s %s"
                        .formatted(
                                shortened(figures.get(i)),
                                work.figures().get(i).unit().name()))
                .collect(Collectors.joining(", "));
    }

    /** Nanoseconds and bytes come in thousands, system calls in hundredths. */
    private static String shortened(double figure) {
        return String.format(Locale.ROOT, figure < 100 ? "%.4f" : "%.1f", figure);
    }

    /** One for each figure and other side. What is allocated stands beside the work's own figure. */
    List<Row> rows(Effort effort) throws InterruptedException {
        return rows(ours.allocatedBytes(effort));
    }

    /** The same, before it is known what is allocated. */
    List<Row> rowsSoFar() {
        return rows(OptionalDouble.empty());
    }

    private List<Row> rows(OptionalDouble allocated) {
        return IntStream.range(0, work.figures().size())
                .boxed()
                .flatMap(figure -> others.stream()
                        .map(other ->
                                Row.of(work, figure, ours, other, figure == 0 ? allocated : OptionalDouble.empty())))
                .toList();
    }
}

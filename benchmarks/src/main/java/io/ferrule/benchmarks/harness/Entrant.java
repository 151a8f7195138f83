package io.ferrule.benchmarks.harness;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** A side through the rounds: its figures, until something ends it. Whatever goes wrong with it ends here. */
final class Entrant {
    private final Side side;
    private final List<List<Double>> rounds = new ArrayList<>();
    private SideException end;

    Entrant(Side side) {
        this.side = side;
    }

    String name() {
        return side.name();
    }

    /** Once it has failed, it is not tried again. */
    boolean isOut() {
        return end != null;
    }

    /** Runs it once, unless it is out. */
    void round(Effort effort) throws InterruptedException {
        if (isOut()) {
            return;
        }
        try {
            rounds.add(TimeLimit.keep(effort.limit(), () -> side.figures(effort)));
        } catch (SideException e) {
            end = e;
        } catch (IOException | RuntimeException | LinkageError e) {
            end = new SideException(Status.FAILED, e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    OptionalDouble allocatedBytes(Effort effort) throws InterruptedException {
        if (isOut()) {
            return OptionalDouble.empty();
        }
        try {
            return TimeLimit.keep(effort.limit(), () -> side.allocatedBytes(effort));
        } catch (IOException e) {
            return OptionalDouble.empty();
        }
    }

    /** Of each round, the figure with this number in {@link Work#figures}; fewer than there were rounds when it is out. */
    List<Double> figures(int number) {
        return rounds.stream().map(figures -> figures.get(number)).toList();
    }

    /** All of the last round. */
    List<Double> last() {
        return rounds.getLast();
    }

    Status status() {
        return isOut() ? end.status() : Status.MEASURED;
    }

    /** Why it is out; null while it is not. */
    String reason() {
        return isOut() ? end.getMessage() : null;
    }
}

package io.ferrule.benchmarks.harness;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** A side through the rounds: its figures, until something ends it. Whatever goes wrong with it ends here. */
final class Entrant {
    private final Side side;
    private final List<Double> figures = new ArrayList<>();
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
            figures.add(TimeLimit.keep(effort.limit(), () -> side.round(effort)));
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

    /** One of each round; fewer than there were rounds when it is out. */
    List<Double> figures() {
        return figures;
    }

    Status status() {
        return isOut() ? end.status() : Status.MEASURED;
    }

    /** Why it is out; null while it is not. */
    String reason() {
        return isOut() ? end.getMessage() : null;
    }
}

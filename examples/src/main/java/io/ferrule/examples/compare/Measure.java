package io.ferrule.examples.compare;

import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What is compared of {@link Outcome}s. */
enum Measure {
    THROUGHPUT("throughput", "ops/s", round -> round.figures().perSecond()),
    P50("p50", "p50 µs", round -> round.figures().p50() / 1e3),
    P99("p99", "p99 µs", round -> round.figures().p99() / 1e3),
    P999("p99.9", "p99.9 µs", round -> round.figures().p999() / 1e3),
    SYSTEM_CALLS("system_calls", "calls/op", null),
    CPU("cpu", "CPU µs/op", round -> round.cpuNanosPerOperation() / 1e3),
    THREADS("threads", "threads", round -> round.threads());

    private final String key;
    private final String heading;

    @SuppressWarnings("ImmutableEnumChecker") // these have no state
    private final @Nullable ToDoubleFunction<Outcome.Round> figure;

    Measure(String key, String heading, @Nullable ToDoubleFunction<Outcome.Round> figure) {
        this.key = key;
        this.heading = heading;
        this.figure = figure;
    }

    /** In JSON. */
    String key() {
        return key;
    }

    /** Of a column, with its unit. */
    String heading() {
        return heading;
    }

    /** The median over the rounds; empty where it is not known. */
    OptionalDouble of(Outcome outcome) {
        if (!outcome.isMeasured()) {
            return OptionalDouble.empty();
        }
        return figure == null ? outcome.systemCalls() : OptionalDouble.of(outcome.median(figure));
    }

    double least(Outcome outcome) {
        return figure == null ? outcome.systemCalls().orElseThrow() : outcome.least(figure);
    }

    double most(Outcome outcome) {
        return figure == null ? outcome.systemCalls().orElseThrow() : outcome.most(figure);
    }

    /** Whether the rounds of the two overlap, so that the difference may be chance. */
    boolean overlap(Outcome one, Outcome other) {
        return least(one) <= most(other) && least(other) <= most(one);
    }
}

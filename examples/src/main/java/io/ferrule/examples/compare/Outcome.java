package io.ferrule.examples.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What came of work of one size on one driver: figures, round by round, or why there are none. */
final class Outcome {
    /** Whether there are figures, or what kind of reason there is instead. */
    enum State {
        MEASURED("measured"),
        /** The model cannot do this: the driver says so. */
        NOT_APPLICABLE("not applicable"),
        /** This machine does not have the driver. */
        NOT_AVAILABLE("not to be had here"),
        FAILED("failed"),
        CRASHED("crashed"),
        TIMED_OUT("timed out");

        private final String words;

        State(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }

        /** In JSON. */
        String key() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One turn.
     *
     * @param cpuNanos processor time of the measured process meanwhile
     * @param threads that the driver has
     */
    record Round(Figures figures, long cpuNanos, int threads) {
        double cpuNanosPerOperation() {
            return (double) cpuNanos / figures.operations();
        }
    }

    private final String driver;
    private final List<Round> rounds = new ArrayList<>();
    private State state = State.MEASURED;
    private @Nullable String reason;
    private OptionalDouble systemCalls = OptionalDouble.empty();

    Outcome(String driver) {
        this.driver = driver;
    }

    String driver() {
        return driver;
    }

    State state() {
        return state;
    }

    /** In words; null when it was measured. */
    @Nullable
    String reason() {
        return reason;
    }

    boolean isMeasured() {
        return state == State.MEASURED && !rounds.isEmpty();
    }

    /** Whether there is any use in another round. */
    boolean goesOn() {
        return state == State.MEASURED;
    }

    List<Round> rounds() {
        return rounds;
    }

    void add(Round round) {
        rounds.add(round);
    }

    /** What was measured before does not count. */
    void ended(State why, String inWords) {
        state = why;
        reason = inWords;
    }

    void systemCalls(double perOperation) {
        systemCalls = OptionalDouble.of(perOperation);
    }

    /** For each operation; empty when they could not be counted. */
    OptionalDouble systemCalls() {
        return systemCalls;
    }

    /** The median over the rounds; of an even number, the mean of the two in the middle. */
    double median(ToDoubleFunction<Round> figure) {
        double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    double least(ToDoubleFunction<Round> figure) {
        return rounds.stream().mapToDouble(figure).min().orElseThrow();
    }

    double most(ToDoubleFunction<Round> figure) {
        return rounds.stream().mapToDouble(figure).max().orElseThrow();
    }
}

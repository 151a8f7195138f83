package io.ferrule.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutcomeTest {
    private final Outcome outcome = new Outcome("epoll");

    @Test
    void theMedianOfThreeIsTheOneInTheMiddle() {
        rounds(30, 10, 20);

        assertThat(Measure.THROUGHPUT.of(outcome)).hasValue(20);
        assertThat(Measure.THROUGHPUT.least(outcome)).isEqualTo(10);
        assertThat(Measure.THROUGHPUT.most(outcome)).isEqualTo(30);
    }

    @Test
    void theMedianOfTwoIsBetweenThem() {
        rounds(30, 10);

        assertThat(Measure.THROUGHPUT.of(outcome)).hasValue(20);
    }

    @Test
    void whatHasFailedHasNoFiguresWhateverWasMeasuredBefore() {
        rounds(30);

        outcome.ended(Outcome.State.FAILED, "the disk is on fire");

        assertThat(Measure.THROUGHPUT.of(outcome)).isEmpty();
    }

    @Test
    void systemCallsThatWereNotCountedAreNotKnown() {
        rounds(30);

        assertThat(Measure.SYSTEM_CALLS.of(outcome)).isEmpty();
    }

    private void rounds(long... operations) {
        for (long each : operations) {
            outcome.add(new Outcome.Round(new Figures(each, 1, 1, 2, 3), 4, 5));
        }
    }
}

package io.ferrule.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GrowthTest {
    private static final Workload IDLE = Workload.all().getLast();

    @Test
    void itIsSaidHowMuchMoreProcessorTimeAnOperationTakesAtTheFarEnd() {
        Results results = new Results(List.of("epoll", "select"), List.of(IDLE));
        measured(results, "epoll", 1000, 1100);
        measured(results, "select", 1000, 50_000);

        assertThat(Growth.of(results))
                .containsExactly(
                        "From 0 to 4,000 idle connections, processor time per operation became so many times as"
                                + " much: select 50, epoll 1.1.");
    }

    @Test
    void theRoundThatWasDisturbedLeastCounts() {
        Results results = new Results(List.of("epoll"), List.of(IDLE));
        measured(results, "epoll", 1000, 9000);
        measured(results, "epoll", 1000, 1500);

        assertThat(Growth.of(results)).singleElement().asString().endsWith(": epoll 1.5.");
    }

    @Test
    void aDriverWithoutFiguresAtBothEndsIsLeftOut() {
        Results results = new Results(List.of("epoll", "select"), List.of(IDLE));
        measured(results, "epoll", 1000, 1000);
        measured(results, "select", 1000, 50_000);
        results.of(IDLE.cells().getLast(), "select").ended(Outcome.State.TIMED_OUT, "no answer");

        assertThat(Growth.of(results)).singleElement().asString().endsWith(": epoll 1.0.");
    }

    @Test
    void withoutAnAxisThereIsNothingToSay() {
        Results results = new Results(List.of("epoll"), List.of(Workload.all().getFirst()));

        assertThat(Growth.of(results)).isEmpty();
    }

    private static void measured(Results results, String driver, long first, long last) {
        results.of(IDLE.cells().getFirst(), driver).add(round(first));
        results.of(IDLE.cells().getLast(), driver).add(round(last));
    }

    private static Outcome.Round round(long cpuNanos) {
        return new Outcome.Round(new Figures(1, 1, 1, 2, 3), cpuNanos, 5);
    }
}

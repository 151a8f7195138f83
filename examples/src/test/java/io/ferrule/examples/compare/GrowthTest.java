package io.ferrule.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class GrowthTest {
    private static final Workload IDLE = Workload.all().getLast();

    @Test
    void itIsSaidHowManyTimesAsLongAnOperationTakesAtTheFarEnd() {
        Results results = new Results(List.of("epoll", "select"), List.of(IDLE));
        measured(results, "epoll", 1100, 1000);
        measured(results, "select", 2000, 40);

        assertThat(Growth.of(results))
                .containsExactly(
                        "From 0 to 4,000 idle connections, one operation took on average so many times as long:"
                                + " 1.1 with epoll, 50 with select.");
    }

    @Test
    void aDriverWithoutFiguresAtBothEndsIsLeftOut() {
        Results results = new Results(List.of("epoll", "select"), List.of(IDLE));
        measured(results, "epoll", 1000, 1000);
        measured(results, "select", 2000, 40);
        results.of(IDLE.cells().getLast(), "select").ended(Outcome.State.TIMED_OUT, "no answer");

        assertThat(Growth.of(results)).singleElement().asString().endsWith(": 1.0 with epoll.");
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

    private static Outcome.Round round(long operations) {
        return new Outcome.Round(new Figures(operations, 1, 1, 2, 3), 4, 5);
    }
}

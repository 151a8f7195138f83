package io.ferrule.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of io_uring follows from the figures. */
class VerdictsTest {
    private static final Workload ECHO = Workload.all().stream()
            .filter(workload -> workload.name().equals("echo"))
            .map(echo -> new Workload(
                    echo.name(),
                    echo.title(),
                    echo.explanation(),
                    echo.operation(),
                    echo.axis(),
                    List.of(echo.cells().getFirst())))
            .findFirst()
            .orElseThrow();
    private static final Workload.Cell CELL = ECHO.cells().getFirst();

    @Test
    void whereAnotherDriverIsFasterItSaysWhichAndHowMuch() {
        Results results = results("uring", "epoll", "poll");
        measured(results, "uring", 1000, 1001, 999);
        measured(results, "epoll", 1200, 1201, 1199);
        measured(results, "poll", 1100, 1101, 1099);

        assertThat(Verdicts.of(results).losses())
                .containsExactly("On echo with 1 connection epoll was 1.20 times as fast as uring.");
        assertThat(Verdicts.of(results).wins()).isEmpty();
        assertThat(Verdicts.of(results).likelyLosses()).isEmpty();
    }

    @Test
    void whereUringIsFastestTheNextBestIsNamed() {
        Results results = results("select", "uring", "epoll");
        measured(results, "uring", 3000, 3000, 3000);
        measured(results, "epoll", 1500, 1500, 1500);
        measured(results, "select", 100, 100, 100);

        assertThat(Verdicts.of(results).wins())
                .containsExactly("On echo with 1 connection uring was 2.00 times as fast as epoll, the next best.");
        assertThat(Verdicts.of(results).losses()).isEmpty();
    }

    @Test
    void whereRoundsOverlapItMayBeChance() {
        Results results = results("uring", "epoll");
        measured(results, "uring", 1000, 1500, 999);
        measured(results, "epoll", 1200, 1201, 1199);

        assertThat(Verdicts.of(results).losses()).isEmpty();
        assertThat(Verdicts.of(results).likelyLosses())
                .containsExactly("On echo with 1 connection epoll was 1.20 times as fast as uring.");
    }

    @Test
    void aWinMayBeChanceToo() {
        Results results = results("uring", "epoll");
        measured(results, "uring", 2000, 2000, 900);
        measured(results, "epoll", 1000, 1000, 1000);

        assertThat(Verdicts.of(results).wins()).isEmpty();
        assertThat(Verdicts.of(results).likelyWins())
                .containsExactly("On echo with 1 connection uring was 2.00 times as fast as epoll, the next best.");
    }

    @Test
    void longerLatencyAndMoreProcessorTimeAreLossesToo() {
        Results results = results("uring", "epoll");
        results.of(CELL, "uring").add(round(1000, 9_000, 4_000));
        results.of(CELL, "epoll").add(round(1000, 3_000, 1_000));

        assertThat(Verdicts.of(results).losses())
                .containsExactly(
                        "On echo with 1 connection the 99th percentile was 3.00 times as long with uring as with epoll.",
                        "On echo with 1 connection CPU time per operation was 4.00 times as much with uring as with epoll.");
    }

    @Test
    void shorterLatencyAndLessProcessorTimeAreWinsToo() {
        Results results = results("uring", "epoll");
        results.of(CELL, "uring").add(round(1000, 3_000, 1_000));
        results.of(CELL, "epoll").add(round(1000, 9_000, 4_000));

        assertThat(Verdicts.of(results).wins())
                .containsExactly(
                        "On echo with 1 connection the 99th percentile was 3.00 times as long with epoll, the next best,"
                                + " as with uring.",
                        "On echo with 1 connection CPU time per operation was 4.00 times as much with epoll, the next best,"
                                + " as with uring.");
    }

    @Test
    void aDifferenceOfLittleIsNotWorthASentence() {
        Results results = results("uring", "epoll");
        measured(results, "uring", 1000);
        measured(results, "epoll", 1040);

        assertThat(Verdicts.of(results)).isEqualTo(new Verdicts(List.of(), List.of(), List.of(), List.of()));
    }

    @Test
    void whereUringIsNotToBeHadNothingElseIsSaid() {
        Results results = results("uring", "epoll");
        measured(results, "epoll", 1040);
        results.unavailable("uring", "a sandbox refuses it");

        assertThat(Verdicts.of(results).losses()).containsExactly("uring is not to be had here: a sandbox refuses it");
    }

    @Test
    void whereUringHasFailedItSaysSo() {
        Results results = results("uring", "epoll");
        measured(results, "epoll", 1040);
        results.of(CELL, "uring").ended(Outcome.State.CRASHED, "the process ended by signal 11");

        assertThat(Verdicts.of(results).losses())
                .containsExactly(
                        "On echo with 1 connection uring has no figures: crashed, the process ended by signal 11");
    }

    @Test
    void withoutUringThereIsNothingToSayOfIt() {
        Results results = results("epoll", "poll");
        measured(results, "epoll", 1040);

        assertThat(Verdicts.of(results).losses()).containsExactly("uring was not among the drivers compared.");
    }

    private static Results results(String... drivers) {
        return new Results(List.of(drivers), List.of(ECHO));
    }

    private static void measured(Results results, String driver, long... operationsPerSecond) {
        for (long operations : operationsPerSecond) {
            results.of(CELL, driver).add(round(operations, 5_000, 2_000));
        }
    }

    private static Outcome.Round round(long operations, long p99, long cpuPerOperation) {
        return new Outcome.Round(new Figures(operations, 1, 2_000, p99, 9_000), cpuPerOperation * operations, 1);
    }
}

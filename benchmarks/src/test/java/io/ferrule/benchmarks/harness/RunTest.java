package io.ferrule.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunTest {
    private static final PrintStream NOWHERE = new PrintStream(OutputStream.nullOutputStream());

    @Test
    void aRatioIsOfFiguresOfTheSameRound() throws Exception {
        Row row = row(Unit.NANOS_PER_OPERATION, figures("ours", 10, 20, 40), figures("other", 20, 20, 20));

        assertThat(row.ratioMedian()).isCloseTo(1, within(1e-9));
        assertThat(row.ratioMin()).isCloseTo(0.5, within(1e-9));
        assertThat(row.ratioMax()).isCloseTo(2, within(1e-9));
        assertThat(row.rounds()).isEqualTo(3);
        assertThat(row.status()).isEqualTo(Status.MEASURED);
    }

    @Test
    void moreIsBetterForUsWhereMoreIsBetter() throws Exception {
        Row row = row(Unit.OPERATIONS_PER_SECOND, figures("ours", 30, 30, 30), figures("other", 10, 10, 10));

        assertThat(row.ratioMedian()).isCloseTo(3, within(1e-9));
    }

    @Test
    void aFurtherFigureOfTheSameRoundHasARowOfItsOwn() throws Exception {
        Work work = work(Unit.MILLIS, several("ours", 10.0, 4.0), List.of(several("other", 20.0, 1.0)))
                .and(new Work.Figure("more", Unit.OPERATIONS_PER_SECOND));

        List<Row> rows = rows(work);

        assertThat(rows)
                .extracting(Row::work, Row::unit, Row::ratioMedian, Row::rounds)
                .containsExactly(tuple("work", "ms", 2.0, 3), tuple("more", "ops/s", 4.0, 3));
    }

    @Test
    void aSideThatCrashesKeepsWhatItHadAndIsNotTriedAgain() throws Exception {
        List<Integer> tries = new ArrayList<>();
        Side crashing = side("other", () -> {
            tries.add(1);
            return tries.size() == 2 ? program("sh", "-c", "echo no luck >&2; kill -SEGV $$") : 5;
        });

        Row row = row(Unit.NANOS_PER_OPERATION, figures("ours", 5, 5, 5), crashing);

        assertThat(tries).hasSize(2);
        assertThat(row.rounds()).isEqualTo(1);
        assertThat(row.status()).isEqualTo(Status.FAILED);
        assertThat(row.reason()).contains("other: ").contains("signal 11").contains("no luck");
    }

    @Test
    void aSideThatHangsIsKilledAndTheOthersGoOn() throws Exception {
        Side hanging = side("hanging", () -> program("sh", "-c", "sleep 1000 & wait"));

        Work work = work(Unit.MILLIS, figures("ours", 5, 5, 5), List.of(hanging, figures("other", 5, 5, 5)));
        List<Row> rows = rows(work, Duration.ofSeconds(2));

        assertThat(rows.get(0).status()).isEqualTo(Status.TIMED_OUT);
        assertThat(rows.get(0).ratioMedian()).isNull();
        assertThat(rows.get(1).status()).isEqualTo(Status.MEASURED);
        assertThat(rows.get(1).rounds()).isEqualTo(3);
    }

    @Test
    void aProgramThatIsNotThereIsUnavailable() throws Exception {
        Row row = row(
                Unit.MILLIS,
                figures("ours", 5, 5, 5),
                side("other", () -> program("a-program-that-nobody-has-installed")));

        assertThat(row.status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(row.reason()).contains("a-program-that-nobody-has-installed");
    }

    @Test
    void whatWeCannotDoIsSaidInOurRow() throws Exception {
        Row row = row(
                Unit.MILLIS,
                side("ours", () -> {
                    throw new IllegalStateException("broken");
                }),
                figures("other", 5, 5, 5));

        assertThat(row.status()).isEqualTo(Status.FAILED);
        assertThat(row.reason()).isEqualTo("ours: broken");
    }

    @Test
    void whenTheBudgetIsUsedUpThereAreFewerRounds() throws Exception {
        Effort none = new Effort(7, 2, Duration.ZERO, 1, 1, 1, 1, 1, Duration.ofSeconds(5));

        Report report = new Run(
                        List.of(work(Unit.MILLIS, figures("ours", 5, 5, 5), List.of(figures("other", 5, 5, 5)))),
                        none,
                        NOWHERE)
                .measure();

        assertThat(report.rows().getFirst().rounds()).isEqualTo(2);
    }

    @Test
    void theReportIsAnArrayWithTheAgreedNames() throws Exception {
        Report report = new Report(rows(Unit.NANOS_PER_OPERATION, figures("ours", 5, 5, 5), figures("other", 5, 5, 5)));

        assertThat(JsonParser.parseString(report.json())
                        .getAsJsonArray()
                        .get(0)
                        .getAsJsonObject()
                        .keySet())
                .contains(
                        "work",
                        "params",
                        "ours",
                        "other",
                        "unit",
                        "ratio_median",
                        "ratio_min",
                        "ratio_max",
                        "rounds",
                        "alloc_bytes_per_op",
                        "status",
                        "reason");
    }

    private interface Job {
        double run() throws IOException, InterruptedException;
    }

    private static double program(String... command) throws IOException, InterruptedException {
        return ChildProcess.run(List.of(command)).size();
    }

    /** One in each round. */
    private static Side figures(String name, double... figures) {
        int[] round = {0};
        return side(name, () -> figures[round[0]++]);
    }

    /** The same in each round. */
    private static Side several(String name, Double... figures) {
        return new Side() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double round(Effort effort) {
                return figures[0];
            }

            @Override
            public List<Double> figures(Effort effort) {
                return List.of(figures);
            }
        };
    }

    private static Side side(String name, Job job) {
        return new Side() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double round(Effort effort) throws IOException, InterruptedException {
                return job.run();
            }
        };
    }

    private static Row row(Unit unit, Side ours, Side other) throws Exception {
        return rows(unit, ours, other).getFirst();
    }

    private static List<Row> rows(Unit unit, Side ours, Side... others) throws Exception {
        return rows(work(unit, ours, List.of(others)));
    }

    private static List<Row> rows(Work work) throws Exception {
        return rows(work, Duration.ofMinutes(1));
    }

    private static List<Row> rows(Work work, Duration limit) throws Exception {
        Effort three = new Effort(3, 3, Duration.ofMinutes(1), 1, 1, 1, 1, 1, limit);
        return new Run(List.of(work), three, NOWHERE).measure().rows();
    }

    private static Work work(Unit unit, Side ours, List<Side> others) {
        return new Work("work", Map.of("size", 1), unit, true, Work.Preparation.NONE, ours, others);
    }
}

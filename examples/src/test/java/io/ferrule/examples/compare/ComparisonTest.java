package io.ferrule.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers that do not do as they should: the others' results are there all the same. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ComparisonTest {
    private static final Workload READS = Workload.all().getFirst();

    /** More than any answer needs, on a machine that has much else to do; one test waits for it. */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private Results results = new Results(List.of(), List.of());

    /** Crashes at one work and hangs at another; and one driver is not to be had. */
    static final class FaultyWorker extends Worker {
        private final String driver;

        private FaultyWorker(String driver, Path directory) {
            super(driver, directory);
            this.driver = driver;
        }

        public static void main(String[] args) throws IOException {
            new FaultyWorker(args[0], Path.of(args[1])).work();
        }

        @Override
        JsonObject handle(String what, JsonObject request) throws IOException {
            if (driver.equals("select") && what.equals("probe")) {
                JsonObject answer = new JsonObject();
                answer.put(UNAVAILABLE, "it has been taken away");
                return answer;
            }
            String cell = request.getString("cell", "");
            if (driver.equals("epoll") && cell.equals("buffered-32")) {
                System.err.println("something terrible");
                Runtime.getRuntime().halt(3);
            }
            if (driver.equals("epoll") && cell.equals("direct-1")) {
                hang();
            }
            if (driver.equals("epoll") && cell.equals("direct-32")) {
                throw new IOException("the disk is on fire");
            }
            return super.handle(what, request);
        }

        private static void hang() {
            for (; ; ) {
                LockSupport.park();
            }
        }
    }

    @BeforeAll
    void compare(@TempDir Path directory) throws Exception {
        Comparison.Plan plan = new Comparison.Plan(
                List.of("epoll", "select", "nio"), List.of(READS), 0.1, 1, directory, PATIENCE, FaultyWorker.class);
        try (Comparison comparison = new Comparison(plan, new Comparison.Progress() {
            @Override
            public void at(Workload workload, int round) {}

            @Override
            public void turns(int done, int all) {}
        })) {
            results = comparison.run();
        }
    }

    @Test
    void aCrashIsReportedWithWhatTheProcessSaid() {
        assertEnd("buffered-32", Outcome.State.CRASHED, "the process ended with status 3: something terrible");
    }

    @Test
    void aHangIsEndedAndReported() {
        assertEnd("direct-1", Outcome.State.TIMED_OUT, "no answer within 15 s; the process was killed");
    }

    @Test
    void aFailureIsReported() {
        assertEnd("direct-32", Outcome.State.FAILED, "the disk is on fire");
    }

    @Test
    void aDriverThatIsNotToBeHadHasNoResults() {
        assertThat(results.unavailable()).containsExactly(Map.entry("select", "it has been taken away"));
        assertThat(READS.cells())
                .allSatisfy(
                        cell -> assertThat(results.of(cell, "select").state()).isEqualTo(Outcome.State.NOT_AVAILABLE));
    }

    @Test
    void whatADriverRefusesByItsNatureIsNotAFailure() {
        Outcome refused = results.of(cell("direct-1"), "nio");

        assertThat(refused.state()).isEqualTo(Outcome.State.NOT_APPLICABLE);
        assertThat(refused.reason()).contains("no O_DIRECT");
    }

    @Test
    void theOthersAreMeasured() {
        for (Outcome outcome : List.of(
                results.of(cell("buffered-1"), "epoll"),
                results.of(cell("buffered-1"), "nio"),
                results.of(cell("buffered-32"), "nio"))) {
            assertThat(outcome.isMeasured()).as("%s", outcome.reason()).isTrue();
            assertThat(outcome.rounds()).singleElement().satisfies(round -> {
                assertThat(round.figures().operations()).isPositive();
                assertThat(round.figures().p50()).isPositive();
                assertThat(round.figures().p999())
                        .isGreaterThanOrEqualTo(round.figures().p99());
                assertThat(round.cpuNanos()).isPositive();
                assertThat(round.threads()).isPositive();
            });
        }
    }

    @Test
    void systemCallsAreCountedOrItIsSaidWhyNot() {
        Outcome outcome = results.of(cell("buffered-1"), "epoll");

        if (results.callsUnknown() == null) {
            assertThat(outcome.systemCalls().orElseThrow()).isPositive();
        } else {
            assertThat(results.callsUnknown()).startsWith("strace ");
            assertThat(outcome.systemCalls()).isEmpty();
        }
    }

    private void assertEnd(String cell, Outcome.State state, String reason) {
        Outcome outcome = results.of(cell(cell), "epoll");
        assertThat(outcome.state()).isEqualTo(state);
        assertThat(outcome.reason()).isEqualTo(reason);
        assertThat(outcome.isMeasured()).isFalse();
    }

    private static Workload.Cell cell(String name) {
        return READS.cells().stream()
                .filter(cell -> cell.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}

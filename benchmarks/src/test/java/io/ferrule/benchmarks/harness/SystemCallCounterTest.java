package io.ferrule.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SystemCallCounterTest {
    private static final int LINES = 100;
    private static final long BEYOND_THE_LARGEST = 0x3fffffff;

    /** It reads a line with one call, and writes it with another. */
    @Test
    void theCallsOfARunningProcessAreCountedFromNowOn() throws Exception {
        try (Dialogue cat = Dialogue.start(List.of("cat"))) {
            repeat(cat); // what it does at its begin
            try (SystemCallCounter counter = counter(cat.pid())) {
                repeat(cat);

                assertThat(counter.end()).isBetween(2L * LINES - 1, 2L * LINES + 2);
            }
        }
    }

    @Test
    void ofAProcessThatIsNotThereNothingCanBeCounted() {
        assertThatThrownBy(() -> new SystemCallCounter(BEYOND_THE_LARGEST).close())
                .isInstanceOfSatisfying(
                        SideException.class, e -> assertThat(e.status()).isEqualTo(Status.UNAVAILABLE));
    }

    private static SystemCallCounter counter(long pid) throws IOException {
        try {
            return new SystemCallCounter(pid);
        } catch (SideException e) {
            return abort("needs perf or strace, and the right to trace: " + e.getMessage());
        }
    }

    private static void repeat(Dialogue cat) throws IOException {
        for (int i = 0; i < LINES; i++) {
            cat.tell("line");
            cat.hear();
        }
    }
}

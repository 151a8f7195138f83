package io.ferrule.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemCallsTest {
    private static final long NOBODY = 0x3fffffff; // beyond the largest process number

    @Test
    void theTotalIsReadFromStracesTable() {
        assertThat(SystemCalls.total(List.of(
                        "% time     seconds  usecs/call     calls    errors syscall",
                        "------ ----------- ----------- --------- --------- ----------------",
                        " 98.20    0.004310           4       901           read",
                        "  1.80    0.000079           3        23         6 futex",
                        "------ ----------- ----------- --------- --------- ----------------",
                        "100.00    0.004389           4       924         6 total")))
                .isEqualTo(924);
    }

    @Test
    void whereNothingCanBeCountedItSaysWhy(@TempDir Path directory) throws Exception {
        try (SystemCalls calls = new SystemCalls(directory.resolve("table"))) {
            calls.begin(NOBODY);

            assertThat(calls.end()).isEmpty();
            assertThat(calls.obstacle()).startsWith("strace ");
        }
    }
}

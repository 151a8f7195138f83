package io.ferrule.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class KernelFileTest {
    @Test
    void aSysctlOfSeveralDigitsIsReadWhole() throws Exception {
        long bytes = Long.parseLong(
                Files.readAllLines(Path.of("/proc/sys/fs/pipe-max-size")).getFirst());

        assertThat(KernelFile.text("/proc/sys/fs/pipe-max-size")).isEqualTo(String.valueOf(bytes));
        assertThat(bytes).isGreaterThan(9);
    }

    @Test
    void aFileThatIsMissingIsUnknown() {
        assertThat(KernelFile.text("/proc/sys/no-such-thing")).isEqualTo(KernelFile.UNKNOWN);
    }

    @Test
    void aDirectoryIsUnknown() {
        assertThat(KernelFile.text("/proc/sys")).isEqualTo(KernelFile.UNKNOWN);
    }
}

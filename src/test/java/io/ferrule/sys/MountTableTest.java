package io.ferrule.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MountTableTest {
    @Test
    void aPlaceThatProgramsRunFromIsNotNamed() {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        assertThat(MountTable.noExecMountOf(java)).isNull();
    }

    @Test
    void aPlaceMountedNoExecIsNamedByItsMountPoint() throws IOException {
        needProcMountedNoExec();
        assertThat(MountTable.noExecMountOf(Path.of("/proc/version"))).isEqualTo("/proc");
    }

    @Test
    void aFileThatIsNotThereYetIsLookedForByItsDirectory() throws IOException {
        needProcMountedNoExec();
        assertThat(MountTable.noExecMountOf(Path.of("/proc/no/such/file"))).isEqualTo("/proc");
    }

    private static void needProcMountedNoExec() throws IOException {
        assumeTrue(
                Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                        .anyMatch(line -> line.matches("\\S+ /proc proc \\S*\\bnoexec\\b.*")),
                "needs /proc mounted noexec");
    }
}

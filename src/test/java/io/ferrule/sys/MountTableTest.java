package io.ferrule.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MountTableTest {
    @Test
    void aPlaceThatProgramsRunFromIsNotNamed() {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        assertThat(MountTable.noExecMountOf(java)).isNull();
    }

    @Test
    void aPlaceMountedNoExecIsNamedByItsMountPoint() throws IOException {
        String mountPoint = somethingMountedNoExec();
        assertThat(MountTable.noExecMountOf(Path.of(mountPoint))).isEqualTo(mountPoint);
    }

    @Test
    void aFileThatIsNotThereYetIsLookedForByItsDirectory() throws IOException {
        String mountPoint = somethingMountedNoExec();
        assertThat(MountTable.noExecMountOf(Path.of(mountPoint, "no such directory", "file")))
                .isEqualTo(mountPoint);
    }

    private static String somethingMountedNoExec() throws IOException {
        Optional<String> found = Files.readAllLines(Path.of("/proc/self/mounts")).stream()
                .map(line -> line.split(" "))
                .filter(fields -> List.of(fields[3].split(",")).contains("noexec"))
                .map(fields -> fields[1])
                .filter(point -> Files.isDirectory(Path.of(point)))
                .findFirst();
        assumeTrue(found.isPresent(), "needs a directory mounted noexec, as /proc or /sys mostly are");
        return found.get();
    }
}

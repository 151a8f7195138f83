package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the uring driver asks of the kernel. */
class UringDriverTest {
    @Test
    void aRingOfTheUsualSizeHasACompletionQueueForManyThatWait() throws IOException {
        assertThat(completionQueueOfARingOf(256)).isEqualTo(8192);
    }

    @Test
    void aSmallRingHasASmallCompletionQueue() throws IOException {
        assertThat(completionQueueOfARingOf(64)).isEqualTo(256);
    }

    @Test
    void aLargeRingHasALargerCompletionQueue() throws IOException {
        assertThat(completionQueueOfARingOf(4096)).isEqualTo(16_384);
    }

    private static int completionQueueOfARingOf(int entries) throws IOException {
        try (UringDriver driver = UringDriver.open(entries)) {
            String mask = Files.readAllLines(Path.of("/proc/self/fdinfo/" + driver.ringDescriptor())).stream()
                    .filter(line -> line.startsWith("CqMask:"))
                    .map(line -> line.substring("CqMask:".length()).strip())
                    .findFirst()
                    .orElse("");
            assumeTrue(!mask.isEmpty(), "this kernel says nothing of a ring in /proc/self/fdinfo");
            return Integer.decode(mask) + 1;
        }
    }
}

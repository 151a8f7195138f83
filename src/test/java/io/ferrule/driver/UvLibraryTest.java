package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Finding libuv on the machine, or saying how to get it. */
class UvLibraryTest {
    static boolean isThere() {
        try {
            return !LibuvDriver.version().isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void itsVersionIsKnown() throws IOException {
        assumeTrue(isThere(), "libuv is not installed");
        assertThat(LibuvDriver.version()).matches("1\\.\\d+\\.\\d+.*");
    }

    @Test
    void whereItIsNotTheMessageSaysHowToGetIt() {
        assertThatThrownBy(() -> UvLibrary.find("libuv-not-there.so.1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("there is no libuv-not-there.so.1")
                .hasMessageContaining("apt-get install libuv1")
                .hasMessageContaining("-Dferrule.libuv=FILE");
    }

    @Test
    void aLibraryThatIsNotItOrTooOldIsRefused() {
        assertThatThrownBy(() -> UvLibrary.find("libc.so.6"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("libuv 1.19 or newer")
                .hasMessageContaining("libc.so.6");
    }
}

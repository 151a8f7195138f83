package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The list of drivers that the tests run on, against the drivers there are and what users are told of them. */
class DriversTest {
    @Test
    void testsRunOnEveryDriver() {
        assertThat(Drivers.names()).containsExactlyInAnyOrderElementsOf(Loop.driverNames());
    }

    @ParameterizedTest
    @MethodSource("io.ferrule.Drivers#names")
    void aLoopSaysWhichDriverItHasAndWhy(String driver) throws IOException {
        try (Loop loop = Loop.open(LoopOptions.defaults().driver(driver))) {
            assertThat(loop.driverName()).isEqualTo(driver);
            assertThat(loop.description()).isEqualTo(driver + ": the program asked for it");
        }
    }

    @Test
    void aDriverThatIsNotThereIsRefusedWithTheNamesOfThoseThatAre() {
        assertThatThrownBy(() -> Loop.open(LoopOptions.defaults().driver("kqueue")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("kqueue")
                .hasMessageContaining("uring, epoll, epoll-edge, nio");
    }

    @Test
    void usersAreToldWhatEachDriverLacks() throws IOException {
        String document = Files.readString(Path.of(System.getProperty("ferrule.test.basedir"), "docs", "drivers.md"));
        for (String driver : Drivers.names()) {
            assertThat(document).contains("| `" + driver + "` |");
            for (Drivers.Feature each : Drivers.lacking(driver)) {
                assertThat(document.lines().filter(line -> line.startsWith("| " + each.words() + " |")))
                        .as("what is lacking in %s", driver)
                        .singleElement()
                        .asString()
                        .contains("`" + driver + "`");
            }
        }
    }
}

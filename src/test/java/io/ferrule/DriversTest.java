package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.driver.OperationKind;
import io.ferrule.testing.Jvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The list of drivers that the tests run on, against the drivers there are and what users are told of them. */
class DriversTest {
    @Test
    void testsRunOnEveryDriver() {
        assertThat(Drivers.all()).containsExactlyInAnyOrderElementsOf(Loop.driverNames());
    }

    @ParameterizedTest
    @MethodSource("io.ferrule.Drivers#all")
    void aLoopSaysWhichDriverItHasAndWhy(String driver) throws IOException {
        assumeTrue(
                Drivers.isThere(driver),
                () -> "what the " + driver + " driver needs is not installed: none of its tests are run");
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
    void theListOfDriversTellsWhichCanBeHadHere() throws IOException {
        List<DriverInfo> all = Loop.drivers();
        assertThat(all).extracting(DriverInfo::name).containsExactlyElementsOf(DriverChoice.names());
        for (DriverInfo each : all) {
            if (each.isAvailable()) {
                Loop.open(LoopOptions.defaults().driver(each.name())).close();
                assertThat(each.can(OperationKind.NOP)).isTrue();
                assertThat(each).hasToString(each.name());
            } else {
                assertThatThrownBy(() -> Loop.open(LoopOptions.defaults().driver(each.name())))
                        .hasMessage(each.whyNot());
                assertThat(each.kinds()).isEmpty();
            }
        }
    }

    @Test
    @Tag("subprocess")
    void theListTellsWhyADriverCannotBeHad() throws Exception {
        Jvm.Result result = Jvm.onModulePath(PrintsDrivers.class)
                .with("-Dferrule.uring=off")
                .run();
        assertThat(result.out())
                .contains("uring (not available: io_uring is not available: ferrule.uring=off")
                .contains("\nepoll\n");
    }

    /** Another JVM's program. */
    static final class PrintsDrivers {
        public static void main(String[] args) {
            Loop.drivers().forEach(System.out::println);
        }
    }

    @Test
    void aVirtualThreadMayAskForTheListAndAThreadWithALoopOfItsOwn() throws Exception {
        CompletableFuture<List<DriverInfo>> all = new CompletableFuture<>();
        Thread.startVirtualThread(() -> all.complete(Loop.drivers()));
        assertThat(all.get()).isEqualTo(Loop.drivers());
        for (DriverInfo each : all.get()) {
            if (each.isAvailable()) {
                try (Loop loop = Loop.open(LoopOptions.defaults().driver(each.name()))) {
                    assertThat(Loop.drivers())
                            .as("beside %s", loop.driverName())
                            .contains(each);
                }
            }
        }
    }

    @Test
    void usersAreToldWhatEachDriverLacks() throws IOException {
        String document = Files.readString(Path.of(System.getProperty("ferrule.test.basedir"), "docs", "drivers.md"));
        for (String driver : Drivers.all()) {
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

    @Test
    void eachModelIsExplained() throws IOException {
        String document = Files.readString(Path.of(System.getProperty("ferrule.test.basedir"), "docs", "models.md"));
        for (String driver : Drivers.all()) {
            assertThat(document).as(driver).contains("\n## " + driver.replaceFirst("-edge$", "") + "\n");
        }
    }
}

package io.ferrule.examples;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.DriverInfo;
import io.ferrule.Loop;
import io.ferrule.LoopOptions;
import io.ferrule.driver.OperationKind;
import java.util.List;
import java.util.stream.Stream;

/** The drivers that tests of servers run on: all that this machine has and that do sockets. */
public final class SocketDrivers {
    private static final List<DriverInfo> ALL = Loop.drivers();

    private SocketDrivers() {}

    /** The names of all drivers. */
    public static Stream<String> names() {
        return ALL.stream().map(DriverInfo::name);
    }

    /** For a loop with this driver. Skips the test where it cannot be had, or does no sockets. */
    public static LoopOptions options(String name) {
        DriverInfo driver =
                ALL.stream().filter(each -> each.name().equals(name)).findAny().orElseThrow();
        assumeTrue(driver.isAvailable(), () -> "needs the driver " + driver);
        assumeTrue(driver.can(OperationKind.ACCEPT), () -> "needs sockets, and the " + name + " driver has none");
        return LoopOptions.defaults().driver(name);
    }
}

package io.ferrule.examples;

import static org.junit.jupiter.api.Assumptions.abort;

import io.ferrule.Loop;
import io.ferrule.LoopOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.stream.Stream;

/** The drivers that tests of servers run on: all that this machine has and that do sockets. */
public final class SocketDrivers {
    private SocketDrivers() {}

    /** The names of all drivers. */
    public static Stream<String> names() {
        return Loop.driverNames().stream();
    }

    /** For a loop with this driver. Skips the test where it cannot be had, or does no sockets. */
    public static LoopOptions options(String name) {
        LoopOptions options = LoopOptions.defaults().driver(name);
        try (Loop loop = Loop.open(options)) {
            loop.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .await();
            return options;
        } catch (UnsupportedOperationException | IOException | LinkageError e) {
            return abort("a server needs sockets, and the " + name + " driver says: " + e.getMessage());
        }
    }
}

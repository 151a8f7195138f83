package io.ferrule;

import io.ferrule.driver.BlockingDriver;
import io.ferrule.driver.Driver;
import io.ferrule.driver.EpollDriver;
import io.ferrule.driver.LibuvDriver;
import io.ferrule.driver.LinuxAioDriver;
import io.ferrule.driver.MmapDriver;
import io.ferrule.driver.NioDriver;
import io.ferrule.driver.NonBlockingDriver;
import io.ferrule.driver.OperationKind;
import io.ferrule.driver.PollDriver;
import io.ferrule.driver.PosixAioDriver;
import io.ferrule.driver.SelectDriver;
import io.ferrule.driver.SigioDriver;
import io.ferrule.driver.UringDriver;
import io.ferrule.uring.IoUringUnavailableException;
import java.io.IOException;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The driver that a loop gets, and why.
 *
 * @param reason in words
 */
record DriverChoice(Driver driver, String reason) {
    /** How a driver is opened. */
    @FunctionalInterface
    private interface Opener {
        Driver open(LoopOptions options) throws IOException;
    }

    private static final Map<String, Opener> DRIVERS = new LinkedHashMap<>();

    /** Tried in this order when none is named. */
    private static final List<String> PREFERRED = List.of("uring", "epoll", "nio");

    static {
        DRIVERS.put("uring", options -> UringDriver.open(options.entries(), options.only()));
        DRIVERS.put("epoll", options -> EpollDriver.level());
        DRIVERS.put("epoll-edge", options -> EpollDriver.edge());
        DRIVERS.put("nio", options -> NioDriver.open());
        DRIVERS.put("select", options -> SelectDriver.open());
        DRIVERS.put("poll", options -> PollDriver.open());
        DRIVERS.put("nonblocking", options -> NonBlockingDriver.open());
        DRIVERS.put("sigio", options -> SigioDriver.open());
        DRIVERS.put("blocking", options -> BlockingDriver.open());
        DRIVERS.put("linux-aio", options -> LinuxAioDriver.open());
        DRIVERS.put("posix-aio", options -> PosixAioDriver.open());
        DRIVERS.put("mmap", options -> MmapDriver.open());
        DRIVERS.put("libuv", options -> LibuvDriver.open());
    }

    /** The names of all drivers. */
    static List<String> names() {
        return List.copyOf(DRIVERS.keySet());
    }

    /** All drivers, each opened and closed again on a thread of its own: some take their thread for themselves. */
    static List<DriverInfo> all() {
        return DRIVERS.keySet().stream().map(DriverChoice::info).toList();
    }

    private static DriverInfo info(String name) {
        CompletableFuture<DriverInfo> info = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("ferrule-probe-" + name).start(() -> info.complete(probe(name)));
        return info.join();
    }

    private static DriverInfo probe(String name) {
        try (Driver driver = open(name, LoopOptions.defaults())) {
            Set<OperationKind> kinds = EnumSet.allOf(OperationKind.class);
            kinds.removeIf(kind -> !driver.can(kind));
            return new DriverInfo(name, kinds, null);
        } catch (IOException | RuntimeException | LinkageError e) {
            return new DriverInfo(name, Set.of(), String.valueOf(e.getMessage()));
        }
    }

    static DriverChoice make(LoopOptions options) throws IOException {
        String asked = options.driver();
        if (asked != null) {
            return new DriverChoice(open(asked, options), "the program asked for it");
        }
        @Nullable String property = System.getProperty(LoopOptions.DRIVER_PROPERTY);
        if (property != null) {
            return new DriverChoice(open(property, options), "-D" + LoopOptions.DRIVER_PROPERTY + " asked for it");
        }
        StringBuilder reasons = new StringBuilder();
        for (String name : PREFERRED) {
            try {
                Driver driver = open(name, options);
                return new DriverChoice(driver, reasons + "the best there is");
            } catch (IoUringUnavailableException | UnsupportedOperationException | LinkageError e) {
                reasons.append(name)
                        .append(" is not to be had (")
                        .append(e.getMessage())
                        .append("); ");
            }
        }
        throw new IOException("no driver is to be had: " + reasons);
    }

    private static Driver open(String name, LoopOptions options) throws IOException {
        Opener opener = DRIVERS.get(name);
        if (opener == null) {
            throw new IllegalArgumentException(
                    "there is no driver \"" + name + "\", only " + String.join(", ", names()));
        }
        return opener.open(options);
    }
}

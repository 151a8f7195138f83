package io.ferrule.examples;

import io.ferrule.LoopOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which driver. */
public final class DriverOption {
    @Option(
            names = "--driver",
            paramLabel = "NAME",
            description = "uring, epoll, epoll-edge, ...: the I/O model (default: the best there is)")
    private @Nullable String name;

    /** For a loop with this driver. */
    public LoopOptions loopOptions() {
        LoopOptions defaults = LoopOptions.defaults();
        return name == null ? defaults : defaults.driver(name);
    }
}

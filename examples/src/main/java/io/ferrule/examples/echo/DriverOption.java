package io.ferrule.examples.echo;

import io.ferrule.LoopOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which driver. */
final class DriverOption {
    @Option(
            names = "--driver",
            paramLabel = "NAME",
            description = "uring, epoll, epoll-edge, ...: the I/O model (default: the best there is)")
    private @Nullable String name;

    LoopOptions loopOptions() {
        LoopOptions defaults = LoopOptions.defaults();
        return name == null ? defaults : defaults.driver(name);
    }
}

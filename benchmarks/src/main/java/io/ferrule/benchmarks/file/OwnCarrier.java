package io.ferrule.benchmarks.file;

import java.util.List;

/** What a JVM needs for virtual threads on a loop's own thread. */
final class OwnCarrier {
    static final List<String> OPTIONS = List.of("--add-opens=java.base/java.lang=ALL-UNNAMED");

    private OwnCarrier() {}
}

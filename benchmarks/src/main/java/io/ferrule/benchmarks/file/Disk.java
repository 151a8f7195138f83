package io.ferrule.benchmarks.file;

import io.ferrule.benchmarks.harness.Target;
import java.nio.file.Path;

/** Where the files lie that are read and written. */
final class Disk {
    private Disk() {}

    /** The directory of the property, otherwise where the report goes. It must not be tmpfs, where reads go to worker threads. */
    static Path directory() {
        String directory = System.getProperty("ferrule.benchmarks.dir");
        return directory == null ? Target.directory() : Path.of(directory);
    }
}

package io.ferrule.examples.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The threads of this process, workers of the kernel included, and the processor time each has had. The JVM's compilers are left out: they are busy
 * whatever the driver. Of threads that have ended, nothing is known.
 */
final class Usage {
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final String COMPILER = "C[12] Compiler.*";

    private final Map<String, Long> nanos;

    private Usage(Map<String, Long> nanos) {
        this.nanos = nanos;
    }

    static Usage now() {
        Map<String, Long> nanos = new HashMap<>();
        try (Stream<Path> tasks = Files.list(TASKS)) {
            tasks.forEach(task -> add(task, nanos));
        } catch (IOException e) {
            throw new UncheckedIOException("needs Linux's /proc: " + e.getMessage(), e);
        }
        return new Usage(nanos);
    }

    private static void add(Path task, Map<String, Long> nanos) {
        try {
            if (!Files.readString(task.resolve("comm")).strip().matches(COMPILER)) {
                String spent = Files.readString(task.resolve("schedstat")).split(" ")[0];
                nanos.put(task.getFileName().toString(), Long.parseLong(spent));
            }
        } catch (IOException e) {
            // it has ended meanwhile
        }
    }

    /** How many threads there are that were not there then. */
    int threadsSince(Usage before) {
        return (int) nanos.keySet().stream()
                .filter(task -> !before.nanos.containsKey(task))
                .count();
    }

    /** Processor time since then, in nanoseconds. */
    long nanosSince(Usage before) {
        return nanos.entrySet().stream()
                .mapToLong(task -> task.getValue() - before.nanos.getOrDefault(task.getKey(), 0L))
                .sum();
    }
}

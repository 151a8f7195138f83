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

    /** Before work. */
    static Usage before() {
        Map<String, Long> nanos = ofAll();
        add(self(), nanos); // again: looking at thousands of threads takes time, which is not the work's
        return new Usage(nanos);
    }

    /** After work. */
    static Usage after() {
        Map<String, Long> self = new HashMap<>();
        add(self(), self);
        Map<String, Long> nanos = ofAll();
        nanos.putAll(self);
        return new Usage(nanos);
    }

    private static Map<String, Long> ofAll() {
        Map<String, Long> nanos = new HashMap<>();
        try (Stream<Path> tasks = Files.list(TASKS)) {
            tasks.forEach(task -> add(task, nanos));
        } catch (IOException e) {
            throw notLinux(e);
        }
        return nanos;
    }

    /** The calling thread. */
    private static Path self() {
        try {
            return TASKS.resolve(
                    Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName());
        } catch (IOException e) {
            throw notLinux(e);
        }
    }

    private static UncheckedIOException notLinux(IOException e) {
        return new UncheckedIOException("needs Linux's /proc: " + e.getMessage(), e);
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

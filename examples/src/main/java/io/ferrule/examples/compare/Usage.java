package io.ferrule.examples.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The threads of this process, workers of the kernel included, and the processor time each has had. The JVM's compilers and cleaners are left
 * out: they are there whatever the driver. Of threads that have ended, nothing is known.
 */
final class Usage {
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final String NO_DRIVERS = "C[12] Compiler.*|Cleaner-\\d+";

    /** The serial collector works in this thread. */
    private static final String COLLECTOR = "VM Thread";

    /** Found while threads are few. */
    private static final List<Path> COLLECTORS = collectors();

    private final Map<String, Long> nanos;

    private Usage(Map<String, Long> nanos) {
        this.nanos = nanos;
    }

    /** Before work. */
    static Usage before() {
        Map<String, Long> nanos = ofAll();
        nanos.putAll(ofThoseWhoLook());
        return new Usage(nanos);
    }

    /** After work. */
    static Usage after() {
        Map<String, Long> looking = ofThoseWhoLook();
        Map<String, Long> nanos = ofAll();
        nanos.putAll(looking);
        return new Usage(nanos);
    }

    /** Looking at thousands of threads takes time, and a collection of what it leaves behind: these are looked at next to the work. */
    private static Map<String, Long> ofThoseWhoLook() {
        Map<String, Long> nanos = new HashMap<>();
        add(self(), nanos);
        COLLECTORS.forEach(task -> add(task, nanos));
        return nanos;
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

    private static List<Path> collectors() {
        try (Stream<Path> tasks = Files.list(TASKS)) {
            return tasks.filter(task -> name(task).equals(COLLECTOR)).toList();
        } catch (IOException e) {
            throw notLinux(e);
        }
    }

    /** Empty when it has ended meanwhile. */
    private static String name(Path task) {
        try {
            return Files.readString(task.resolve("comm")).strip();
        } catch (IOException e) {
            return "";
        }
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
            if (!name(task).matches(NO_DRIVERS)) {
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

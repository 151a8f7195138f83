package io.ferrule.benchmarks.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * How long the threads of a process have had a processor, workers of the kernel included. Not the JVM's compilers: what is compiled once costs nothing in
 * the long run.
 */
final class ProcessorTime {
    /** As the kernel cuts their names. */
    private static final List<String> COMPILERS = List.of("C1 CompilerThre", "C2 CompilerThre");

    private ProcessorTime() {}

    /** In nanoseconds, since each of its threads began. */
    static long nanos(long pid) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", String.valueOf(pid), "task"))) {
            long all = 0;
            for (Path thread : (Iterable<Path>) threads::iterator) {
                all += ofThread(thread);
            }
            return all;
        }
    }

    private static long ofThread(Path thread) throws IOException {
        try {
            if (COMPILERS.contains(Files.readString(thread.resolve("comm")).strip())) {
                return 0;
            }
            return Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
        } catch (NoSuchFileException e) {
            return 0; // it has ended meanwhile
        }
    }
}

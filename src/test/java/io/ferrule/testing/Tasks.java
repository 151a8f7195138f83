package io.ferrule.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The threads of this process as the kernel sees them: folders of /proc/self/task. Java's own are among them, and the workers of rings. */
public final class Tasks {
    private Tasks() {}

    /** Those with names like this; the kernel's have 15 characters at most. */
    public static List<Path> named(String regex) {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/self/task"))) {
            return tasks.filter(task -> read(task, "comm").strip().matches(regex))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The worker threads of the calling thread's rings. One that has done its work stays for some seconds. */
    public static List<Path> workers() {
        return named("iou-wrk-" + current().getFileName());
    }

    /** The calling thread. */
    public static Path current() {
        try {
            return Path.of("/proc/thread-self").toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the kernel says of a thread in a file of its folder; empty when it has ended, be it before we open the file or before we read it. */
    public static String read(Path task, String file) {
        try {
            return Files.readString(task.resolve(file));
        } catch (IOException e) {
            return "";
        }
    }
}

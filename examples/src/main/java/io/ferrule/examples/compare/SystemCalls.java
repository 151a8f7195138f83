package io.ferrule.examples.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Counts the system calls of a process, all threads together, with {@code strace}. It slows the process down meanwhile. */
final class SystemCalls implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 20;

    private final Path table;
    private @Nullable Process strace;
    private @Nullable String obstacle;

    /**
     * Nothing is counted yet.
     *
     * @param table a file for what strace has to say
     */
    SystemCalls(Path table) {
        this.table = table;
    }

    /** Why nothing can be counted here, in words; null while nothing is in the way. */
    @Nullable
    String obstacle() {
        return obstacle;
    }

    /** Begins to count. Where that is not possible, there is an {@link #obstacle} from then on. */
    void begin(long pid) {
        if (obstacle != null) {
            return;
        }
        try {
            Process started = new ProcessBuilder(
                            List.of("strace", "-f", "-c", "-o", table.toString(), "-p", String.valueOf(pid)))
                    .redirectErrorStream(true)
                    .start();
            strace = started;
            BufferedReader said = started.inputReader();
            String first = said.readLine();
            if (first == null || !first.contains("attached")) {
                obstacle = "strace may not trace: " + (first == null ? "it says nothing" : first);
                close();
                return;
            }
            Thread.ofPlatform().daemon().name("strace's words").start(() -> discard(said));
        } catch (IOException e) {
            obstacle = "strace is not installed";
        }
    }

    /** More may follow, for threads that begin, and the pipe must not fill. */
    private static void discard(BufferedReader words) {
        try (words) {
            while (words.readLine() != null) {
                // nobody wants it
            }
        } catch (IOException e) {
            // strace has ended
        }
    }

    /** Ends counting, and returns how many there were since {@link #begin}; empty with an {@link #obstacle}. */
    OptionalLong end() throws InterruptedException {
        Process counting = strace;
        if (counting == null || obstacle != null) {
            return OptionalLong.empty();
        }
        strace = null;
        counting.destroy(); // it lets go of the process, and writes its table
        if (!counting.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            counting.destroyForcibly();
            obstacle = "strace did not end";
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(total(Files.readAllLines(table)));
        } catch (IOException | NumberFormatException | ArrayIndexOutOfBoundsException e) {
            obstacle = "strace's table cannot be read: " + e.getMessage();
            return OptionalLong.empty();
        }
    }

    /** Of a table such as strace writes: the fourth column of its last line, "100.00 0.004 12 345 6 total"; the fifth is missing without errors. */
    static long total(List<String> lines) {
        return lines.stream()
                .filter(line -> line.endsWith(" total"))
                .mapToLong(line -> Long.parseLong(line.strip().split(" +")[3]))
                .sum();
    }

    @Override
    public void close() {
        Process counting = strace;
        strace = null;
        if (counting != null) {
            counting.destroy();
        }
    }
}

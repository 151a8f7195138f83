package io.ferrule.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Counts the system calls of a process that runs already, all its threads together, from its construction on: with {@code perf}, which hardly slows the
 * process down, or where that may not count with {@code strace}, which does.
 */
public final class SystemCallCounter implements AutoCloseable {
    private static final String PERF_EVENT = "raw_syscalls:sys_enter";

    private static final String BEGUN = "begun";

    /** It ends with its standard input. */
    private static final String STRACE = """
            command -v strace > /dev/null || { echo "strace is not installed" >&2; exit 127; }
            strace -f -c -o "$1" -p "$2" 2>&1 & cat > /dev/null; kill $!; wait $!
            """;

    private final Path table = Files.createTempFile("ferrule-benchmarks-", ".calls");
    private final Dialogue tool;

    /** @throws SideException when neither can count here */
    public SystemCallCounter(long pid) throws IOException {
        tool = start(table.toString(), String.valueOf(pid));
    }

    private static Dialogue start(String table, String pid) throws IOException {
        try {
            return perf(table, pid);
        } catch (SideException perf) {
            try {
                return strace(table, pid);
            } catch (SideException strace) {
                throw SideException.unavailable(perf.getMessage() + "; " + strace.getMessage());
            }
        }
    }

    /** Counts as long as {@code cat} runs, and has begun when that answers. */
    private static Dialogue perf(String table, String pid) throws IOException {
        Dialogue perf =
                Dialogue.start(List.of("perf", "stat", "-x,", "-e", PERF_EVENT, "-o", table, "-p", pid, "--", "cat"));
        return begun(perf, () -> perf.tell(BEGUN), BEGUN);
    }

    private static Dialogue strace(String table, String pid) throws IOException {
        return begun(Dialogue.start(List.of("sh", "-c", STRACE, "strace", table, pid)), () -> {}, " attached");
    }

    private interface Question {
        void ask() throws IOException;
    }

    /** Returns it when it answers so. */
    private static Dialogue begun(Dialogue tool, Question question, String answer) throws IOException {
        try {
            question.ask();
            String line = tool.hear();
            if (line.contains(answer)) {
                return tool;
            }
            throw SideException.unavailable(line);
        } catch (IOException e) {
            tool.close();
            throw e instanceof SideException ? e : SideException.unavailable(e.getMessage());
        }
    }

    /** Ends counting, and returns how many there were. */
    public long end() throws IOException {
        tool.end();
        for (String line : Files.readAllLines(table)) {
            if (line.contains(PERF_EVENT)) {
                return Long.parseLong(line.split(",")[0]); // 901,,raw_syscalls:sys_enter,...
            }
            if (line.endsWith(" total")) {
                return Long.parseLong(line.strip().split(" +")[3]); // 100.00 0.004389 4 901 6 total
            }
        }
        throw new SideException(Status.FAILED, "system calls were not counted");
    }

    @Override
    public void close() throws IOException {
        tool.close();
        Files.delete(table);
    }
}

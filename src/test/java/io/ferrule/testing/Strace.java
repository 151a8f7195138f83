package io.ferrule.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** strace around a JVM: which system calls it makes, and what it does about those that fail. Ask {@link Probes#needStrace} first. */
public final class Strace {
    private static final Path NOWHERE = Path.of("/dev/null");

    /** Where a call begins: neither where one that was interrupted by another thread's goes on, nor a signal. */
    private static final Pattern CALL = Pattern.compile("(\\d+ +)?\\w+\\(.*");

    private final Path trace;
    private final List<String> command = new ArrayList<>();

    private Strace(String calls, Path trace) {
        this.trace = trace;
        // With a filter in the kernel, so that other calls are as fast as ever.
        command.addAll(List.of("strace", "-f", "-qq", "--seccomp-bpf", "-o", trace.toString()));
        command.addAll(List.of("-e", "signal=none", "-e", "trace=" + calls));
    }

    /** For these calls, with commas between them; they can be made to fail, and are not written down. */
    public static Strace of(String calls) {
        return new Strace(calls, NOWHERE);
    }

    /** For these calls, with commas between them. They are written into a file, a new one for each command that runs. */
    public static Strace of(String calls, Path trace) {
        return new Strace(calls, trace);
    }

    /** Has one of the calls fail, all the time or sometimes: {@code io_uring_enter:error=EINTR:when=2+3}, as strace(1) explains. */
    public Strace failing(String fault) {
        command.addAll(List.of("-e", "inject=" + fault));
        return this;
    }

    /** To be followed by the command that is traced, as {@link Jvm#under} does. */
    public String[] command() {
        return command.toArray(String[]::new);
    }

    /** The calls that were made, with their arguments and results, in their order. */
    public List<String> calls() throws IOException {
        return Files.readAllLines(trace).stream()
                .filter(line -> CALL.matcher(line).matches())
                .toList();
    }
}

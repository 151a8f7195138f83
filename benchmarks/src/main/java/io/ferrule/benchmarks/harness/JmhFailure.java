package io.ferrule.benchmarks.harness;

import java.util.stream.Stream;
import org.openjdk.jmh.runner.RunnerException;

/** Why a benchmark has no result, out of what JMH throws and says. */
final class JmhFailure {
    private JmhFailure() {}

    /**
     * Of a benchmark's exception, the cause at the bottom of it; of a JVM that is gone, what it said last.
     *
     * @param said by JMH and by the forked JVM
     */
    static SideException of(RunnerException thrown, String said) {
        Throwable cause = bottom(thrown);
        if (cause instanceof LinkageError || cause instanceof UnsupportedOperationException) {
            return SideException.unavailable(words(cause));
        }
        return new SideException(
                Status.FAILED,
                said.lines()
                        .map(line -> line.replaceFirst("^#", "").strip())
                        .filter(line -> line.startsWith("SIG") || line.startsWith("fatal error"))
                        .findFirst()
                        .map(signal -> "the JVM crashed: " + signal)
                        .orElse(words(cause)));
    }

    /** JMH hangs the exceptions of its threads on its own one, as suppressed ones. */
    private static Throwable bottom(Throwable thrown) {
        return Stream.concat(Stream.ofNullable(thrown.getCause()), Stream.of(thrown.getSuppressed()))
                .findFirst()
                .map(JmhFailure::bottom)
                .orElse(thrown);
    }

    private static String words(Throwable cause) {
        return cause.getMessage() == null
                ? cause.toString()
                : cause.getClass().getSimpleName() + ": " + cause.getMessage();
    }
}

package io.ferrule.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.util.ListStatistics;

/**
 * A twin in C, as a process.
 *
 * @param work its name and its parameters, for {@code main.c}
 */
record TwinSide(String name, List<String> work) implements Side {
    private static final Path PROGRAM = Main.target().resolve("twin.elf");

    @Override
    public Sample measure(Effort effort) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                PROGRAM.toString(),
                String.valueOf(effort.twinWarmupMillis()),
                String.valueOf(effort.slices()),
                String.valueOf(effort.sliceMillis())));
        command.addAll(work);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        ListStatistics slices = new ListStatistics();
        try (var lines = process.inputReader()) {
            lines.lines().mapToDouble(Double::parseDouble).forEach(slices::addValue);
        }
        int status = process.waitFor();
        if (status != 0 || slices.getN() != effort.slices()) {
            throw new IOException(String.join(" ", command) + " ended with status " + status);
        }
        return new Sample(slices.getPercentile(50), 0);
    }
}

package io.ferrule.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A twin in C, as a process.
 *
 * @param work its name and its parameters, for {@code main.c}
 */
record TwinSide(String name, List<String> work) implements Side {
    private static final Path PROGRAM = Main.target().resolve("twin.elf");

    @Override
    public double[] nanosPerTurn(Effort effort) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                PROGRAM.toString(),
                String.valueOf(effort.twinWarmupMillis()),
                String.valueOf(effort.slices()),
                String.valueOf(effort.sliceMillis())));
        command.addAll(work);
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        double[] slices;
        try (var lines = process.inputReader()) {
            slices = lines.lines().mapToDouble(Double::parseDouble).toArray();
        }
        int status = process.waitFor();
        if (status != 0 || slices.length != effort.slices()) {
            throw new IOException(String.join(" ", command) + " ended with status " + status);
        }
        return slices;
    }
}

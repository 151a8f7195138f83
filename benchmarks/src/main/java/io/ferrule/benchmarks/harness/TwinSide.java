package io.ferrule.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A twin in C, as a process.
 *
 * @param operations in a turn
 * @param work its name and its parameters, for {@code main.c}
 */
public record TwinSide(String name, int operations, List<String> work) implements Side {
    /** The one our promises are measured against. */
    public static final String LIBURING = "C liburing";

    public static Path program() {
        return Target.directory().resolve("twin.elf");
    }

    @Override
    public double round(Effort effort) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                program().toString(),
                String.valueOf(effort.twinWarmupMillis()),
                String.valueOf(effort.slices()),
                String.valueOf(effort.sliceMillis())));
        command.addAll(work);
        return ChildProcess.run(command).stream()
                        .mapToDouble(Double::parseDouble)
                        .min()
                        .orElseThrow()
                / operations;
    }
}

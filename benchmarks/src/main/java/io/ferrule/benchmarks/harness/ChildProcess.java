package io.ferrule.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A program, run to its end. */
public final class ChildProcess {
    private static final int SIGNALLED = 128;

    private ChildProcess() {}

    /**
     * Runs it.
     *
     * @return the lines it wrote to its standard output
     * @throws SideException when there is no such program, or it did not end well
     */
    public static List<String> run(List<String> command) throws IOException, InterruptedException {
        Path complaints = Files.createTempFile("ferrule-benchmarks-", ".err");
        try {
            Process process = start(command, complaints);
            List<String> lines;
            try (var output = process.inputReader()) {
                lines = output.lines().toList();
            }
            int status = process.waitFor();
            if (status != 0) {
                throw new SideException(Status.FAILED, ending(command, status, complaints));
            }
            return lines;
        } finally {
            Files.delete(complaints);
        }
    }

    private static Process start(List<String> command, Path complaints) throws SideException {
        try {
            return new ProcessBuilder(command)
                    .redirectError(complaints.toFile())
                    .start();
        } catch (IOException e) {
            throw SideException.unavailable(command.getFirst() + " cannot be started: " + e.getMessage());
        }
    }

    private static String ending(List<String> command, int status, Path complaints) throws IOException {
        String how = status > SIGNALLED ? "was ended by signal " + (status - SIGNALLED) : "ended with status " + status;
        String words = Files.readString(complaints).strip();
        return Path.of(command.getFirst()).getFileName() + " " + how + (words.isEmpty() ? "" : ": " + words);
    }
}

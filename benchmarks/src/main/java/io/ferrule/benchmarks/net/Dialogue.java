package io.ferrule.benchmarks.net;

import io.ferrule.benchmarks.harness.SideException;
import io.ferrule.benchmarks.harness.Status;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A process that is talked with in lines. It ends with its standard input, or is killed. */
final class Dialogue implements AutoCloseable {
    private final String name;
    private final Path complaints;
    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter questions;

    private Dialogue(String name, Path complaints, Process process) {
        this.name = name;
        this.complaints = complaints;
        this.process = process;
        this.answers = process.inputReader();
        this.questions = process.outputWriter();
    }

    /** @throws SideException when there is no such program */
    static Dialogue start(List<String> command) throws IOException {
        Path complaints = Files.createTempFile("ferrule-benchmarks-", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(complaints.toFile())
                    .start();
            return new Dialogue(Path.of(command.getFirst()).getFileName().toString(), complaints, process);
        } catch (IOException e) {
            Files.delete(complaints);
            throw SideException.unavailable(command.getFirst() + " cannot be started: " + e.getMessage());
        }
    }

    void tell(String line) throws IOException {
        questions.write(line);
        questions.newLine();
        questions.flush();
    }

    /** The next line it says. */
    String hear() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            String words = Files.readString(complaints).strip();
            throw new SideException(Status.FAILED, name + " has ended" + (words.isEmpty() ? "" : ": " + words));
        }
        return line;
    }

    /** What comes after a word at the begin of a line; lines before it mean nothing. */
    String hear(String word) throws IOException {
        String line = hear();
        while (!line.startsWith(word)) {
            line = hear();
        }
        return line.substring(word.length()).strip();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        Files.delete(complaints);
    }
}

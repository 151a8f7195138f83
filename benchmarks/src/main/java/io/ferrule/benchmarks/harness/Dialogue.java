package io.ferrule.benchmarks.harness;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process that is talked with in lines. It ends with its standard input, or is killed. */
public final class Dialogue implements AutoCloseable {
    /** As a shell ends that does not find a program. */
    private static final int NOT_INSTALLED = 127;

    private static final Pattern PORT = Pattern.compile("(?:^port |http://localhost:)(\\d+)");

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
    public static Dialogue start(List<String> command) throws IOException {
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

    public long pid() {
        return process.pid();
    }

    /** Lets it end by itself. */
    public void end() throws IOException {
        questions.close();
        process.onExit().join();
    }

    public void tell(String line) throws IOException {
        questions.write(line);
        questions.newLine();
        questions.flush();
    }

    /** Asks, and returns the number that is the answer. */
    public long ask(String question) throws IOException {
        tell(question);
        return Long.parseLong(hear());
    }

    /** The next line it says. */
    public String hear() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw gone();
        }
        return line;
    }

    private SideException gone() throws IOException {
        int status = process.onExit().join().exitValue();
        String words = Files.readString(complaints).strip();
        return status == NOT_INSTALLED
                ? SideException.unavailable(words)
                : new SideException(
                        Status.FAILED,
                        name + " has ended with status " + status + (words.isEmpty() ? "" : ": " + words));
    }

    /** What comes after a word at the begin of a line; lines before it mean nothing. */
    public String hear(String word) throws IOException {
        String line = hear();
        while (!line.startsWith(word)) {
            line = hear();
        }
        return line.substring(word.length()).strip();
    }

    /** The port of a server, which says "port N", or the address of its pages. */
    public String hearPort() throws IOException {
        Matcher port = PORT.matcher(hear());
        while (!port.find()) {
            port.reset(hear());
        }
        return port.group(1);
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        Files.delete(complaints);
    }
}

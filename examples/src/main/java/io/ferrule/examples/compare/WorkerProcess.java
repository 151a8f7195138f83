package io.ferrule.examples.compare;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonWriter;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@link Worker} in a process of its own, seen from outside. Whatever becomes of it, who asks gets an answer or an exception in time. */
final class WorkerProcess implements AutoCloseable {
    private static final String THE_END = "";
    private static final int SIGNALLED = 128;

    private final Process process;
    private final Path log;
    private final Duration patience;
    private final BufferedWriter requests;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

    private WorkerProcess(Process process, Path log, Duration patience) {
        this.process = process;
        this.log = log;
        this.patience = patience;
        this.requests = process.outputWriter();
        Thread.ofPlatform().daemon().name("answers of " + process.pid()).start(this::listen);
    }

    /**
     * Starts one.
     *
     * @param log for what it has to complain about
     * @param patience how long it may take for an answer, beyond the time it was asked to work
     */
    static WorkerProcess start(List<String> command, Path log, Duration patience) throws IOException {
        Process process =
                new ProcessBuilder(command).redirectError(log.toFile()).start();
        return new WorkerProcess(process, log, patience);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Asks, and waits for the answer. */
    JsonObject ask(JsonObject request) throws WorkerException, InterruptedException {
        return ask(request, Duration.ZERO);
    }

    /**
     * Asks for work, and waits for the answer. After an exception with a state of CRASHED or TIMED_OUT the process is gone.
     *
     * @param work how long it should take
     */
    JsonObject ask(JsonObject request, Duration work) throws WorkerException, InterruptedException {
        try {
            requests.write(JsonWriter.string(request));
            requests.newLine();
            requests.flush();
        } catch (IOException e) {
            throw crashed(); // the pipe is broken
        }
        Duration limit = patience.plus(work);
        String line = answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (line == null) {
            kill();
            throw new WorkerException(
                    Outcome.State.TIMED_OUT, "no answer within " + limit.toSeconds() + " s; the process was killed");
        }
        if (line.equals(THE_END)) {
            throw crashed();
        }
        JsonObject answer = parsed(line);
        check(answer, Worker.REFUSED, Outcome.State.NOT_APPLICABLE);
        check(answer, Worker.UNAVAILABLE, Outcome.State.NOT_AVAILABLE);
        check(answer, Worker.FAILED, Outcome.State.FAILED);
        return answer;
    }

    private static void check(JsonObject answer, String key, Outcome.State state) throws WorkerException {
        String reason = answer.getString(key);
        if (reason != null) {
            throw new WorkerException(state, reason);
        }
    }

    private static JsonObject parsed(String line) throws WorkerException {
        try {
            return JsonParser.object().from(line);
        } catch (JsonParserException e) {
            throw new WorkerException(Outcome.State.FAILED, "an answer that cannot be read: " + line);
        }
    }

    private void listen() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answers.add(line);
            }
        } catch (IOException e) {
            // it was killed
        }
        answers.add(THE_END);
    }

    private WorkerException crashed() throws InterruptedException {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            kill(); // it said nothing more, and did not end
        }
        int status = process.waitFor();
        String how = status > SIGNALLED ? "ended by signal " + (status - SIGNALLED) : "ended with status " + status;
        String words = lastWords();
        return new WorkerException(Outcome.State.CRASHED, "the process " + how + (words == null ? "" : ": " + words));
    }

    /** What a crashing JVM, or an uncaught exception, said first. */
    private @Nullable String lastWords() {
        try {
            return Files.readAllLines(log).stream()
                    .map(line -> line.replaceFirst("^#", "").strip())
                    .filter(line -> !line.isEmpty() && !line.startsWith("A fatal error has been detected"))
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            return null;
        }
    }

    private void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Has it end, by itself if it can. */
    @Override
    public void close() {
        try {
            requests.close();
        } catch (IOException e) {
            // it has ended already
        }
        try {
            if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** Ends it at once. Any thread. */
    void destroy() {
        process.destroyForcibly();
    }
}

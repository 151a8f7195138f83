package io.ferrule.examples.compare;

import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import com.grack.nanojson.JsonParserException;
import com.grack.nanojson.JsonWriter;
import io.ferrule.Loop;
import io.ferrule.LoopOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A process that does {@link Work}, one at a time, as it is told: a JSON object a line on standard input, and one a line in answer. It lives for many, so
 * that its code is compiled; everything that a loop has is opened anew each time, so that a worker at rest takes nothing from the others.
 */
class Worker {
    /** The answer's key in place of what was asked for, with the reason: the driver cannot do this by its nature. */
    static final String REFUSED = "refused";

    /** The same: this machine does not have the driver. */
    static final String UNAVAILABLE = "unavailable";

    /** The same: something went wrong. */
    static final String FAILED = "failed";

    private final LoopOptions options;
    private final Path directory;
    private Work.@Nullable Service service;
    private Work.@Nullable Load load;
    /** Before the first work: some of what a driver starts stays when its loop has gone, such as libuv's threads. */
    private @Nullable Usage atRest;

    private Usage marked = Usage.before();

    Worker(String driver, Path directory) {
        this.options = LoopOptions.defaults().driver(driver);
        this.directory = directory;
    }

    /** With a driver's name and the directory where the files are. Ends with standard input. */
    public static void main(String[] args) throws IOException {
        new Worker(args[0], Path.of(args[1])).work();
    }

    void work() throws IOException {
        PrintStream answers = System.out;
        System.setOut(System.err); // nobody else's words among them
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            answers.println(JsonWriter.string(answer(line)));
            answers.flush();
        }
        close();
    }

    private JsonObject answer(String line) {
        try {
            JsonObject request = JsonParser.object().from(line);
            return handle(request.getString("do"), request);
        } catch (UnsupportedOperationException e) {
            return inPlaceOfAnAnswer(REFUSED, e);
        } catch (IOException | RuntimeException | LinkageError | JsonParserException e) {
            return inPlaceOfAnAnswer(FAILED, e);
        }
    }

    JsonObject handle(String what, JsonObject request) throws IOException {
        return switch (what) {
            case "probe" -> probe();
            case "serve" -> serve(work(request));
            case "load" -> load(work(request), request.getInt("port"));
            case "run" -> run(request.getLong("nanos"));
            case "mark" -> mark();
            case "usage" -> usage();
            case "close" -> close();
            default -> throw new IllegalArgumentException("what is \"" + what + "\"?");
        };
    }

    private JsonObject probe() {
        try (Loop loop = Loop.open(options)) {
            return text("description", loop.description());
        } catch (IOException | RuntimeException | LinkageError e) {
            return inPlaceOfAnAnswer(UNAVAILABLE, e);
        }
    }

    private JsonObject serve(Work work) throws IOException {
        rest();
        service = work.serve(options, directory);
        JsonObject answer = new JsonObject();
        answer.put("port", service.address().getPort());
        return answer;
    }

    private JsonObject load(Work work, int port) throws IOException {
        rest();
        InetSocketAddress server =
                work.isServed() ? new InetSocketAddress(InetAddress.getLoopbackAddress(), port) : null;
        load = work.load(options, directory, server);
        return new JsonObject();
    }

    private JsonObject run(long nanos) throws IOException {
        return Objects.requireNonNull(load, "nothing to run").run(nanos).toJson();
    }

    private JsonObject mark() {
        marked = Usage.before();
        return new JsonObject();
    }

    private JsonObject usage() {
        Usage now = Usage.after();
        JsonObject answer = new JsonObject();
        answer.put("cpuNanos", now.nanosSince(marked));
        answer.put("threads", now.threadsSince(Objects.requireNonNull(atRest, "nothing has begun")));
        return answer;
    }

    private JsonObject close() {
        Work.Service oldService = service;
        Work.Load oldLoad = load;
        service = null;
        load = null;
        if (oldLoad != null) {
            oldLoad.close();
        }
        if (oldService != null) {
            oldService.close();
        }
        return new JsonObject();
    }

    private void rest() {
        if (service != null || load != null) {
            throw new IllegalStateException("close comes first");
        }
        if (atRest == null) {
            atRest = Usage.before();
        }
    }

    private static Work work(JsonObject request) {
        return Workload.all().stream()
                .filter(workload -> workload.name().equals(request.getString("workload")))
                .flatMap(workload -> workload.cells().stream())
                .filter(cell -> cell.name().equals(request.getString("cell")))
                .findFirst()
                .orElseThrow(() -> new NoSuchElementException("there is no " + request))
                .work();
    }

    private static JsonObject inPlaceOfAnAnswer(String key, Throwable reason) {
        if (!key.equals(REFUSED) && !(reason instanceof IOException)) {
            reason.printStackTrace();
        }
        String message = reason.getMessage();
        return text(key, message == null ? reason.toString() : message);
    }

    private static JsonObject text(String key, String value) {
        JsonObject json = new JsonObject();
        json.put(key, value);
        return json;
    }
}

package io.ferrule.benchmarks.net;

import com.google.gson.Gson;
import io.ferrule.benchmarks.harness.Effort;
import io.ferrule.benchmarks.harness.Side;
import io.ferrule.benchmarks.harness.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A server in a process of its own, and the load in another. The figure is nanoseconds from one answer to the next, all connections together, in the
 * fastest slice of time.
 *
 * @param server prints "port N"
 * @param warms whether it is a JVM, which needs some time to get fast
 * @param load a command of {@code net.elf}
 * @param request its parameters after the port, of which the number of connections is one
 */
record Served(String name, List<String> server, boolean warms, String load, List<String> request, int connections)
        implements Side {
    private static final int SLICE_MILLIS = 4;

    /** Answers come in bursts of as many as there are connections: a slice holds several. */
    private static final int SLICE_MICROS_PER_CONNECTION = 40;

    private static final int LEAST_MILLIS = 800;

    private static final int WARMUP_MILLIS = 1500;

    /** What the load prints after a run. */
    private record Figures(double[] nanos_per_trip) {}

    static String program() {
        return Target.directory().resolve("net.elf").toString();
    }

    @Override
    public double round(Effort effort) throws IOException {
        int sliceMillis = Math.max(SLICE_MILLIS, connections * SLICE_MICROS_PER_CONNECTION / 1000);
        long millis = Math.max(LEAST_MILLIS, effort.measuring().toMillis());
        try (Dialogue serving = Dialogue.start(server);
                Dialogue asking = Dialogue.start(loadCommand(serving.hearPort()))) {
            asking.hear("ready");
            run(asking, 1, warms ? WARMUP_MILLIS : effort.twinWarmupMillis());
            return run(asking, (int) (millis / sliceMillis), sliceMillis);
        }
    }

    private List<String> loadCommand(String port) {
        List<String> command = new ArrayList<>(List.of(program(), load, port));
        command.addAll(request);
        return command;
    }

    private static double run(Dialogue asking, int slices, int millis) throws IOException {
        asking.tell(slices + " " + millis);
        Figures figures = new Gson().fromJson(asking.hear(), Figures.class);
        return Arrays.stream(figures.nanos_per_trip()).min().orElseThrow();
    }
}

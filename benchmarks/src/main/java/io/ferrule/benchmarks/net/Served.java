package io.ferrule.benchmarks.net;

import com.google.gson.Gson;
import io.ferrule.benchmarks.harness.Dialogue;
import io.ferrule.benchmarks.harness.Effort;
import io.ferrule.benchmarks.harness.JavaMemory;
import io.ferrule.benchmarks.harness.Side;
import io.ferrule.benchmarks.harness.SystemCallCounter;
import io.ferrule.benchmarks.harness.Target;
import io.ferrule.benchmarks.harness.Unit;
import io.ferrule.benchmarks.harness.Work;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A server in a process of its own, and the load in another. The figure is nanoseconds from one answer to the next, all connections together, in the
 * fastest slice of time.
 *
 * @param server prints "port N"
 * @param warms whether it is a JVM, which needs some time to get fast
 * @param load a command of {@code net.elf}
 * @param answersQuestions whether it can be asked, while it serves, what it allocates
 * @param request its parameters after the port, of which the number of connections is one
 */
record Served(
        String name,
        List<String> server,
        boolean warms,
        boolean answersQuestions,
        String load,
        List<String> request,
        int connections)
        implements Side {
    private static final int SLICE_MILLIS = 4;

    /** Answers come in bursts of as many as there are connections: a slice holds several. */
    private static final int SLICE_MICROS_PER_CONNECTION = 40;

    private static final int LEAST_MILLIS = 800;

    private static final int WARMUP_MILLIS = 1500;

    /** After so many, C2 has done with what a request takes: where they come slowly, it takes more time. */
    private static final int WARM_ANSWERS = 100_000;

    private static final int MOST_WARMUPS = 4;

    /**
     * What the load prints after a run.
     *
     * @param answers all of them, before and after the slices too
     */
    private record Figures(double[] nanos_per_trip, long answers) {
        double fastest() {
            return Arrays.stream(nanos_per_trip).min().orElseThrow();
        }
    }

    /** Of the server's threads, for each answer. */
    static Work.Figure processorTime(String work) {
        return new Work.Figure(work + "Cpu", Unit.NANOS_PER_OPERATION);
    }

    static String program() {
        return Target.directory().resolve("net.elf").toString();
    }

    @Override
    public double round(Effort effort) throws IOException {
        return figures(effort).getFirst();
    }

    /** The second is {@link #processorTime}. */
    @Override
    public List<Double> figures(Effort effort) throws IOException {
        int sliceMillis = Math.max(SLICE_MILLIS, connections * SLICE_MICROS_PER_CONNECTION / 1000);
        long millis = Math.max(LEAST_MILLIS, effort.measuring().toMillis());
        return whenWarm(effort, (serving, asking) -> {
            long before = ProcessorTime.nanos(serving.pid());
            Figures figures = run(asking, (int) (millis / sliceMillis), sliceMillis);
            long busy = ProcessorTime.nanos(serving.pid()) - before;
            return List.of(figures.fastest(), (double) busy / figures.answers());
        });
    }

    /** Of servers that can be asked: see {@link JavaMemory}. What the question itself allocates is known from asking twice. */
    @Override
    public OptionalDouble allocatedBytes(Effort effort) throws IOException {
        if (!answersQuestions) {
            return OptionalDouble.empty();
        }
        return whenWarm(effort, (serving, asking) -> {
            serving.ask(JavaMemory.ALLOCATED);
            long first = serving.ask(JavaMemory.ALLOCATED);
            long second = serving.ask(JavaMemory.ALLOCATED);
            Figures figures = run(asking, 1, effort.allocationMillis());
            long third = serving.ask(JavaMemory.ALLOCATED);
            long question = second - first;
            return OptionalDouble.of((double) Math.max(0, third - second - question) / figures.answers());
        });
    }

    /** System calls for each answer. */
    double systemCalls(Effort effort) throws IOException {
        return whenWarm(effort, (serving, asking) -> {
            try (SystemCallCounter counter = new SystemCallCounter(serving.pid())) {
                Figures figures = run(asking, 1, LEAST_MILLIS);
                return (double) counter.end() / figures.answers();
            }
        });
    }

    private void warmUp(Dialogue asking, Effort effort) throws IOException {
        if (!warms) {
            run(asking, 1, effort.twinWarmupMillis());
            return;
        }
        long answers = 0;
        for (int i = 0; i < MOST_WARMUPS && answers < WARM_ANSWERS; i++) {
            answers += run(asking, 1, WARMUP_MILLIS).answers();
        }
    }

    private interface Job<T> {
        T run(Dialogue serving, Dialogue asking) throws IOException;
    }

    private <T> T whenWarm(Effort effort, Job<T> job) throws IOException {
        try (Dialogue serving = Dialogue.start(server);
                Dialogue asking = Dialogue.start(loadCommand(serving.hearPort()))) {
            asking.hear("ready");
            warmUp(asking, effort);
            return job.run(serving, asking);
        }
    }

    private List<String> loadCommand(String port) {
        List<String> command = new ArrayList<>(List.of(program(), load, port));
        command.addAll(request);
        return command;
    }

    private static Figures run(Dialogue asking, int slices, int millis) throws IOException {
        asking.tell(slices + " " + millis);
        return new Gson().fromJson(asking.hear(), Figures.class);
    }
}

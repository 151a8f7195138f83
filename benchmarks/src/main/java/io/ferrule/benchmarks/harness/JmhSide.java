package io.ferrule.benchmarks.harness;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A JMH benchmark in a fresh JVM.
 *
 * @param operations in a turn
 * @param benchmark has a single benchmark method, in average time and nanoseconds
 * @param params JMH's
 * @param options further ones for the JVM
 */
public record JmhSide(String name, int operations, Class<?> benchmark, Map<String, ?> params, List<String> options)
        implements Side {
    /** The name of our side, whatever the work. */
    public static final String FERRULE = "Ferrule";

    /** JMH uses sun.misc.Unsafe, of which JDK 24 and later would warn in each fork; older ones do not know the option. */
    private static final List<String> JVM = List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+IgnoreUnrecognizedVMOptions",
            "--sun-misc-unsafe-memory-access=allow");

    public JmhSide(String name, int operations, Class<?> benchmark, Map<String, ?> params) {
        this(name, operations, benchmark, params, List.of());
    }

    @Override
    public double round(Effort effort) throws IOException {
        return run(slices(effort)).getIterationResults().stream()
                        .filter(iteration -> isWhole(iteration, effort))
                        .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                        .min()
                        .orElseThrow(() -> new SideException(Status.FAILED, "no slice of time was left undisturbed"))
                / operations;
    }

    private ChainedOptionsBuilder slices(Effort effort) {
        return jmh().warmupIterations(effort.warmupSlices())
                .warmupTime(TimeValue.milliseconds(effort.warmupSliceMillis()))
                .measurementIterations(effort.slices())
                .measurementTime(TimeValue.milliseconds(effort.sliceMillis()));
    }

    /**
     * Whether a slice was measured for half its time at least. JMH's clock starts when the measuring thread has got a processor, and another thread stops
     * it: on a busy machine, a few turns may be all there is, and the fastest of those is luck.
     */
    private static boolean isWhole(IterationResult iteration, Effort effort) {
        double nanos = iteration.getPrimaryResult().getScore()
                * iteration.getMetadata().getMeasuredOps();
        return nanos >= TimeUnit.MILLISECONDS.toNanos(effort.sliceMillis()) / 2.0;
    }

    /**
     * Of a few long iterations, that one where they are least. JMH itself allocates around each, most at the very end, and the JVM now and then; what a turn
     * allocates is there in all of them.
     */
    @Override
    public OptionalDouble allocatedBytes(Effort effort) throws IOException {
        TimeValue time = TimeValue.milliseconds(effort.allocationMillis());
        double bytes = run(jmh().addProfiler(GCProfiler.class)
                        .warmupIterations(3)
                        .warmupTime(TimeValue.milliseconds(400))
                        .measurementIterations(3)
                        .measurementTime(time))
                .getIterationResults()
                .stream()
                .mapToDouble(iteration -> iteration
                        .getSecondaryResults()
                        .get("gc.alloc.rate.norm")
                        .getScore())
                .min()
                .orElseThrow();
        return OptionalDouble.of(bytes / operations);
    }

    private ChainedOptionsBuilder jmh() {
        ChainedOptionsBuilder jmh = new OptionsBuilder()
                .include(Pattern.quote(benchmark.getName()) + "\\.")
                .forks(1)
                .jvmArgsAppend(Stream.concat(JVM.stream(), options.stream()).toArray(String[]::new))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.NORMAL);
        params.forEach((param, value) -> jmh.param(param, value.toString()));
        return jmh;
    }

    private BenchmarkResult run(ChainedOptionsBuilder jmh) throws SideException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        OutputFormat format = OutputFormatFactory.createFormatInstance(out, VerboseMode.NORMAL);
        try {
            return new Runner(jmh.build(), format)
                    .runSingle()
                    .getBenchmarkResults()
                    .iterator()
                    .next();
        } catch (RunnerException e) {
            throw JmhFailure.of(e, said.toString(StandardCharsets.UTF_8));
        }
    }
}

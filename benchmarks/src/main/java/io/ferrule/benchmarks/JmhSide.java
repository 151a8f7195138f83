package io.ferrule.benchmarks;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A JMH benchmark in a fresh JVM.
 *
 * @param benchmark has a single benchmark method, in average time and nanoseconds
 * @param params JMH's
 */
record JmhSide(String name, Class<?> benchmark, Map<String, ?> params) implements Side {
    /** JMH uses sun.misc.Unsafe, of which JDK 24 and later would warn in each fork; older ones do not know the option. */
    private static final String[] JVM = {
        "--enable-native-access=ALL-UNNAMED",
        "-XX:+IgnoreUnrecognizedVMOptions",
        "--sun-misc-unsafe-memory-access=allow"
    };

    @Override
    public double[] nanosPerTurn(Effort effort) throws IOException {
        return run(options()
                        .warmupIterations(effort.warmupSlices())
                        .warmupTime(TimeValue.milliseconds(Effort.WARMUP_SLICE_MILLIS))
                        .measurementIterations(effort.slices())
                        .measurementTime(TimeValue.milliseconds(effort.sliceMillis())))
                .getIterationResults()
                .stream()
                .filter(iteration -> isWhole(iteration, effort))
                .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                .toArray();
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
     * Bytes that a turn allocates on average, in that one of a few long iterations where they are least. JMH itself allocates around each, most at the
     * very end, and the JVM now and then; what a turn allocates is there in all of them.
     */
    double bytesPerTurn() throws IOException {
        return run(options()
                        .addProfiler(GCProfiler.class)
                        .warmupIterations(3)
                        .warmupTime(TimeValue.milliseconds(500))
                        .measurementIterations(3)
                        .measurementTime(TimeValue.seconds(2)))
                .getIterationResults()
                .stream()
                .mapToDouble(iteration -> iteration
                        .getSecondaryResults()
                        .get("gc.alloc.rate.norm")
                        .getScore())
                .min()
                .orElseThrow();
    }

    private ChainedOptionsBuilder options() {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(benchmark.getName() + "\\.")
                .forks(1)
                .jvmArgsAppend(JVM)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        params.forEach((param, value) -> options.param(param, value.toString()));
        return options;
    }

    private BenchmarkResult run(ChainedOptionsBuilder options) throws IOException {
        try {
            return new Runner(options.build())
                    .runSingle()
                    .getBenchmarkResults()
                    .iterator()
                    .next();
        } catch (RunnerException e) {
            throw new IOException(benchmark.getSimpleName() + " " + params + " failed", e);
        }
    }
}

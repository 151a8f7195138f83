package io.ferrule.benchmarks;

import java.io.IOException;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;
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
    public Sample measure(Effort effort) throws IOException {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(benchmark.getName() + "\\.")
                .forks(1)
                .warmupIterations(effort.jvmWarmupSlices())
                .warmupTime(TimeValue.milliseconds(effort.sliceMillis()))
                .measurementIterations(effort.slices())
                .measurementTime(TimeValue.milliseconds(effort.sliceMillis()))
                .addProfiler(GCProfiler.class)
                .jvmArgsAppend(JVM)
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT);
        params.forEach((param, value) -> options.param(param, value.toString()));
        try {
            BenchmarkResult result = new Runner(options.build()).runSingle().getAggregatedResult();
            Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
            return new Sample(median(result.getPrimaryResult()), median(allocated));
        } catch (RunnerException e) {
            throw new IOException(benchmark.getSimpleName() + " " + params + " failed", e);
        }
    }

    /** Of the iterations: the last one's allocation counts what JMH and our close do when it is over. */
    private static double median(Result<?> result) {
        return result.getStatistics().getPercentile(50);
    }
}

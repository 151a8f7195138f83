package io.ferrule.benchmarks.harness;

import java.time.Duration;

/**
 * How long is measured: in each round, many slices of time, of which the fastest counts, the one that the rest of the machine disturbed least. All sides get
 * as many and as long, shorter than the scheduler lets a thread run at a time, or a busy machine would disturb them all. A JVM warms up in slices too, for
 * JMH leaves its loop after each, and C2 must have seen that or it would compile anew while we measure.
 *
 * @param rounds in each of which all sides run once
 * @param minRounds so many are done even when the budget is used up
 * @param budget when this is over, no further round begins
 * @param warmupSlices of {@link #warmupSliceMillis}, for a JVM
 * @param allocationMillis how long to look for what is allocated
 * @param limit for one round of one side, which is killed then
 */
public record Effort(
        int rounds,
        int minRounds,
        Duration budget,
        int warmupSlices,
        int twinWarmupMillis,
        int slices,
        int sliceMillis,
        int allocationMillis,
        Duration limit) {
    public static final Effort FULL =
            new Effort(7, 3, Duration.ofMinutes(25), 60, 200, 150, 2, 500, Duration.ofSeconds(60));
    public static final Effort QUICK =
            new Effort(3, 1, Duration.ofMinutes(3), 50, 200, 100, 2, 500, Duration.ofSeconds(20));

    private static final int WARMUP_SLICE_MILLIS = 20;

    /**
     * The same time in slices of another length: for work of which one turn fills a short one, or which a device disturbs rather than the scheduler.
     *
     * @param least so many slices are measured, even when that takes longer
     */
    public Effort inSlicesOf(int millis, int least) {
        return new Effort(
                rounds,
                minRounds,
                budget,
                warmupSlices * WARMUP_SLICE_MILLIS / warmupMillis(millis),
                twinWarmupMillis,
                Math.max(least, slices * sliceMillis / millis),
                millis,
                allocationMillis,
                limit);
    }

    int warmupSliceMillis() {
        return warmupMillis(sliceMillis);
    }

    private static int warmupMillis(int sliceMillis) {
        return Math.max(WARMUP_SLICE_MILLIS, sliceMillis);
    }

    /** How long a side that does not know slices should measure. */
    public Duration measuring() {
        return Duration.ofMillis((long) slices * sliceMillis);
    }
}

package io.ferrule.benchmarks;

/**
 * How long is measured, in many slices of time, of which the fastest counts: the one that the rest of the machine disturbed least. Both sides get as
 * many and as long, shorter than the scheduler lets a thread run at a time, or a busy machine would disturb them all. A JVM warms up in slices too, for
 * JMH leaves its loop after each, and C2 must have seen that or it would compile anew while we measure.
 *
 * @param rounds in each of which both sides run once
 * @param warmupSlices of {@link #WARMUP_SLICE_MILLIS}, for a JVM
 */
record Effort(int rounds, int warmupSlices, int twinWarmupMillis, int slices, int sliceMillis) {
    static final Effort FULL = new Effort(7, 120, 200, 600, 2);
    static final Effort QUICK = new Effort(3, 80, 200, 300, 2);

    static final int WARMUP_SLICE_MILLIS = 20;
}

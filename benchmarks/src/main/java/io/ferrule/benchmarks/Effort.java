package io.ferrule.benchmarks;

/**
 * How long is measured, in short slices of time, of which the fastest counts: the one that the rest of the machine disturbed least. Both sides get as
 * many. A JVM warms up in slices too, for JMH leaves its loop after each, and C2 must have seen that or it would compile anew while we measure.
 *
 * @param rounds in each of which both sides run once
 */
record Effort(int rounds, int jvmWarmupSlices, int twinWarmupMillis, int slices, int sliceMillis) {
    static final Effort FULL = new Effort(7, 120, 200, 60, 20);
    static final Effort QUICK = new Effort(3, 80, 200, 30, 20);
}

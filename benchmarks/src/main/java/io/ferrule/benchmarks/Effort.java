package io.ferrule.benchmarks;

/**
 * How long is measured, in slices of time; both sides get as many. A JVM warms up in slices too: JMH leaves its loop after each, which C2 must have
 * seen or it would compile anew while we measure.
 *
 * @param rounds in each of which both sides run once
 */
record Effort(int rounds, int jvmWarmupSlices, int twinWarmupSlices, int slices, int sliceMillis) {
    static final Effort FULL = new Effort(7, 12, 1, 5, 300);
    static final Effort QUICK = new Effort(3, 6, 1, 3, 300);

    int twinWarmupMillis() {
        return twinWarmupSlices * sliceMillis;
    }
}

package io.ferrule.benchmarks;

/**
 * How long is measured. Both sides get the same number of slices of the same length, after the warm-up that each needs.
 *
 * @param rounds in each of which both sides run once
 * @param jvmWarmupMillis long enough for C2
 */
record Effort(int rounds, int jvmWarmupMillis, int twinWarmupMillis, int slices, int sliceMillis) {
    static final Effort FULL = new Effort(7, 3000, 300, 5, 300);
    static final Effort QUICK = new Effort(3, 1500, 200, 3, 300);
}

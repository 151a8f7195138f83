package io.ferrule.examples.compare;

/** Divides the time there is among the turns there will be. What a turn takes beside its work is learnt from those before. */
final class Budget {
    /** Each turn begins with work that does not count, so that caches are warm and code is compiled. */
    private static final double WARM_UP = 0.25;

    private static final long SHORTEST = 10_000_000;
    private static final long FIRST_GUESS = 150_000_000;

    private final long end;

    /** Of all workloads. */
    private int turnsLeft;

    /** Of the current workload. */
    private int turnsLeftHere;

    private long endHere;
    private double overhead = FIRST_GUESS;

    /**
     * Begins now.
     *
     * @param turns as many as there may be
     */
    Budget(double seconds, int turns) {
        this.end = System.nanoTime() + (long) (seconds * 1e9);
        this.turnsLeft = turns;
    }

    /**
     * A workload begins, which gets its share of what is left.
     *
     * @param turns as many as there may be in it
     */
    void begin(int turns) {
        long now = System.nanoTime();
        endHere = now + (end - now) / Math.max(turnsLeft, 1) * turns;
        turnsLeftHere = turns;
    }

    /** How long the next turn should work, without its warm-up, in nanoseconds. */
    long next() {
        double share = (double) (endHere - System.nanoTime()) / Math.max(turnsLeftHere, 1);
        return Math.max((long) ((share - overhead) / (1 + WARM_UP)), SHORTEST);
    }

    static long warmUp(long work) {
        return (long) (work * WARM_UP);
    }

    /** A turn is over, which took so long in all. */
    void took(long nanos, long work) {
        skipped();
        double more = Math.max(nanos - work * (1 + WARM_UP), 0);
        overhead += (more - overhead) / 16;
    }

    /** A turn was left out. */
    void skipped() {
        turnsLeft--;
        turnsLeftHere--;
    }
}

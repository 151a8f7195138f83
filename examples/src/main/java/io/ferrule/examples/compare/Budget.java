package io.ferrule.examples.compare;

/** Divides the time there is among the turns there will be. What a turn takes beside its work is learnt from those before. */
final class Budget {
    /** Each turn begins with work that does not count, so that caches are warm and code is compiled. */
    private static final double WARM_UP = 0.25;

    private static final long SHORTEST = 10_000_000;
    private static final long FIRST_GUESS = 150_000_000;

    private final long end;
    private int turnsLeft;
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

    /** How long the next turn should work, without its warm-up, in nanoseconds. */
    long next() {
        double share = (double) (end - System.nanoTime()) / Math.max(turnsLeft, 1);
        return Math.max((long) ((share - overhead) / (1 + WARM_UP)), SHORTEST);
    }

    static long warmUp(long work) {
        return (long) (work * WARM_UP);
    }

    /** A turn is over, which took so long in all. */
    void took(long nanos, long work) {
        turnsLeft--;
        double more = Math.max(nanos - work * (1 + WARM_UP), 0);
        overhead += (more - overhead) / 16;
    }

    /** A turn was left out. */
    void skipped() {
        turnsLeft--;
    }
}

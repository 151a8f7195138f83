package io.ferrule.benchmarks.harness;

/** What a figure counts, and which way is better. */
public record Unit(String name, boolean largerIsBetter) {
    public static final Unit NANOS_PER_OPERATION = new Unit("ns/op", false);
    public static final Unit NANOS_PER_MEBIBYTE = new Unit("ns/MiB", false);
    public static final Unit MILLIS = new Unit("ms", false);
    public static final Unit BYTES = new Unit("bytes", false);
    public static final Unit SYSTEM_CALLS_PER_OPERATION = new Unit("calls/op", false);
    public static final Unit OPERATIONS_PER_SECOND = new Unit("ops/s", true);

    /** How we do beside another: 1 is as well, more is better. */
    double ratio(double ours, double other) {
        return ours == other ? 1 : largerIsBetter ? ours / other : other / ours;
    }

    /** The better of two figures. */
    double better(double one, double another) {
        return largerIsBetter ? Math.max(one, another) : Math.min(one, another);
    }
}

package io.ferrule.examples.compare;

import com.grack.nanojson.JsonObject;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * How it went: operations, and how long each took.
 *
 * @param p50 nanoseconds that half of the operations took at most
 * @param p99 nanoseconds that 99 % took at most
 * @param p999 nanoseconds that 99.9 % took at most
 */
record Figures(long operations, double seconds, long p50, long p99, long p999) {
    private static final long LONGEST = TimeUnit.HOURS.toNanos(1);
    private static final int DIGITS = 3;

    static Figures of(Histogram nanos, double seconds) {
        return new Figures(
                nanos.getTotalCount(),
                seconds,
                nanos.getValueAtPercentile(50),
                nanos.getValueAtPercentile(99),
                nanos.getValueAtPercentile(99.9));
    }

    static Histogram histogram() {
        return new Histogram(LONGEST, DIGITS);
    }

    static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.min(nanos, LONGEST));
    }

    double perSecond() {
        return operations / seconds;
    }

    JsonObject toJson() {
        JsonObject json = new JsonObject();
        json.put("operations", operations);
        json.put("seconds", seconds);
        json.put("p50", p50);
        json.put("p99", p99);
        json.put("p999", p999);
        return json;
    }

    static Figures of(JsonObject json) {
        return new Figures(
                json.getLong("operations"),
                json.getDouble("seconds"),
                json.getLong("p50"),
                json.getLong("p99"),
                json.getLong("p999"));
    }
}

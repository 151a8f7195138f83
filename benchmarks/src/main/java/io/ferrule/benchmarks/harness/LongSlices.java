package io.ferrule.benchmarks.harness;

import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A side that measures as long, but in slices of another length: for work of which a turn fills a short one, or which a device disturbs rather than the
 * scheduler.
 *
 * @param least so many slices, even when they take longer
 */
public record LongSlices(Side side, int millis, int least) implements Side {
    private static final int FEW = 3;

    public LongSlices(Side side, int millis) {
        this(side, millis, FEW);
    }

    /** For what waits for a disk. */
    public static LongSlices forDevice(Side side) {
        return new LongSlices(side, 50);
    }

    @Override
    public String name() {
        return side.name();
    }

    @Override
    public double round(Effort effort) throws IOException, InterruptedException {
        return side.round(effort.inSlicesOf(millis, least));
    }

    @Override
    public List<Double> figures(Effort effort) throws IOException, InterruptedException {
        return side.figures(effort.inSlicesOf(millis, least));
    }

    @Override
    public OptionalDouble allocatedBytes(Effort effort) throws IOException, InterruptedException {
        return side.allocatedBytes(effort);
    }
}

package io.ferrule.benchmarks.file;

import io.ferrule.benchmarks.harness.JmhSide;
import io.ferrule.benchmarks.harness.LongSlices;
import io.ferrule.benchmarks.harness.Side;
import io.ferrule.benchmarks.harness.TwinSide;
import io.ferrule.benchmarks.harness.Unit;
import io.ferrule.benchmarks.harness.Work;
import java.util.List;
import java.util.Map;

/** Sequential writes that are brought to the device now and then. An operation is a block, with its share of the fsync. */
public final class WriteWorks {
    private static final int LARGE = 64 << 10;

    private WriteWorks() {}

    public static List<Work> all() {
        return List.of(
                write(false, BlockFile.BLOCK), write(false, LARGE), write(true, BlockFile.BLOCK), write(true, LARGE));
    }

    private static Work write(boolean direct, int bytes) {
        return new Work(
                "write",
                Map.of("cache", direct ? "no" : "yes", "bytes", bytes, "fsync", "every " + BlockWrites.RUN),
                Unit.NANOS_PER_OPERATION,
                direct && bytes == LARGE,
                LogFile::prepare,
                jmh(JmhSide.FERRULE, RingWrites.class, direct, bytes),
                List.of(
                        twin(TwinSide.LIBURING, "write", direct, bytes),
                        twin("C pwrite", "pwrite", direct, bytes),
                        LongSlices.forDevice(FioSide.writes(BlockWrites.RUN, bytes, direct)),
                        jmh("FileChannel", FileChannelWrites.class, direct, bytes),
                        jmh("AsynchronousFileChannel", AsynchronousChannelWrites.class, direct, bytes),
                        jmh("LWJGL", LwjglWrites.class, direct, bytes),
                        jmh("jasyncfio (fdatasync)", JasyncfioWrites.class, direct, bytes)));
    }

    private static Side jmh(String name, Class<? extends BlockWrites> benchmark, boolean direct, int bytes) {
        return LongSlices.forDevice(
                new JmhSide(name, BlockWrites.RUN, benchmark, Map.of("direct", direct, "bytes", bytes)));
    }

    private static Side twin(String name, String twin, boolean direct, int bytes) {
        return LongSlices.forDevice(new TwinSide(
                name,
                BlockWrites.RUN,
                List.of(
                        twin,
                        direct ? "direct" : "cached",
                        String.valueOf(bytes),
                        LogFile.path().toString())));
    }
}

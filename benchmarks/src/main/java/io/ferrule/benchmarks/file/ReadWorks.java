package io.ferrule.benchmarks.file;

import io.ferrule.benchmarks.harness.JmhSide;
import io.ferrule.benchmarks.harness.LongSlices;
import io.ferrule.benchmarks.harness.Side;
import io.ferrule.benchmarks.harness.TwinSide;
import io.ferrule.benchmarks.harness.Unit;
import io.ferrule.benchmarks.harness.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Random reads of a block. */
public final class ReadWorks {
    private static final int USUAL_DEPTH = 32;

    private ReadWorks() {}

    public static List<Work> all() {
        List<Work> all = new ArrayList<>();
        for (boolean direct : new boolean[] {false, true}) {
            for (int depth : new int[] {1, USUAL_DEPTH, 128}) {
                all.add(read(direct, depth));
                all.add(readFixed(direct, depth));
            }
        }
        return all;
    }

    private static Work read(boolean direct, int depth) {
        return work(
                "read",
                direct,
                depth,
                depth == USUAL_DEPTH,
                ring(JmhSide.FERRULE, direct, depth, false),
                List.of(
                        liburing(direct, depth, false),
                        new TwinSide("C pread", depth, twin("pread", direct, depth)),
                        FioSide.reads(depth, direct, false),
                        jmh("FileChannel", FileChannelReads.class, direct, depth, Map.of()),
                        jmh("AsynchronousFileChannel", AsynchronousChannelReads.class, direct, depth, Map.of()),
                        jmh("mapped memory", MappedReads.class, direct, depth, Map.of()),
                        jmh("LWJGL", LwjglReads.class, direct, depth, Map.of("fixed", false)),
                        jmh("nio_uring (block 0 only)", NioUringReads.class, direct, depth, Map.of()),
                        jmh("jasyncfio", JasyncfioReads.class, direct, depth, Map.of())));
    }

    private static Work readFixed(boolean direct, int depth) {
        return work(
                "readFixed",
                direct,
                depth,
                false,
                ring(JmhSide.FERRULE, direct, depth, true),
                List.of(
                        liburing(direct, depth, true),
                        FioSide.reads(depth, direct, true),
                        jmh("LWJGL", LwjglReads.class, direct, depth, Map.of("fixed", true))));
    }

    private static Work work(
            String name, boolean direct, int depth, boolean quick, Side ours, List<? extends Side> others) {
        return new Work(
                name,
                Map.of("cache", direct ? "no" : "yes", "depth", depth),
                Unit.NANOS_PER_OPERATION,
                quick,
                BlockFile::prepare,
                paced(direct, ours),
                others.stream().map(side -> paced(direct, side)).toList());
    }

    private static Side paced(boolean direct, Side side) {
        return direct ? LongSlices.forDevice(side) : side;
    }

    private static JmhSide ring(String name, boolean direct, int depth, boolean fixed) {
        return jmh(name, ReadBenchmark.class, direct, depth, Map.of("fixed", fixed));
    }

    private static JmhSide jmh(
            String name, Class<? extends BlockReads> benchmark, boolean direct, int depth, Map<String, ?> further) {
        Map<String, Object> params = new TreeMap<>(further);
        params.put("direct", direct);
        params.put("depth", depth);
        return new JmhSide(name, depth, benchmark, params);
    }

    private static TwinSide liburing(boolean direct, int depth, boolean fixed) {
        List<String> twin = new ArrayList<>(twin("read", direct, depth));
        twin.add(fixed ? "fixed" : "plain");
        return new TwinSide(TwinSide.LIBURING, depth, twin);
    }

    private static List<String> twin(String name, boolean direct, int depth) {
        return List.of(
                name,
                direct ? "direct" : "cached",
                String.valueOf(depth),
                BlockFile.path().toString());
    }
}

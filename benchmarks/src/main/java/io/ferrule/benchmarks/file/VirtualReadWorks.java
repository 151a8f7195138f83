package io.ferrule.benchmarks.file;

import io.ferrule.benchmarks.harness.JmhSide;
import io.ferrule.benchmarks.harness.LongSlices;
import io.ferrule.benchmarks.harness.Side;
import io.ferrule.benchmarks.harness.Unit;
import io.ferrule.benchmarks.harness.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Blocking reads of a block on virtual threads, beside {@link java.nio.channels.FileChannel}. */
public final class VirtualReadWorks {
    private static final int USUAL_THREADS = 32;

    /** For cached reads; a turn of many threads takes some milliseconds. */
    private static final int SLICE_MILLIS = 20;

    private VirtualReadWorks() {}

    public static List<Work> all() {
        List<Work> all = new ArrayList<>();
        for (boolean direct : new boolean[] {false, true}) {
            for (boolean ownCarrier : new boolean[] {true, false}) {
                for (int threads : new int[] {1, USUAL_THREADS, 128}) {
                    all.add(reads(direct, ownCarrier, threads));
                }
            }
        }
        return all;
    }

    private static Work reads(boolean direct, boolean ownCarrier, int threads) {
        return new Work(
                "virtualReads",
                Map.of("cache", direct ? "no" : "yes", "carrier", ownCarrier ? "loop" : "JDK", "threads", threads),
                Unit.NANOS_PER_OPERATION,
                ownCarrier && threads == USUAL_THREADS,
                BlockFile::prepare,
                jmh(JmhSide.FERRULE, LoopVirtualReads.class, direct, threads, Map.of("ownCarrier", ownCarrier)),
                List.of(jmh("FileChannel", ChannelVirtualReads.class, direct, threads, Map.of())));
    }

    private static Side jmh(
            String name, Class<? extends VirtualReads> benchmark, boolean direct, int threads, Map<String, ?> further) {
        Map<String, Object> params = new TreeMap<>(further);
        params.put("direct", direct);
        params.put("depth", threads);
        Side side = new JmhSide(name, threads * VirtualReads.READS, benchmark, params, OwnCarrier.OPTIONS);
        return direct ? LongSlices.forDevice(side) : new LongSlices(side, SLICE_MILLIS);
    }
}

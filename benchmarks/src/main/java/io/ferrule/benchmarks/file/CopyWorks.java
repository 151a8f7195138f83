package io.ferrule.benchmarks.file;

import io.ferrule.benchmarks.harness.JmhSide;
import io.ferrule.benchmarks.harness.LongSlices;
import io.ferrule.benchmarks.harness.Side;
import io.ferrule.benchmarks.harness.TwinSide;
import io.ferrule.benchmarks.harness.Unit;
import io.ferrule.benchmarks.harness.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Copies of a file. Figures, bytes allocated among them, are for each MiB. */
public final class CopyWorks {
    private static final int MEBIBYTES = BlockFile.SIZE >> 20;

    private static final int SLICE_MILLIS = 50;
    private static final int SLICES = 12;

    private CopyWorks() {}

    public static List<Work> all() {
        List<Work> all = new ArrayList<>();
        all.add(copy("ring", true, jmh(JmhSide.FERRULE, RingCopies.class, Map.of())));
        for (LayerCopies.How how : LayerCopies.How.values()) {
            String word = how.name().toLowerCase(Locale.ROOT);
            all.add(copy(word, false, jmh(JmhSide.FERRULE, LayerCopies.class, Map.of("how", how))));
        }
        return all;
    }

    private static Work copy(String by, boolean quick, Side ours) {
        return new Work(
                "copy",
                Map.of("by", by, "MiB", MEBIBYTES),
                Unit.NANOS_PER_MEBIBYTE,
                quick,
                BlockFile::prepare,
                ours,
                List.of(
                        twin(
                                TwinSide.LIBURING,
                                "copy",
                                String.valueOf(FileCopies.DEPTH),
                                String.valueOf(FileCopies.BLOCK)),
                        twin("cp --reflink=never", "cp", "never"),
                        twin("cp --reflink=auto", "cp", "auto"),
                        jmh("FileChannel.transferTo", ChannelCopies.class, Map.of()),
                        jmh("Files.copy", JdkCopies.class, Map.of())));
    }

    private static Side jmh(String name, Class<? extends FileCopies> benchmark, Map<String, ?> params) {
        return slices(new JmhSide(name, MEBIBYTES, benchmark, params));
    }

    private static Side twin(String name, String twin, String... parameters) {
        List<String> work = new ArrayList<>(List.of(
                twin, FileCopies.source().toString(), FileCopies.target().toString()));
        work.addAll(List.of(parameters));
        return slices(new TwinSide(name, MEBIBYTES, work));
    }

    /** A slice is a copy or two, and workers of the kernel want a processor too: more of them. */
    private static Side slices(Side side) {
        return new LongSlices(side, SLICE_MILLIS, SLICES);
    }
}

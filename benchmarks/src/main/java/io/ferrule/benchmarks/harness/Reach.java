package io.ferrule.benchmarks.harness;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** The ratio that we want to reach: beside C as fast, beside what Java has ahead, by as much as C is where that is known. */
final class Reach {
    static final double OF_C = 0.97;
    private static final double OF_JAVA = 1;
    private static final double OF_RINGS_IN_BATCHES = 1.5;
    private static final int BATCH = 32;

    /** Other Java libraries on io_uring that do the same work; nio_uring reads one block only. */
    private static final Set<String> RINGS = Set.of("LWJGL", "jasyncfio");

    private static final Set<String> IN_PROCESS = Set.of("nop", "read", "readFixed");

    private static final Set<String> OVER_A_NETWORK = Set.of("echo", "echoCpu", "http", "httpCpu");

    /** Where a program in Java has a JVM to carry, and is laid beside C to know how heavy it is. */
    private static final Set<String> BEYOND_C = Set.of("memory", "startup");

    private static final String C_BLOCKING = "C pread";

    private Reach() {}

    /**
     * For a row.
     *
     * @param all rows of the run
     * @return null where no ratio is asked for
     */
    static Double of(Row row, List<Row> all) {
        return switch (Kind.of(row.other())) {
            case TWIN_IN_C -> row.other().equals(C_BLOCKING) || BEYOND_C.contains(row.work()) ? null : OF_C;
            case JAVA_PEER -> beside(row, all);
            case OTHER_PROGRAM -> row.other().equals("nginx") ? OF_JAVA : null;
            case FERRULE -> null;
        };
    }

    private static Double beside(Row row, List<Row> all) {
        if (RINGS.contains(row.other().split(" ")[0])) {
            return IN_PROCESS.contains(row.work()) && size(row.params()) >= BATCH ? OF_RINGS_IN_BATCHES : OF_JAVA;
        }
        boolean channel = IN_PROCESS.contains(row.work()) && row.other().equals("FileChannel");
        if (!channel && !OVER_A_NETWORK.contains(row.work())) {
            return OF_JAVA;
        }
        return Math.max(OF_JAVA, leadOfC(channel ? C_BLOCKING : row.other(), row, all));
    }

    private static int size(Map<String, ?> params) {
        return Stream.of("depth", "batch")
                .map(params::get)
                .filter(Objects::nonNull)
                .mapToInt(size -> Integer.parseInt(size.toString()))
                .findFirst()
                .orElse(0);
    }

    /** How C does on liburing beside another, by our ratios to both in the same run; 0 where that is not known. */
    private static double leadOfC(String other, Row row, List<Row> all) {
        Double besideOther = ratio(other, row, all);
        Double besideC = ratio(TwinSide.LIBURING, row, all);
        return besideOther == null || besideC == null ? 0 : besideOther / besideC;
    }

    private static Double ratio(String other, Row like, List<Row> all) {
        return all.stream()
                .filter(row -> row.other().equals(other)
                        && row.work().equals(like.work())
                        && row.params().equals(like.params()))
                .map(Row::ratioMedian)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}

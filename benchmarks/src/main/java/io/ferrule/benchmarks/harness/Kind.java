package io.ferrule.benchmarks.harness;

import java.util.Set;

/** What an other side is to us. */
enum Kind {
    /** The same work, written in C by us. */
    TWIN_IN_C,
    /** A library or a class that a Java program could use instead. */
    JAVA_PEER,
    /** A program that others have written. */
    OTHER_PROGRAM,
    /** A part of Ferrule. */
    FERRULE;

    private static final Set<String> PROGRAMS = Set.of("fio", "nginx", "cp");
    private static final Set<String> OURS = Set.of("bare ring", "safe layer");

    /** By its name: all twins' begin with "C ". */
    static Kind of(String side) {
        if (side.startsWith("C ")) {
            return TWIN_IN_C;
        }
        String first = side.split(" ")[0];
        if (PROGRAMS.contains(first)) {
            return OTHER_PROGRAM;
        }
        return OURS.contains(side) || first.equals(JmhSide.FERRULE) ? FERRULE : JAVA_PEER;
    }
}

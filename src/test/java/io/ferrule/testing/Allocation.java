package io.ferrule.testing;

import java.lang.reflect.Method;

/** Counts what the calling thread allocates on the heap. */
public final class Allocation {
    private static final int ROUNDS = 10;

    /** And so long at least: trivial rounds are over before a busy machine has compiled anything. */
    private static final long NANOS = 20_000_000_000L;

    /** What a round may allocate, in bytes: the measurement itself does, and so may the JVM while it compiles. */
    private static final int OF_THE_JVM = 10_000;

    private static final Object BEAN;
    private static final Method ALLOCATED_BYTES;

    static {
        // By name: module io.ferrule does not read java.management, and should not for the sake of a test.
        try {
            BEAN = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            ALLOCATED_BYTES =
                    Class.forName("com.sun.management.ThreadMXBean").getMethod("getCurrentThreadAllocatedBytes");
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Something to measure. */
    public interface Step {
        void run() throws Exception;
    }

    private Allocation() {}

    /** Whether the JVM does away with objects that nobody else sees; where it is kept to C1 or the interpreter, each downcall leaves garbage. */
    public static boolean isOptimised() {
        String compilers = System.getProperty("java.vm.info", "");
        return !compilers.contains("emulated-client") && !compilers.contains("interpreted");
    }

    /**
     * Asserts that a step allocates nothing once it is compiled. On a busy machine the compiler may take its time: so in one of several rounds, nothing is
     * allocated.
     *
     * @param runs of the step in a round: so many that one object in each would show, 10,000 or more
     */
    public static void assertNone(int runs, Step step) throws Exception {
        assertAtMost((double) OF_THE_JVM / runs, runs, step);
    }

    /** Asserts that in one of several rounds a run of a step allocates so many bytes on average, or fewer. */
    public static void assertAtMost(double limit, int runs, Step step) throws Exception {
        double bytes = Double.MAX_VALUE;
        long begun = System.nanoTime();
        for (int round = 0; bytes > limit && (round < ROUNDS || System.nanoTime() - begun < NANOS); round++) {
            bytes = bytesPerRun(runs, step);
        }
        if (bytes > limit) {
            throw new AssertionError("a run allocates " + bytes + " bytes, more than " + limit);
        }
    }

    /** Bytes that one run of a step allocates, on average of many, after as many to warm up. */
    public static double bytesPerRun(int runs, Step step) throws Exception {
        repeat(runs, step);
        long before = allocated();
        repeat(runs, step);
        return (double) (allocated() - before) / runs;
    }

    private static void repeat(int runs, Step step) throws Exception {
        for (int i = 0; i < runs; i++) {
            step.run();
        }
    }

    private static long allocated() throws ReflectiveOperationException {
        return (long) ALLOCATED_BYTES.invoke(BEAN);
    }
}

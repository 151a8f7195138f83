package io.ferrule.benchmarks.harness;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;

/** What a program in Java answers to questions about its own memory. */
public final class JavaMemory {
    /** How many bytes of the heap are in use. */
    public static final String HEAP = "heap";

    /** How many bytes of the heap all threads together have allocated so far. */
    public static final String ALLOCATED = "allocated";

    private static final int COLLECTIONS = 3;

    private JavaMemory() {}

    public static String answer(String question) {
        return switch (question) {
            case HEAP -> String.valueOf(used());
            case ALLOCATED -> String.valueOf(allocated());
            default -> "what is \"" + question + "\"?";
        };
    }

    private static long used() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < COLLECTIONS; i++) {
            memory.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
    }
}

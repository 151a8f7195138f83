package io.ferrule.benchmarks.net;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;

/** How a server that runs in this JVM talks with who started it: tells its port, answers questions, and ends with its standard input. */
final class ServerProcess {
    /** A question: how many bytes of the heap are in use. */
    static final String HEAP = "heap";

    /** A question: how many bytes of the heap all threads together have allocated so far. */
    static final String ALLOCATED = "allocated";

    private static final int COLLECTIONS = 3;

    private ServerProcess() {}

    /** Does not return. */
    static void serve(int port) throws IOException {
        System.out.println("port " + port);
        try (BufferedReader questions = new BufferedReader(new InputStreamReader(System.in))) {
            for (String line = questions.readLine(); line != null; line = questions.readLine()) {
                System.out.println(
                        switch (line) {
                            case HEAP -> String.valueOf(usedHeap());
                            case ALLOCATED -> String.valueOf(allocated());
                            default -> "what is \"" + line + "\"?";
                        });
            }
        }
        Runtime.getRuntime().halt(0); // whatever its threads are at
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean()).getTotalThreadAllocatedBytes();
    }

    private static long usedHeap() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < COLLECTIONS; i++) {
            memory.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }
}

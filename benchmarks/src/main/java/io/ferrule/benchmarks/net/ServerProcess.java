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

    private static final int COLLECTIONS = 3;

    private ServerProcess() {}

    /** Does not return. */
    static void serve(int port) throws IOException {
        System.out.println("port " + port);
        try (BufferedReader questions = new BufferedReader(new InputStreamReader(System.in))) {
            for (String line = questions.readLine(); line != null; line = questions.readLine()) {
                System.out.println(line.equals(HEAP) ? String.valueOf(usedHeap()) : "what is \"" + line + "\"?");
            }
        }
        Runtime.getRuntime().halt(0); // whatever its threads are at
    }

    private static long usedHeap() {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < COLLECTIONS; i++) {
            memory.gc();
        }
        return memory.getHeapMemoryUsage().getUsed();
    }
}

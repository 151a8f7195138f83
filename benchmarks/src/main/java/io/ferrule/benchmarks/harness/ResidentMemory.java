package io.ferrule.benchmarks.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * What a program has in memory: for Java, what is in use of the heap, which is resident as a whole from the begin; beside it, pages that no other process
 * has. What the kernel keeps for it is not in this, but for what is mapped into the process, as the queues of a ring are.
 */
public final class ResidentMemory {
    /**
     * The whole heap is resident from the begin, so that pages tell of the rest alone. Only the interpreter: a compiler takes and leaves memory as it likes.
     */
    private static final List<String> JVM =
            List.of("-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC", "-Xint");

    private static final Set<String> PRIVATE = Set.of("Private_Clean:", "Private_Dirty:");
    private static final int KIBI = 1 << 10;

    private ResidentMemory() {}

    /** The same program, such that it can be measured. */
    public static List<String> command(List<String> command, boolean java) {
        return java ? JavaProgram.with(JVM, command) : command;
    }

    /**
     * In bytes.
     *
     * @param java whether it answers questions: see {@link JavaMemory}
     */
    public static long bytes(Dialogue program, boolean java) throws IOException {
        long heap = java ? settledHeap(program) : 0;
        return heap
                + Files.readAllLines(Path.of("/proc", String.valueOf(program.pid()), "smaps_rollup")).stream()
                        .map(line -> line.split(" +"))
                        .filter(words -> PRIVATE.contains(words[0]))
                        .mapToLong(words -> Long.parseLong(words[1]) * KIBI)
                        .sum();
    }

    /** The collector leaves some things for the next time, and the first questions leave things behind. */
    private static long settledHeap(Dialogue program) throws IOException {
        long last = program.ask(JavaMemory.HEAP);
        for (long next = program.ask(JavaMemory.HEAP); next < last; next = program.ask(JavaMemory.HEAP)) {
            last = next;
        }
        return last;
    }
}

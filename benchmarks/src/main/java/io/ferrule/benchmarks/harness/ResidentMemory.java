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
    private static final int LOOKS = 50;

    private ResidentMemory() {}

    /** The same program, such that it can be measured. */
    public static List<String> command(List<String> command, boolean java) {
        return java ? JavaProgram.with(JVM, command) : command;
    }

    /**
     * In bytes, as soon as that does not change any more: the collector leaves some things for the next time, and the program may be at it still.
     *
     * @param java whether it answers questions: see {@link JavaMemory}
     */
    public static long bytes(Dialogue program, boolean java) throws IOException {
        long bytes = now(program, java);
        for (int i = 0; i < LOOKS; i++) {
            long next = now(program, java);
            if (next == bytes) {
                return bytes;
            }
            bytes = next;
        }
        throw new SideException(Status.FAILED, "its memory does not stay the same");
    }

    private static long now(Dialogue program, boolean java) throws IOException {
        long heap = java ? program.ask(JavaMemory.HEAP) : 0;
        return heap
                + Files.readAllLines(Path.of("/proc", String.valueOf(program.pid()), "smaps_rollup")).stream()
                        .map(line -> line.split(" +"))
                        .filter(words -> PRIVATE.contains(words[0]))
                        .mapToLong(words -> Long.parseLong(words[1]) * KIBI)
                        .sum();
    }
}

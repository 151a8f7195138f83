package io.ferrule;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Small native memory for the tasks of a loop: names of files, and what the kernel tells of them. On the loop's thread, what one task has done with serves
 * the next, which spares the JVM's cleaner. On other threads it is fresh, as it is where more is wanted; and that of a task which is never begun, or does
 * not get as far as the kernel, is left to the collector.
 */
final class TaskMemory {
    /** Bytes: an {@code open_how} and a path of 400 letters. */
    private static final int SIZE = 512;

    private static final int MOST_KEPT = 64;

    private final Loop loop;
    private final MemorySegment[] kept = new MemorySegment[MOST_KEPT];
    private int count;

    TaskMemory(Loop loop) {
        this.loop = loop;
    }

    /** Zeroes, at least as many as wanted, for long numbers. Any thread. */
    MemorySegment take(long size) {
        if (size > SIZE) {
            return Arena.ofAuto().allocate(size, Long.BYTES);
        }
        if (!loop.isOwner() || count == 0) {
            return Arena.ofAuto().allocate(SIZE, Long.BYTES);
        }
        return kept[--count].fill((byte) 0);
    }

    /** Nobody uses it any more. On the loop's thread. */
    void giveBack(MemorySegment memory) {
        if (memory.byteSize() == SIZE && count < MOST_KEPT) {
            kept[count++] = memory;
        }
    }
}

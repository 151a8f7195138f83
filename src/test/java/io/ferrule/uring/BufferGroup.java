package io.ferrule.uring;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/** A group of provided buffers of one size, which lie one after the other in memory. The kernel has none of them until it is given some. */
record BufferGroup(BufferRing ring, MemorySegment memory, int size) implements AutoCloseable {
    static BufferGroup open(IoUring ring, int group, MemorySegment memory, int size) throws IOException {
        int count = (int) (memory.byteSize() / size);
        return new BufferGroup(ring.register().bufferRing(group, count, 0), memory, size);
    }

    MemorySegment buffer(int id) {
        return memory.asSlice((long) id * size, size);
    }

    /** Gives these to the kernel. */
    void give(int... ids) {
        for (int id : ids) {
            ring.add(buffer(id), id);
        }
        ring.publish();
    }

    /** Gives all of them to the kernel, the first one first. */
    void giveAll() {
        give(IntStream.range(0, ring.entries()).toArray());
    }

    @Override
    public void close() throws IOException {
        ring.close();
    }
}

package io.ferrule.driver;

import io.ferrule.uring.BufferRing;
import io.ferrule.uring.IoUring;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;

/** A buffer ring, which the kernel takes buffers from. */
final class UringBufferGroup implements BufferGroup {
    private final BufferRing ring;
    private final MemorySegment[] buffers;

    private UringBufferGroup(BufferRing ring, MemorySegment[] buffers) {
        this.ring = ring;
        this.buffers = buffers;
    }

    static UringBufferGroup open(IoUring ring, int number, MemorySegment memory, int count, int size)
            throws IOException {
        MemorySegment[] buffers = new MemorySegment[count];
        BufferRing provided = ring.register().bufferRing(number, count, 0);
        for (int id = 0; id < count; id++) {
            buffers[id] = memory.asSlice((long) id * size, size);
            provided.add(buffers[id], id);
        }
        provided.publish();
        return new UringBufferGroup(provided, buffers);
    }

    int number() {
        return ring.group();
    }

    @Override
    public void giveBack(int id) {
        ring.add(buffers[id], id);
        ring.publish();
    }

    @Override
    public void close() {
        try {
            ring.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.ferrule.driver;

import io.ferrule.sys.Errno;
import io.ferrule.sys.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Buffers of a driver that receives by itself: those that are free, as a stack, so that the one used last is taken first and is still cached. */
class FreeBuffers implements BufferGroup {
    private static final int ENOBUFS = -Errno.ENOBUFS.number();

    /** There is no free buffer. */
    static final int NONE = -1;

    private static final int MAX_COUNT = 1 << 15;

    private final MemorySegment memory;
    private final int size;
    private final int[] free;
    private final boolean[] taken;
    private int freeCount;

    FreeBuffers(MemorySegment memory, int count, int size) {
        if (count < 1 || count > MAX_COUNT || Integer.bitCount(count) != 1) {
            throw new IllegalArgumentException(
                    "a group has 1 to " + MAX_COUNT + " buffers, a power of two, not " + count);
        }
        if (size < 1 || memory.byteSize() < (long) count * size) {
            throw new IllegalArgumentException(
                    count + " buffers of " + size + " bytes do not fit into " + memory.byteSize() + " bytes");
        }
        NativeMemory.writable(memory);
        this.memory = memory;
        this.size = size;
        this.free = new int[count];
        this.taken = new boolean[count];
        for (int id = count - 1; id >= 0; id--) {
            free[freeCount++] = id;
        }
    }

    /** A buffer's id, or {@link #NONE}. */
    int take() {
        if (freeCount == 0) {
            return NONE;
        }
        int id = free[--freeCount];
        taken[id] = true;
        return id;
    }

    /**
     * Receives, once and without waiting, into a buffer, which the operation's outcome then names.
     *
     * @return as {@code recv}; -ENOBUFS when none is free
     */
    final int receive(OperationCalls calls, Operation op) {
        int id = take();
        if (id == NONE) {
            return ENOBUFS;
        }
        long room = op.length > 0 ? Math.min(op.length, size) : size;
        int result = calls.receive(op.fd, memory.address() + (long) id * size, room, op.flags);
        if (result > 0) {
            op.outcomeFlags = Operation.withBuffer(id);
        } else {
            giveBack(id);
            op.outcomeFlags = 0;
        }
        return result;
    }

    @Override
    public void giveBack(int id) {
        Objects.checkIndex(id, free.length);
        if (!taken[id]) {
            throw new IllegalStateException("buffer " + id + " is free already");
        }
        taken[id] = false;
        free[freeCount++] = id;
    }

    @Override
    public void close() {
        freeCount = 0;
    }
}

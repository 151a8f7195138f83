package io.ferrule;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Memory for buffers of one size, allocated at once and used again and again: page-aligned, as {@code O_DIRECT} needs it. {@link #take} hands a buffer
 * out, {@link Buffer#close} gives its memory back. Any thread may do either.
 *
 * <p>Each {@code take} makes a {@link Buffer} of its own, a small object, so that who closes one twice or goes on to use it gets an exception, and never
 * somebody else's data. Programs that must not allocate anything take their buffers once and keep them.
 *
 * <p>A pool of a loop ({@link Loop#pool}) is registered with the kernel where that saves work, until it is closed; one that is dropped without, until
 * the loop is.
 */
public final class BufferPool implements AutoCloseable {
    private static final int PAGE = 4096;

    private final int size;
    private final MemorySegment[] free;
    private final @Nullable Loop loop;
    private final int registered;
    private int available;
    private boolean closed;

    BufferPool(int count, int size, @Nullable Loop loop) {
        if (count < 1 || size < 1) {
            throw new IllegalArgumentException(
                    "a pool has 1 buffer or more, of 1 byte or more; not " + count + " of " + size);
        }
        long stride = Math.ceilDiv(size, (long) PAGE) * PAGE;
        MemorySegment slab = Arena.ofAuto().allocate(count * stride, PAGE);
        this.size = size;
        this.loop = loop;
        this.registered = loop == null ? -1 : loop.register(slab);
        this.free = new MemorySegment[count];
        for (int i = 0; i < count; i++) {
            free[i] = slab.asSlice(i * stride, size);
        }
        this.available = count;
    }

    /**
     * Allocates a pool.
     *
     * @param count of buffers
     * @param size of each, in bytes; each takes whole pages of 4 KiB
     */
    public static BufferPool allocate(int count, int size) {
        return new BufferPool(count, size, null);
    }

    /**
     * Hands out a buffer. What it holds is left over from its last use.
     *
     * @throws IllegalStateException when none is left, or after close
     */
    public Buffer take() {
        Buffer buffer = tryTake();
        if (buffer == null) {
            throw new IllegalStateException("none of the pool's " + free.length
                    + " buffers is left: close those that are done with, or make the pool larger");
        }
        return buffer;
    }

    /** Hands out a buffer, or null when none is left. */
    public synchronized @Nullable Buffer tryTake() {
        if (closed) {
            throw new IllegalStateException("the pool is closed");
        }
        if (available == 0) {
            return null;
        }
        return new Buffer(free[--available], this);
    }

    /** How many can be taken now. */
    public synchronized int available() {
        return available;
    }

    /** The size of each buffer, in bytes. */
    public int bufferSize() {
        return size;
    }

    /**
     * Ends the pool, and has the kernel forget its memory. A second close does nothing.
     *
     * @throws IllegalStateException while a buffer is out: it may be in flight
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        if (available < free.length) {
            throw new IllegalStateException(
                    (free.length - available) + " of the pool's " + free.length + " buffers have not been given back");
        }
        closed = true;
        if (loop != null && registered >= 0) {
            loop.unregister(registered);
        }
    }

    synchronized void giveBack(MemorySegment memory) {
        free[available++] = memory;
    }

    int registered(Loop user) {
        return user == loop ? registered : -1;
    }
}

package io.ferrule.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * An array of {@code struct iovec}: the pieces of memory of one vectored call, in order. Filling it allocates nothing, so that one array serves
 * any number of calls.
 */
public final class IovecArray {
    /** The most pieces that one call takes ({@code UIO_MAXIOV}). */
    public static final int MAX_PIECES = 1024;

    private final MemorySegment array;
    private final int capacity;

    private IovecArray(MemorySegment array, int capacity) {
        this.array = array;
        this.capacity = capacity;
    }

    /**
     * Room for a number of pieces, all empty. The memory lives as long as the arena.
     *
     * @param capacity 1 to {@link #MAX_PIECES}
     */
    public static IovecArray allocate(Arena arena, int capacity) {
        if (capacity < 1 || capacity > MAX_PIECES) {
            throw new IllegalArgumentException("an iovec array has 1 to " + MAX_PIECES + " pieces, not " + capacity);
        }
        NativeLibrary.isThere(); // says first what forbids native access
        return new IovecArray(arena.allocate(Layout.SIZE * capacity, 8), capacity);
    }

    /**
     * An array of these pieces.
     *
     * @throws IllegalArgumentException for a heap segment, or none or too many
     */
    public static IovecArray of(Arena arena, MemorySegment... pieces) {
        IovecArray vector = allocate(arena, pieces.length);
        for (int i = 0; i < pieces.length; i++) {
            vector.set(i, pieces[i]);
        }
        return vector;
    }

    /**
     * Makes a piece of native memory the {@code index}-th. The array holds its address only: who fills it keeps the memory.
     *
     * @throws IllegalArgumentException for a heap segment
     * @throws IndexOutOfBoundsException for an index outside the array
     */
    public void set(int index, MemorySegment piece) {
        Objects.checkIndex(index, capacity);
        array.set(ValueLayout.JAVA_LONG, index * Layout.SIZE, NativeMemory.readable(piece));
        array.set(ValueLayout.JAVA_LONG, index * Layout.SIZE + Layout.LENGTH, piece.byteSize());
    }

    /**
     * Makes memory the {@code index}-th piece. Nothing is checked but the index: for who has checked the address already.
     *
     * @throws IndexOutOfBoundsException for an index outside the array
     */
    public void set(int index, long address, long length) {
        Objects.checkIndex(index, capacity);
        array.set(ValueLayout.JAVA_LONG, index * Layout.SIZE, address);
        array.set(ValueLayout.JAVA_LONG, index * Layout.SIZE + Layout.LENGTH, length);
    }

    /** Where the {@code index}-th piece is described: what a call takes that begins with it. */
    public long address(int index) {
        return array.address() + Objects.checkIndex(index, capacity) * Layout.SIZE;
    }

    /** How many pieces there is room for. */
    public int capacity() {
        return capacity;
    }

    /** The array's memory: {@code capacity} times {@code struct iovec}. */
    public MemorySegment segment() {
        return array;
    }

    /** A class of its own, so that it is loaded after the helper library, whose errors then reach the caller as they are. */
    private static final class Layout {
        static final long SIZE = 16;
        static final long LENGTH = 8;

        static {
            Abi.require("sizeof iovec", SIZE);
            Abi.require("iovec.iov_base", 0);
            Abi.require("iovec.iov_len", LENGTH);
        }
    }
}

package io.ferrule.sys;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/** The checks a memory segment goes through before the kernel gets its address. */
public final class NativeMemory {
    /** What Linux moves in one call at most ({@code MAX_RW_COUNT}), in bytes. */
    public static final int MAX_TRANSFER = 0x7fff_f000;

    private NativeMemory() {}

    /**
     * The address of memory that the kernel reads.
     *
     * @throws IllegalArgumentException for a heap segment: the garbage collector may move it
     * @throws IllegalStateException when its arena is closed
     */
    public static long readable(MemorySegment segment) {
        if (!segment.isNative()) {
            throw new IllegalArgumentException(
                    "a heap segment has no address that stays: copy it to native memory, allocated from an Arena");
        }
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException("the segment's arena is closed");
        }
        return segment.address();
    }

    /**
     * The address of memory that the kernel writes to.
     *
     * @throws IllegalArgumentException for a heap segment or a read-only one
     * @throws IllegalStateException when its arena is closed
     */
    public static long writable(MemorySegment segment) {
        if (segment.isReadOnly()) {
            throw new IllegalArgumentException("the segment is read-only, and the kernel would write to it");
        }
        return readable(segment);
    }

    /**
     * The segment's length as a count of bytes to move.
     *
     * @throws IllegalArgumentException for more than {@link #MAX_TRANSFER}
     */
    public static int transferLength(MemorySegment segment) {
        long length = segment.byteSize();
        if (length > MAX_TRANSFER) {
            throw new IllegalArgumentException("a segment of " + length + " bytes: Linux moves at most " + MAX_TRANSFER
                    + " in one call; take a slice");
        }
        return (int) length;
    }

    /**
     * Holds a range against a segment.
     *
     * @throws IndexOutOfBoundsException when it does not lie inside
     */
    public static void checkRange(MemorySegment segment, long offset, int length) {
        Objects.checkFromIndexSize(offset, length, segment.byteSize());
    }

    /**
     * The address of a path for the kernel: native memory that ends in NUL, as {@code arena.allocateFrom(string)} makes it.
     *
     * @throws IllegalArgumentException when it is a heap segment, or its last byte is not NUL
     */
    public static long path(MemorySegment path) {
        long address = readable(path);
        if (path.byteSize() == 0 || path.get(ValueLayout.JAVA_BYTE, path.byteSize() - 1) != 0) {
            throw new IllegalArgumentException(
                    "a path for the kernel ends in NUL: make it with arena.allocateFrom(string)");
        }
        return address;
    }
}

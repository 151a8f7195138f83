package io.ferrule.uring;

import io.ferrule.sys.Abi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One thread's view of the memory that a ring shares with the kernel, and of the ring's own scratch memory. The view is confined to the thread
 * and closed before the memory is unmapped: a use after close, or by another thread, is an exception and never a fault.
 */
final class RingMemory {
    private static final long WORD_SIZE = 4;

    private final Arena view = Arena.ofConfined();
    private final MemorySegment sqHead;
    private final MemorySegment sqTail;
    private final MemorySegment sqFlags;
    private final MemorySegment sqes;
    private final int sqEntries;
    private final long sqeStride;
    private final MemorySegment cqHead;
    private final MemorySegment cqTail;
    private final MemorySegment cqOverflow;
    private final MemorySegment cqes;
    private final int cqEntries;
    private final long cqeStride;
    private final boolean cqesMixed;
    private final MemorySegment timespecs;

    /**
     * @param ring liburing's {@code struct io_uring}, set up
     * @param timespecs scratch: {@code struct __kernel_timespec} for each SQE
     */
    RingMemory(MemorySegment ring, int setupFlags, MemorySegment timespecs) {
        long sq = Abi.value("io_uring.sq");
        sqHead = pointer(ring, sq + Abi.value("io_uring_sq.khead"), WORD_SIZE);
        sqTail = pointer(ring, sq + Abi.value("io_uring_sq.ktail"), WORD_SIZE);
        sqFlags = pointer(ring, sq + Abi.value("io_uring_sq.kflags"), WORD_SIZE);
        sqEntries = ring.get(ValueLayout.JAVA_INT, sq + Abi.value("io_uring_sq.ring_entries"));
        sqeStride =
                (setupFlags & SetupFlag.IORING_SETUP_SQE128.bit()) == 0 ? RingLayout.SQE_SIZE : 2 * RingLayout.SQE_SIZE;
        sqes = pointer(ring, sq + Abi.value("io_uring_sq.sqes"), sqEntries * sqeStride);

        long cq = Abi.value("io_uring.cq");
        cqHead = pointer(ring, cq + Abi.value("io_uring_cq.khead"), WORD_SIZE);
        cqTail = pointer(ring, cq + Abi.value("io_uring_cq.ktail"), WORD_SIZE);
        cqOverflow = pointer(ring, cq + Abi.value("io_uring_cq.koverflow"), WORD_SIZE);
        cqEntries = ring.get(ValueLayout.JAVA_INT, cq + Abi.value("io_uring_cq.ring_entries"));
        cqeStride =
                (setupFlags & SetupFlag.IORING_SETUP_CQE32.bit()) == 0 ? RingLayout.CQE_SIZE : 2 * RingLayout.CQE_SIZE;
        cqesMixed = (setupFlags & SetupFlag.IORING_SETUP_CQE_MIXED.bit()) != 0;
        cqes = pointer(ring, cq + Abi.value("io_uring_cq.cqes"), cqEntries * cqeStride);

        if (Integer.bitCount(sqEntries) != 1 || Integer.bitCount(cqEntries) != 1) {
            throw new LinkageError("the kernel's ring has " + sqEntries + " and " + cqEntries
                    + " entries, which are no powers of two");
        }
        this.timespecs = MemorySegment.ofAddress(timespecs.address()).reinterpret(timespecs.byteSize(), view, null);
    }

    private MemorySegment pointer(MemorySegment struct, long offset, long size) {
        return MemorySegment.ofAddress(struct.get(ValueLayout.JAVA_LONG, offset))
                .reinterpret(size, view, null);
    }

    void close() {
        view.close();
    }

    MemorySegment sqHead() {
        return sqHead;
    }

    MemorySegment sqTail() {
        return sqTail;
    }

    MemorySegment sqFlags() {
        return sqFlags;
    }

    MemorySegment sqes() {
        return sqes;
    }

    int sqEntries() {
        return sqEntries;
    }

    long sqeStride() {
        return sqeStride;
    }

    MemorySegment cqHead() {
        return cqHead;
    }

    MemorySegment cqTail() {
        return cqTail;
    }

    MemorySegment cqOverflow() {
        return cqOverflow;
    }

    MemorySegment cqes() {
        return cqes;
    }

    int cqEntries() {
        return cqEntries;
    }

    long cqeStride() {
        return cqeStride;
    }

    boolean cqesMixed() {
        return cqesMixed;
    }

    MemorySegment timespecs() {
        return timespecs;
    }
}

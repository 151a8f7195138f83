package io.ferrule.uring;

import io.ferrule.sys.Abi;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Where the memory lies that a ring shares with the kernel. Addresses are absolute, in {@link RingLayout#MEMORY};
 * they hold until the ring is closed or resized. So whoever uses them has checked first that the ring is open and belongs to the calling thread,
 * which is also the only one that can close it.
 */
record RingMemory(
        long sqHead,
        long sqTail,
        long sqFlags,
        long sqes,
        int sqEntries,
        long sqeStride,
        long cqHead,
        long cqTail,
        long cqOverflow,
        long cqes,
        int cqEntries,
        long cqeStride,
        boolean cqesMixed) {

    /**
     * Reads the places from liburing's {@code struct io_uring}, set up.
     *
     * @throws LinkageError when what the kernel set up is no ring as we know it
     */
    static RingMemory of(MemorySegment ring, int setupFlags) {
        long sq = Abi.value("io_uring.sq");
        long cq = Abi.value("io_uring.cq");
        int sqEntries = ring.get(ValueLayout.JAVA_INT, sq + Abi.value("io_uring_sq.ring_entries"));
        int cqEntries = ring.get(ValueLayout.JAVA_INT, cq + Abi.value("io_uring_cq.ring_entries"));
        if (Integer.bitCount(sqEntries) != 1 || Integer.bitCount(cqEntries) != 1) {
            throw new LinkageError("the kernel's ring has " + sqEntries + " and " + cqEntries
                    + " entries, which are no powers of two");
        }
        boolean wideSqes = (setupFlags & SetupFlag.IORING_SETUP_SQE128.bit()) != 0;
        boolean wideCqes = (setupFlags & SetupFlag.IORING_SETUP_CQE32.bit()) != 0;
        return new RingMemory(
                pointer(ring, sq + Abi.value("io_uring_sq.khead")),
                pointer(ring, sq + Abi.value("io_uring_sq.ktail")),
                pointer(ring, sq + Abi.value("io_uring_sq.kflags")),
                pointer(ring, sq + Abi.value("io_uring_sq.sqes")),
                sqEntries,
                wideSqes ? 2 * RingLayout.SQE_SIZE : RingLayout.SQE_SIZE,
                pointer(ring, cq + Abi.value("io_uring_cq.khead")),
                pointer(ring, cq + Abi.value("io_uring_cq.ktail")),
                pointer(ring, cq + Abi.value("io_uring_cq.koverflow")),
                pointer(ring, cq + Abi.value("io_uring_cq.cqes")),
                cqEntries,
                wideCqes ? 2 * RingLayout.CQE_SIZE : RingLayout.CQE_SIZE,
                (setupFlags & SetupFlag.IORING_SETUP_CQE_MIXED.bit()) != 0);
    }

    private static long pointer(MemorySegment struct, long offset) {
        return struct.get(ValueLayout.JAVA_LONG, offset);
    }
}

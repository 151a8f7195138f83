package io.ferrule.uring;

import static io.ferrule.uring.RingLayout.TIMESPEC_NSEC;
import static io.ferrule.uring.RingLayout.TIMESPEC_SEC;
import static io.ferrule.uring.RingLayout.TIMESPEC_SIZE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The times that operations take: a {@code struct __kernel_timespec} for each SQE, since the kernel has read a time by the time it frees the slot. Most
 * rings never have one, so there is no memory for them before the first.
 */
final class Timespecs {
    private static final long NANOS = 1_000_000_000L;

    private int slots;
    private MemorySegment memory = MemorySegment.NULL;

    /** Belongs to a queue of so many slots from now on. The kernel must have taken all entries of the one before. */
    void bind(int slots) {
        this.slots = slots;
        this.memory = MemorySegment.NULL;
    }

    /** Sets the time of a slot. Returns its address, which holds until {@link #bind}, as long as this object is reachable. */
    long set(long slot, long nanos) {
        if (memory.byteSize() == 0) {
            memory = Arena.ofAuto().allocate(slots * TIMESPEC_SIZE, Long.BYTES);
        }
        long own = slot * TIMESPEC_SIZE;
        memory.set(JAVA_LONG, own + TIMESPEC_SEC, nanos / NANOS);
        memory.set(JAVA_LONG, own + TIMESPEC_NSEC, nanos % NANOS);
        return memory.address() + own;
    }

    /** How much memory there is for times. */
    long byteSize() {
        return memory.byteSize();
    }
}

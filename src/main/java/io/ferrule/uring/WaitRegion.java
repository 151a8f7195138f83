package io.ferrule.uring;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.bindings.liburing.__kernel_timespec;
import io.ferrule.bindings.liburing.io_uring_mem_region_reg;
import io.ferrule.bindings.liburing.io_uring_reg_wait;
import io.ferrule.bindings.liburing.io_uring_region_desc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Registered arguments for waiting: a time, and how long to wait for more completions once there are some. Set once, used by
 * {@link IoUring#submitAndWait(int, WaitRegion, int)} any number of times, without the kernel copying them each time. Its memory lives as long as
 * this object is reachable; keep it while the ring waits with it.
 */
public final class WaitRegion {
    private static final long PAGE = 4096;
    private static final long NANOS = 1_000_000_000L;

    /** One less than there is room for: a wait with the last argument of a region was seen never to end (Linux 6.18.44). */
    private static final int MOST = (int) (PAGE / 64) - 1;

    private final MemorySegment arguments;
    private final int count;

    private WaitRegion(MemorySegment arguments, int count) {
        this.arguments = arguments;
        this.count = count;
    }

    static WaitRegion register(MemorySegment ring, String name, int count) throws IOException {
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException("a wait region holds 1 to " + MOST + " arguments, not " + count);
        }
        MemorySegment page = Arena.ofAuto().allocate(PAGE, PAGE);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment region = io_uring_region_desc.allocate(arena);
            io_uring_region_desc.user_addr(region, page.address());
            io_uring_region_desc.size(region, PAGE);
            io_uring_region_desc.flags(region, UringFlags.IORING_MEM_REGION_TYPE_USER);
            MemorySegment request = io_uring_mem_region_reg.allocate(arena);
            io_uring_mem_region_reg.region_uptr(request, region.address());
            io_uring_mem_region_reg.flags(request, UringFlags.IORING_MEM_REGION_REG_WAIT_ARG);
            Registration.checkResult(LibUring.io_uring_register_region(ring, request), "MEM_REGION", name);
        }
        return new WaitRegion(page, count);
    }

    /**
     * Sets an argument.
     *
     * @param index from 0
     * @param timeoutNanos how long to wait at most
     * @param minWaitMicros once this long has passed, any completion ends the wait, however many are waited for; 0 for none
     */
    public void set(int index, long timeoutNanos, int minWaitMicros) {
        Objects.checkIndex(index, count);
        if (timeoutNanos < 0 || minWaitMicros < 0) {
            throw new IllegalArgumentException(
                    "times are 0 or more, not " + timeoutNanos + " ns and " + minWaitMicros + " us");
        }
        MemorySegment argument = io_uring_reg_wait.asSlice(arguments, index);
        MemorySegment time = io_uring_reg_wait.ts(argument);
        __kernel_timespec.tv_sec(time, timeoutNanos / NANOS);
        __kernel_timespec.tv_nsec(time, timeoutNanos % NANOS);
        io_uring_reg_wait.min_wait_usec(argument, minWaitMicros);
        io_uring_reg_wait.flags(argument, UringFlags.IORING_REG_WAIT_TS);
    }

    /** Where an argument lies in the region, in bytes: what {@code io_uring_enter} takes for its address. */
    long offset(int index) {
        return Objects.checkIndex(index, count) * io_uring_reg_wait.sizeof();
    }
}

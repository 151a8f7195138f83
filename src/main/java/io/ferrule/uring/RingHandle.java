package io.ferrule.uring;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.bindings.liburing.io_uring;
import io.ferrule.bindings.liburing.io_uring_params;
import io.ferrule.bindings.liburing.io_uring_reg_wait;
import io.ferrule.sys.Errno;
import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * liburing's {@code struct io_uring} and the argument of a wait behind it, in one piece of memory: everything about a ring that does not depend on which
 * thread uses it. The memory is automatic, freed by the garbage collector, so that a ring can change hands and its end costs no thread handshake.
 */
final class RingHandle {
    private static final int LONGEST_RETRY_MILLIS = 32;
    private static final long MILLIS_IN_NANOS = 1_000_000L;
    private static final long NANOS = 1_000_000_000L;

    /** liburing's own flag: io_uring_register, too, is given the registered index. */
    private static final int INT_FLAG_REG_REG_RING = 1;

    private final MemorySegment struct;
    private final int setupFlags;

    private RingHandle(MemorySegment struct, int setupFlags) {
        this.struct = struct;
        this.setupFlags = setupFlags;
        struct.set(ValueLayout.JAVA_LONG, waitArgument() + RingLayout.GETEVENTS_ARG_TS, struct.address() + waitTime());
    }

    /** Sets a ring up with the best flags that the kernel takes, smaller if there is no memory for the size asked. */
    static RingHandle open(int entries, RingOptions options) throws IoUringUnavailableException {
        IoUringUnavailableException.throwIfTurnedOff();
        try {
            NativeLibrary.load();
        } catch (UnsatisfiedLinkError e) {
            throw IoUringUnavailableException.noHelper(e);
        }
        int smallest = Math.min(entries, options.minEntries());
        int result = 0;
        for (int size = entries; size >= smallest; size /= 2) {
            RingSetup setup = new RingSetup(size, options);
            result = size == entries ? setup.runPatiently() : setup.run();
            RingHandle handle = setup.handle();
            if (handle != null) {
                return handle;
            }
            if (result != -Errno.ENOMEM.number()) {
                break;
            }
        }
        throw IoUringUnavailableException.of(result, entries, options);
    }

    /** One size's attempts. */
    private static final class RingSetup {
        private final int entries;
        private final RingOptions options;
        private @Nullable RingHandle handle;

        RingSetup(int entries, RingOptions options) {
            this.entries = entries;
            this.options = options;
        }

        @Nullable
        RingHandle handle() {
            return handle;
        }

        /** The memory of rings that were just closed, also by a process that has ended, comes back a moment later. */
        int runPatiently() {
            int result = run();
            for (int millis = 1; result == -Errno.ENOMEM.number() && millis <= LONGEST_RETRY_MILLIS; millis *= 2) {
                LockSupport.parkNanos(millis * MILLIS_IN_NANOS);
                result = run();
            }
            return result;
        }

        int run() {
            int result = 0;
            for (int flags : options.candidates()) {
                result = attempt(flags);
                if (result != -Errno.EINVAL.number()) {
                    return result;
                }
            }
            return result;
        }

        private int attempt(int flags) {
            MemorySegment struct = Arena.ofAuto().allocate(waitTime() + RingLayout.TIMESPEC_SIZE, Long.BYTES);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment params = io_uring_params.allocate(arena);
                io_uring_params.flags(params, flags);
                io_uring_params.cq_entries(params, cqEntries());
                io_uring_params.sq_thread_idle(params, options.sqThreadIdleMillis());
                io_uring_params.sq_thread_cpu(params, options.sqThreadCpu());
                IoUring workersOf = options.workersOf();
                if (workersOf != null) {
                    io_uring_params.wq_fd(params, workersOf.descriptor());
                }
                int result = LibUring.io_uring_queue_init_params(entries, struct, params);
                if (result >= 0) {
                    handle = new RingHandle(struct, io_uring_params.flags(params));
                }
                return result;
            }
        }

        private int cqEntries() {
            return options.cqEntries() == 0 ? 0 : Math.max(entries, options.cqEntries());
        }
    }

    /** Where the argument of a wait lies, behind the struct. No constant: where native access is forbidden, {@link #open} could not say so. */
    private static long waitArgument() {
        return io_uring.sizeof();
    }

    /** Where the time lies that it points to. */
    private static long waitTime() {
        return waitArgument() + RingLayout.GETEVENTS_ARG_SIZE;
    }

    MemorySegment struct() {
        return struct;
    }

    @Override
    public String toString() {
        return "ring fd " + descriptor();
    }

    /** Where the ring's memory lies, until {@link #resize} or {@link #exit}. */
    RingMemory memory() {
        return RingMemory.of(struct, setupFlags);
    }

    int setupFlags() {
        return setupFlags;
    }

    boolean has(SetupFlag flag) {
        return (setupFlags & flag.bit()) != 0;
    }

    int features() {
        return io_uring.features(struct);
    }

    int descriptor() {
        return io_uring.ring_fd(struct);
    }

    /** Makes each enter cheaper where the kernel can: a registered descriptor, no iowait accounting, no copy in a child process. */
    void prepareEnter(boolean registerDescriptor) {
        LibUring.io_uring_ring_dontfork(struct);
        LibUring.io_uring_set_iowait(struct, false);
        if (registerDescriptor) {
            LibUring.io_uring_register_ring_fd(struct); // refused by old kernels; then the plain descriptor serves
        }
    }

    /** The flags that liburing would add to each enter: REGISTERED_RING, NO_IOWAIT. */
    int enterFlags() {
        return io_uring.int_flags(struct)
                & (LibUring.IORING_ENTER_REGISTERED_RING() | LibUring.IORING_ENTER_NO_IOWAIT());
    }

    /** The registered index where there is one, or else the descriptor. */
    int enterDescriptor() {
        return io_uring.enter_ring_fd(struct);
    }

    /** A registered descriptor is its thread's and went with it. Its number may be another ring's in the calling thread. */
    void forgetRegisteredDescriptor() {
        int registered = LibUring.IORING_ENTER_REGISTERED_RING() | INT_FLAG_REG_REG_RING;
        io_uring.int_flags(struct, (byte) (io_uring.int_flags(struct) & ~registered));
        io_uring.enter_ring_fd(struct, io_uring.ring_fd(struct));
    }

    /** {@code io_uring_enter}. Returns the kernel's answer. */
    int enter(int descriptor, int submit, int wait, int flags) {
        return EnterCall.invoke(descriptor, submit, wait, flags, 0, 0);
    }

    /** {@code io_uring_enter} that waits for a time at most. Returns the kernel's answer: -ETIME when it is up. */
    int enterWithTimeout(int descriptor, int submit, int wait, int flags, long nanos) {
        struct.set(ValueLayout.JAVA_LONG, waitTime() + RingLayout.TIMESPEC_SEC, nanos / NANOS);
        struct.set(ValueLayout.JAVA_LONG, waitTime() + RingLayout.TIMESPEC_NSEC, nanos % NANOS);
        return EnterCall.invoke(
                descriptor,
                submit,
                wait,
                flags | LibUring.IORING_ENTER_EXT_ARG() | LibUring.IORING_ENTER_GETEVENTS(),
                struct.address() + waitArgument(),
                RingLayout.GETEVENTS_ARG_SIZE);
    }

    /** As {@link #enterWithTimeout}; once the minimum has passed, any completion ends the wait. */
    int enterWithMinWait(int descriptor, int submit, int wait, int flags, long nanos, int minWaitMicros) {
        struct.set(ValueLayout.JAVA_INT, waitArgument() + RingLayout.GETEVENTS_ARG_MIN_WAIT, minWaitMicros);
        int result = enterWithTimeout(descriptor, submit, wait, flags, nanos);
        struct.set(ValueLayout.JAVA_INT, waitArgument() + RingLayout.GETEVENTS_ARG_MIN_WAIT, 0);
        return result;
    }

    /** As {@link #enterWithTimeout}, with these signals blocked meanwhile. */
    int enterWithSignalMask(int descriptor, int submit, int wait, int flags, long nanos, long blocked) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = arena.allocateFrom(ValueLayout.JAVA_LONG, blocked);
            struct.set(ValueLayout.JAVA_LONG, waitArgument() + RingLayout.GETEVENTS_ARG_SIGMASK, mask.address());
            struct.set(ValueLayout.JAVA_INT, waitArgument() + RingLayout.GETEVENTS_ARG_SIGMASK_SIZE, (int)
                    mask.byteSize());
            int result = enterWithTimeout(descriptor, submit, wait, flags, nanos);
            struct.set(ValueLayout.JAVA_LONG, waitArgument() + RingLayout.GETEVENTS_ARG_SIGMASK, 0);
            struct.set(ValueLayout.JAVA_INT, waitArgument() + RingLayout.GETEVENTS_ARG_SIGMASK_SIZE, 0);
            return result;
        }
    }

    /** {@code io_uring_enter} that waits as an argument in registered memory says. Returns the kernel's answer. */
    int enterWithRegisteredArgument(int descriptor, int submit, int wait, int flags, long offset) {
        return EnterCall.invoke(
                descriptor,
                submit,
                wait,
                flags
                        | LibUring.IORING_ENTER_EXT_ARG()
                        | LibUring.IORING_ENTER_EXT_ARG_REG()
                        | LibUring.IORING_ENTER_GETEVENTS(),
                offset,
                io_uring_reg_wait.sizeof());
    }

    /** Has the kernel make queues of another size, with what is in them. The memory lies elsewhere then. */
    void resize(int entries, int cqEntries) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = io_uring_params.allocate(arena);
            io_uring_params.sq_entries(params, entries);
            io_uring_params.cq_entries(params, cqEntries);
            io_uring_params.flags(params, SetupFlag.IORING_SETUP_CQSIZE.bit());
            Registration.checkResult(LibUring.io_uring_resize_rings(struct, params), "RESIZE_RINGS", toString());
        }
    }

    /** Unmaps the ring and closes its descriptor. Nothing may be in flight, and the memory may not be used any more. */
    void exit() {
        LibUring.io_uring_queue_exit(struct);
    }
}

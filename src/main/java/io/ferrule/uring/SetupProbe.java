package io.ferrule.uring;

import static io.ferrule.uring.SetupFlag.*;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.bindings.liburing.io_uring_params;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** Which setup flags the running kernel takes: found by setting up a small ring with each, and with what it needs beside it. */
public final class SetupProbe {
    private static final int ENTRIES = 2; // SQE_MIXED is refused with fewer: a wide entry would not fit

    private SetupProbe() {}

    /**
     * The flags that the kernel takes.
     *
     * @return empty where no ring can be had at all
     */
    public static Set<SetupFlag> accepted() {
        NativeLibrary.load();
        EnumSet<SetupFlag> accepted = EnumSet.noneOf(SetupFlag.class);
        for (SetupFlag flag : values()) {
            if (tryWith(flag)) {
                accepted.add(flag);
            }
        }
        return Collections.unmodifiableSet(accepted);
    }

    private static boolean tryWith(SetupFlag flag) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = io_uring_params.allocate(arena);
            io_uring_params.flags(params, flag.bit() | neededBy(flag));
            if (flag == IORING_SETUP_CQSIZE) {
                io_uring_params.cq_entries(params, ENTRIES);
            }
            if (flag == IORING_SETUP_NO_MMAP || flag == IORING_SETUP_REGISTERED_FD_ONLY) {
                return acceptsApplicationMemory(params);
            }
            if (flag == IORING_SETUP_ATTACH_WQ) {
                return acceptsSharedWorkers(params, arena);
            }
            return close(LibUring.io_uring_setup(ENTRIES, params));
        }
    }

    private static int neededBy(SetupFlag flag) {
        return switch (flag) {
            case IORING_SETUP_SQ_AFF -> IORING_SETUP_SQPOLL.bit();
            case IORING_SETUP_TASKRUN_FLAG -> IORING_SETUP_COOP_TASKRUN.bit();
            case IORING_SETUP_DEFER_TASKRUN -> IORING_SETUP_SINGLE_ISSUER.bit();
            case IORING_SETUP_REGISTERED_FD_ONLY -> IORING_SETUP_NO_MMAP.bit();
            case IORING_SETUP_HYBRID_IOPOLL -> IORING_SETUP_IOPOLL.bit();
            case IORING_SETUP_SQ_REWIND -> IORING_SETUP_NO_SQARRAY.bit();
            default -> 0;
        };
    }

    /** An old kernel knows no such flag and says so (EINVAL) before it looks at the memory; a newer one finds none (EFAULT). */
    private static boolean acceptsApplicationMemory(MemorySegment params) {
        int result = LibUring.io_uring_setup(ENTRIES, params);
        close(result);
        return result >= 0 || result == -Errno.EFAULT.number();
    }

    private static boolean acceptsSharedWorkers(MemorySegment params, Arena arena) {
        int other = LibUring.io_uring_setup(ENTRIES, io_uring_params.allocate(arena));
        if (other < 0) {
            return false;
        }
        io_uring_params.wq_fd(params, other);
        boolean accepted = close(LibUring.io_uring_setup(ENTRIES, params));
        close(other);
        return accepted;
    }

    private static boolean close(int descriptor) {
        if (descriptor < 0) {
            return false;
        }
        try {
            Fd.own(descriptor).close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return true;
    }
}

package io.ferrule.uring;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The flags of {@code io_uring_setup}. Names as in {@code linux/io_uring.h}; the ordinal is the bit. {@link RingOptions} takes them and
 * refuses those that contradict each other.
 */
public enum SetupFlag {
    /** Poll for completions; needs O_DIRECT and polled device. Linux 5.1. */
    IORING_SETUP_IOPOLL("5.1"),
    /** Kernel thread submits; not with COOP_TASKRUN, TASKRUN_FLAG or DEFER_TASKRUN. Linux 5.1. */
    IORING_SETUP_SQPOLL("5.1"),
    /** Pin SQPOLL thread to sq_thread_cpu; needs SQPOLL. Linux 5.1. */
    IORING_SETUP_SQ_AFF("5.1"),
    /** Cq_entries is given; cq_entries &gt;= sq_entries, &lt;= 65536. Linux 5.5. */
    IORING_SETUP_CQSIZE("5.5"),
    /** Clamp sizes to 32768/65536 instead of -EINVAL. Linux 5.6. */
    IORING_SETUP_CLAMP("5.6"),
    /** Share workers of ring wq_fd; wq_fd must be a ring (-ENXIO otherwise). Linux 5.6. */
    IORING_SETUP_ATTACH_WQ("5.6"),
    /** Start disabled. Linux 5.10. */
    IORING_SETUP_R_DISABLED("5.10"),
    /** Keep submitting after a failed SQE. Linux 5.18. */
    IORING_SETUP_SUBMIT_ALL("5.18"),
    /** No IPI for task work; not with SQPOLL. Linux 5.19. */
    IORING_SETUP_COOP_TASKRUN("5.19"),
    /** Publish IORING_SQ_TASKRUN; needs COOP_TASKRUN or DEFER_TASKRUN. Linux 5.19. */
    IORING_SETUP_TASKRUN_FLAG("5.19"),
    /** 128-byte SQEs; not with SQE_MIXED. Linux 5.19. */
    IORING_SETUP_SQE128("5.19"),
    /** 32-byte CQEs; not with CQE_MIXED. Linux 5.19. */
    IORING_SETUP_CQE32("5.19"),
    /** One task submits (-EEXIST for others). Linux 6.0. */
    IORING_SETUP_SINGLE_ISSUER("6.0"),
    /** Run task work only in enter with GETEVENTS; needs SINGLE_ISSUER; not with SQPOLL. Linux 6.1. */
    IORING_SETUP_DEFER_TASKRUN("6.1"),
    /** Application supplies ring memory. Linux 6.5. */
    IORING_SETUP_NO_MMAP("6.5"),
    /** Ring fd exists only as registered index; needs NO_MMAP. Linux 6.5. */
    IORING_SETUP_REGISTERED_FD_ONLY("6.5"),
    /** No SQ index array (liburing sets it by default). Linux 6.6. */
    IORING_SETUP_NO_SQARRAY("6.6"),
    /** Sleep before polling; needs IOPOLL. Linux 6.13. */
    IORING_SETUP_HYBRID_IOPOLL("6.13"),
    /** 16- and 32-byte CQEs in one ring; not with CQE32. Linux 6.18. */
    IORING_SETUP_CQE_MIXED("6.18"),
    /** 64- and 128-byte SQEs in one ring; not with SQE128. Not supported: {@link RingOptions#with} refuses it. Linux 6.19. */
    IORING_SETUP_SQE_MIXED("6.19"),
    /**
     * SQEs always start at index 0; needs NO_SQARRAY; not with SQPOLL. Not supported: {@link RingOptions#with} refuses it, for the queue would have to
     * be emptied by each submit. Linux 7.0.
     */
    IORING_SETUP_SQ_REWIND("7.0");

    private final String since;

    SetupFlag(String since) {
        this.since = since;
    }

    /** The bit of {@code io_uring_params.flags}. */
    public int bit() {
        return 1 << ordinal();
    }

    /** The Linux release that introduced it, such as "5.6". */
    public String since() {
        return since;
    }

    static Set<SetupFlag> in(int bits) {
        EnumSet<SetupFlag> set = EnumSet.noneOf(SetupFlag.class);
        for (SetupFlag flag : values()) {
            if ((bits & flag.bit()) != 0) {
                set.add(flag);
            }
        }
        return Collections.unmodifiableSet(set);
    }

    static int bits(Set<SetupFlag> flags) {
        int bits = 0;
        for (SetupFlag flag : flags) {
            bits |= flag.bit();
        }
        return bits;
    }
}

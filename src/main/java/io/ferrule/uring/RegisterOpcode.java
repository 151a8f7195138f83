package io.ferrule.uring;

/**
 * The operations of {@code io_uring_register}, in the kernel's order: the ordinal is the number the kernel knows. Names as in
 * {@code linux/io_uring.h}.
 */
public enum RegisterOpcode {
    /** Register fixed buffers (iovec array). Linux 5.1. */
    IORING_REGISTER_BUFFERS("5.1"),
    /** Drop fixed buffers. Linux 5.1. */
    IORING_UNREGISTER_BUFFERS("5.1"),
    /** Register fixed files (-1 = sparse slot). Linux 5.1. */
    IORING_REGISTER_FILES("5.1"),
    /** Drop fixed files. Linux 5.1. */
    IORING_UNREGISTER_FILES("5.1"),
    /** Signal an eventfd on completions. Linux 5.2. */
    IORING_REGISTER_EVENTFD("5.2"),
    /** Stop eventfd signalling. Linux 5.2. */
    IORING_UNREGISTER_EVENTFD("5.2"),
    /** Replace fixed file slots. Linux 5.5. */
    IORING_REGISTER_FILES_UPDATE("5.5"),
    /** As EVENTFD, only for async completions. Linux 5.6. */
    IORING_REGISTER_EVENTFD_ASYNC("5.6"),
    /** Report supported opcodes. Linux 5.6. */
    IORING_REGISTER_PROBE("5.6"),
    /** Register current credentials. Linux 5.6. */
    IORING_REGISTER_PERSONALITY("5.6"),
    /** Drop credentials id. Linux 5.6. */
    IORING_UNREGISTER_PERSONALITY("5.6"),
    /** Allow-list ops and flags on a disabled ring. Linux 5.10. */
    IORING_REGISTER_RESTRICTIONS("5.10"),
    /** Enable an R_DISABLED ring. Linux 5.10. */
    IORING_REGISTER_ENABLE_RINGS("5.10"),
    /** Register files with tags or sparse (sparse flag 5.19). Linux 5.13. */
    IORING_REGISTER_FILES2("5.13"),
    /** Update files with tags. Linux 5.13. */
    IORING_REGISTER_FILES_UPDATE2("5.13"),
    /** Register buffers with tags or sparse (sparse flag 5.19). Linux 5.13. */
    IORING_REGISTER_BUFFERS2("5.13"),
    /** Update buffers with tags. Linux 5.13. */
    IORING_REGISTER_BUFFERS_UPDATE("5.13"),
    /** Set worker CPU affinity. Linux 5.14. */
    IORING_REGISTER_IOWQ_AFF("5.14"),
    /** Reset worker CPU affinity. Linux 5.14. */
    IORING_UNREGISTER_IOWQ_AFF("5.14"),
    /** Get/set bounded and unbounded worker limits. Linux 5.15. */
    IORING_REGISTER_IOWQ_MAX_WORKERS("5.15"),
    /** Register the ring fd for cheaper enter. Linux 5.18. */
    IORING_REGISTER_RING_FDS("5.18"),
    /** Unregister the ring fd. Linux 5.18. */
    IORING_UNREGISTER_RING_FDS("5.18"),
    /** Register a provided-buffer ring (INC 6.12, MMAP 6.4). Linux 5.19. */
    IORING_REGISTER_PBUF_RING("5.19"),
    /** Drop a provided-buffer ring. Linux 5.19. */
    IORING_UNREGISTER_PBUF_RING("5.19"),
    /** Cancel synchronously with timeout. Linux 6.0. */
    IORING_REGISTER_SYNC_CANCEL("6.0"),
    /** Range for automatic direct-descriptor slots. Linux 6.0. */
    IORING_REGISTER_FILE_ALLOC_RANGE("6.0"),
    /** Read kernel head of a buffer ring. Linux 6.8. */
    IORING_REGISTER_PBUF_STATUS("6.8"),
    /** Enable NAPI busy poll. Linux 6.9. */
    IORING_REGISTER_NAPI("6.9"),
    /** Disable NAPI busy poll. Linux 6.9. */
    IORING_UNREGISTER_NAPI("6.9"),
    /** Clock for CQ waits (MONOTONIC or BOOTTIME). Linux 6.12. */
    IORING_REGISTER_CLOCK("6.12"),
    /** Clone registered buffers between rings (offsets and replace 6.13). Linux 6.12. */
    IORING_REGISTER_CLONE_BUFFERS("6.12"),
    /** MSG_DATA to a ring without owning one (fd = -1). Linux 6.13. */
    IORING_REGISTER_SEND_MSG_RING("6.13"),
    /** Register a zero-copy receive queue. Linux 6.15. */
    IORING_REGISTER_ZCRX_IFQ("6.15"),
    /** Resize SQ/CQ (needs DEFER_TASKRUN). Linux 6.13. */
    IORING_REGISTER_RESIZE_RINGS("6.13"),
    /** Register a memory region / wait arguments (wait args need R_DISABLED). Linux 6.13. */
    IORING_REGISTER_MEM_REGION("6.13"),
    /** Query opcodes, flags, features; fd may be -1. Linux 6.18. */
    IORING_REGISTER_QUERY("6.18"),
    /** Zcrx flush/export. Linux 6.19. */
    IORING_REGISTER_ZCRX_CTRL("6.19"),
    /** Attach cBPF filters to ring or task. Linux 7.0. */
    IORING_REGISTER_BPF_FILTER("7.0");

    private final String since;

    RegisterOpcode(String since) {
        this.since = since;
    }

    /** The kernel's number for it. */
    public int number() {
        return ordinal();
    }

    /** The Linux release that introduced it, such as "5.6". */
    public String since() {
        return since;
    }
}

package io.ferrule.uring;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a ring's kernel says of itself at set-up ({@code io_uring_params.features}). Names as in {@code linux/io_uring.h}; the ordinal is the bit.
 */
public enum Feature {
    /** SQ and CQ share one mmap. Linux 5.4. */
    IORING_FEAT_SINGLE_MMAP("5.4"),
    /** CQ overflow is kept in the kernel, not dropped. Linux 5.5. */
    IORING_FEAT_NODROP("5.5"),
    /** SQE side data is consumed when submit returns. Linux 5.5. */
    IORING_FEAT_SUBMIT_STABLE("5.5"),
    /** Offset -1 means current file position. Linux 5.6. */
    IORING_FEAT_RW_CUR_POS("5.6"),
    /** Requests use submitter credentials. Linux 5.6. */
    IORING_FEAT_CUR_PERSONALITY("5.6"),
    /** Internal poll instead of worker for pollable files. Linux 5.7. */
    IORING_FEAT_FAST_POLL("5.7"),
    /** 32-bit epoll masks in POLL_ADD. Linux 5.9. */
    IORING_FEAT_POLL_32BITS("5.9"),
    /** SQPOLL works with plain fds. Linux 5.11. */
    IORING_FEAT_SQPOLL_NONFIXED("5.11"),
    /** Enter takes io_uring_getevents_arg. Linux 5.11. */
    IORING_FEAT_EXT_ARG("5.11"),
    /** io-wq workers are native threads. Linux 5.12. */
    IORING_FEAT_NATIVE_WORKERS("5.12"),
    /** Tagged and in-place updatable files/buffers. Linux 5.13. */
    IORING_FEAT_RSRC_TAGS("5.13"),
    /** IOSQE_CQE_SKIP_SUCCESS works. Linux 5.17. */
    IORING_FEAT_CQE_SKIP("5.17"),
    /** File of a linked SQE is resolved at execution. Linux 5.17. */
    IORING_FEAT_LINKED_FILE("5.17"),
    /** io_uring_register accepts a registered ring index. Linux 6.3. */
    IORING_FEAT_REG_REG_RING("6.3"),
    /** Bundles, and provided buffers for send. Linux 6.10. */
    IORING_FEAT_RECVSEND_BUNDLE("6.10"),
    /** Min_wait_usec in enter arg. Linux 6.12. */
    IORING_FEAT_MIN_TIMEOUT("6.12"),
    /** Read/write attributes (PI). Linux 6.14. */
    IORING_FEAT_RW_ATTR("6.14"),
    /** IORING_ENTER_NO_IOWAIT works. Linux 6.15. */
    IORING_FEAT_NO_IOWAIT("6.15");

    private final String since;

    Feature(String since) {
        this.since = since;
    }

    /** The bit of {@code io_uring_params.features}. */
    public int bit() {
        return 1 << ordinal();
    }

    /** The Linux release that introduced it, such as "5.6". */
    public String since() {
        return since;
    }

    static Set<Feature> in(int bits) {
        EnumSet<Feature> set = EnumSet.noneOf(Feature.class);
        for (Feature feature : values()) {
            if ((bits & feature.bit()) != 0) {
                set.add(feature);
            }
        }
        return Collections.unmodifiableSet(set);
    }
}

package io.ferrule.uring;

/**
 * The flags and small numbers that operations and registrations take, by what they belong to. Names as in {@code linux/io_uring.h}. The flags
 * that any request may carry are in {@link Sqe}, those of completions in {@link CompletionQueue}, those of set-up in {@link SetupFlag}.
 */
public final class UringFlags {
    // ---- fsync ----

    /** Fdatasync. Linux 5.1. */
    public static final int IORING_FSYNC_DATASYNC = 0x1;

    // ---- timeout, timeoutUpdate, linkTimeout ----

    /** Absolute time. Linux 5.5. */
    public static final int IORING_TIMEOUT_ABS = 0x1;

    /** Update timeout (with TIMEOUT_REMOVE). Linux 5.11. */
    public static final int IORING_TIMEOUT_UPDATE = 0x2;

    /** CLOCK_BOOTTIME. Linux 5.15. */
    public static final int IORING_TIMEOUT_BOOTTIME = 0x4;

    /** CLOCK_REALTIME. Linux 5.15. */
    public static final int IORING_TIMEOUT_REALTIME = 0x8;

    /** Update a link timeout. Linux 5.15. */
    public static final int IORING_LINK_TIMEOUT_UPDATE = 0x10;

    /** Expiry does not break links. Linux 5.16. */
    public static final int IORING_TIMEOUT_ETIME_SUCCESS = 0x20;

    /** Repeat off times; not with ABS. Linux 6.4. */
    public static final int IORING_TIMEOUT_MULTISHOT = 0x40;

    /** Addr holds nanoseconds. Linux 7.1. */
    public static final int IORING_TIMEOUT_IMMEDIATE_ARG = 0x80;

    // ---- splice, tee ----

    /** Fd_in is a registered index. Linux 5.7. */
    public static final int SPLICE_F_FD_IN_FIXED = 0x80000000;

    // ---- pollUpdate ----

    /** Multishot. Linux 5.13. */
    public static final int IORING_POLL_ADD_MULTI = 0x1;

    /** POLL_REMOVE updates mask. Linux 5.13. */
    public static final int IORING_POLL_UPDATE_EVENTS = 0x2;

    /** POLL_REMOVE updates user_data. Linux 5.13. */
    public static final int IORING_POLL_UPDATE_USER_DATA = 0x4;

    /** Level triggered. In the header since Linux 6.0, but refused with -EINVAL. */
    public static final int IORING_POLL_ADD_LEVEL = 0x8;

    // ---- cancel ----

    /** All matches; res = count. Linux 5.19. */
    public static final int IORING_ASYNC_CANCEL_ALL = 0x1;

    /** Match by fd. Linux 5.19. */
    public static final int IORING_ASYNC_CANCEL_FD = 0x2;

    /** Match anything. Linux 5.19. */
    public static final int IORING_ASYNC_CANCEL_ANY = 0x4;

    /** Fd is a registered index. Linux 6.0. */
    public static final int IORING_ASYNC_CANCEL_FD_FIXED = 0x8;

    /** Also match user_data. Linux 6.6. */
    public static final int IORING_ASYNC_CANCEL_USERDATA = 0x10;

    /** Match opcode (in sqe.len). Linux 6.6. */
    public static final int IORING_ASYNC_CANCEL_OP = 0x20;

    // ---- send, receive and their like ----

    /** Poll before first attempt. Linux 5.19. */
    public static final int IORING_RECVSEND_POLL_FIRST = 0x1;

    /** Multishot recv/recvmsg. Linux 6.0. */
    public static final int IORING_RECV_MULTISHOT = 0x2;

    /** Registered buffer in buf_index. Linux 6.0. */
    public static final int IORING_RECVSEND_FIXED_BUF = 0x4;

    /** Notif res tells if copied. Linux 6.2. */
    public static final int IORING_SEND_ZC_REPORT_USAGE = 0x8;

    /**
     * Many provided buffers per CQE. Linux 6.10. How many a receive fills is the kernel's choice: 6.12 fills one at first, and more where the socket has
     * told what it still holds.
     */
    public static final int IORING_RECVSEND_BUNDLE = 0x10;

    /** Send takes an iovec array. Linux 6.17. */
    public static final int IORING_SEND_VECTORIZED = 0x20;

    // ---- the result of the notification of a zero-copy send ----

    /** Data was copied. Linux 6.2. */
    public static final int IORING_NOTIF_USAGE_ZC_COPIED = 0x80000000;

    // ---- accept ----

    /** Multishot. Linux 5.19. */
    public static final int IORING_ACCEPT_MULTISHOT = 0x1;

    /** -EAGAIN instead of arming poll. Linux 6.10. */
    public static final int IORING_ACCEPT_DONTWAIT = 0x2;

    /** Poll before first attempt. Linux 6.10. */
    public static final int IORING_ACCEPT_POLL_FIRST = 0x4;

    // ---- messageRing ----

    /** Post res and user_data. Linux 5.18. */
    public static final int IORING_MSG_DATA = 0;

    /** Pass a direct descriptor. Linux 6.0. */
    public static final int IORING_MSG_SEND_FD = 1;

    /** No CQE on target (SEND_FD only). Linux 6.0. */
    public static final int IORING_MSG_RING_CQE_SKIP = 0x1;

    /** Pass sqe.file_index as cqe.flags. Linux 6.3. */
    public static final int IORING_MSG_RING_FLAGS_PASS = 0x2;

    // ---- fixedFdInstall ----

    /** Leave O_CLOEXEC off. Linux 6.8. */
    public static final int IORING_FIXED_FD_NO_CLOEXEC = 0x1;

    // ---- nop ----

    /** Cqe.res = sqe.len. Linux 6.10. */
    public static final int IORING_NOP_INJECT_RESULT = 0x1;

    /** Take a file reference. Linux 6.13. */
    public static final int IORING_NOP_FILE = 0x2;

    /** Take a registered file. Linux 6.13. */
    public static final int IORING_NOP_FIXED_FILE = 0x4;

    /** Take a registered buffer. Linux 6.13. */
    public static final int IORING_NOP_FIXED_BUFFER = 0x8;

    /** Complete through task work. Linux 6.16. */
    public static final int IORING_NOP_TW = 0x10;

    /** Post a 32-byte CQE. Linux 6.18. */
    public static final int IORING_NOP_CQE32 = 0x20;

    // ---- uringCommand ----

    /** Registered buffer in buf_index. Linux 6.1. */
    public static final int IORING_URING_CMD_FIXED = 0x1;

    /** Multishot with buffer select; not with FIXED. Linux 6.18. */
    public static final int IORING_URING_CMD_MULTISHOT = 0x2;

    // ---- socketCommand ----

    /** Unread bytes. Linux 6.7. */
    public static final int SOCKET_URING_OP_SIOCINQ = 0;

    /** Unsent bytes. Linux 6.7. */
    public static final int SOCKET_URING_OP_SIOCOUTQ = 1;

    /** Getsockopt (SOL_SOCKET only); res = optlen. Linux 6.7. */
    public static final int SOCKET_URING_OP_GETSOCKOPT = 2;

    /** Setsockopt. Linux 6.7. */
    public static final int SOCKET_URING_OP_SETSOCKOPT = 3;

    /** Multishot tx timestamps; 32-byte CQEs. Linux 6.17. */
    public static final int SOCKET_URING_OP_TX_TIMESTAMP = 4;

    /** Getsockname. Linux 6.19. */
    public static final int SOCKET_URING_OP_GETSOCKNAME = 5;

    // ---- read and write with attributes ----

    /** Protection information. Linux 6.14. */
    public static final int IORING_RW_ATTR_FLAG_PI = 0x1;

    // ---- direct descriptors ----

    /** Kernel picks a slot; res = slot; -ENFILE when full. Linux 5.19. */
    public static final int IORING_FILE_INDEX_ALLOC = 0xffffffff;

    // ---- buffer rings ----

    /** Kernel allocates ring memory. Linux 6.4. */
    public static final int IOU_PBUF_RING_MMAP = 0x1;

    /** Incremental consumption. Linux 6.12. */
    public static final int IOU_PBUF_RING_INC = 0x2;

    // ---- registered resources ----

    /** Register empty slots. Linux 5.19. */
    public static final int IORING_RSRC_REGISTER_SPARSE = 0x1;

    // ---- registered files ----

    /** Leave slot alone. Linux 5.12. */
    public static final int IORING_REGISTER_FILES_SKIP = -2;

    // ---- cloned buffers ----

    /** Src_fd is a registered ring. Linux 6.12. */
    public static final int IORING_REGISTER_SRC_REGISTERED = 0x1;

    /** Replace existing nodes. Linux 6.13. */
    public static final int IORING_REGISTER_DST_REPLACE = 0x2;

    // ---- memory regions ----

    /** Memory supplied by user_addr. Linux 6.13. */
    public static final int IORING_MEM_REGION_TYPE_USER = 0x1;

    /** Region holds wait arguments. Linux 6.13. */
    public static final int IORING_MEM_REGION_REG_WAIT_ARG = 0x1;

    // ---- registered waits ----

    /** Ts is valid. Linux 6.13. */
    public static final int IORING_REG_WAIT_TS = 0x1;

    // ---- restrictions ----

    /** Allow a register op. Linux 5.10. */
    public static final int IORING_RESTRICTION_REGISTER_OP = 0;

    /** Allow an sqe op. Linux 5.10. */
    public static final int IORING_RESTRICTION_SQE_OP = 1;

    /** Allow sqe flags. Linux 5.10. */
    public static final int IORING_RESTRICTION_SQE_FLAGS_ALLOWED = 2;

    /** Require sqe flags. Linux 5.10. */
    public static final int IORING_RESTRICTION_SQE_FLAGS_REQUIRED = 3;

    // ---- NAPI ----

    /** Set tracking strategy (kernel header only). Linux 6.9. */
    public static final int IO_URING_NAPI_REGISTER_OP = 0;

    /** Add napi id (kernel header only). Linux 6.13. */
    public static final int IO_URING_NAPI_STATIC_ADD_ID = 1;

    /** Remove napi id (kernel header only). Linux 6.13. */
    public static final int IO_URING_NAPI_STATIC_DEL_ID = 2;

    /** Poll the devices that the ring's sockets use (kernel header only). Linux 6.9. */
    public static final int IO_URING_NAPI_TRACKING_DYNAMIC = 0;

    /** Poll the devices that were added by id (kernel header only). Linux 6.13. */
    public static final int IO_URING_NAPI_TRACKING_STATIC = 1;

    // ---- queries ----

    /** Opcodes and flag masks. Linux 6.18. */
    public static final int IO_URING_QUERY_OPCODES = 0;

    /** -EOPNOTSUPP on 6.18.44. Linux 6.19. */
    public static final int IO_URING_QUERY_ZCRX = 1;

    /** -EOPNOTSUPP on 6.18.44. Linux 6.19. */
    public static final int IO_URING_QUERY_SCQ = 2;

    // ---- zero-copy receive ----

    /** Import an exported queue. Linux 6.19. */
    public static final int ZCRX_REG_IMPORT = 1;

    /** No device: the kernel copies, and takes what is given back when told to (ZCRX_CTRL_FLUSH_RQ). Seen on Linux 7.2. */
    public static final int ZCRX_REG_NODEV = 2;

    /** Dmabuf backed area. Linux 6.16. */
    public static final int IORING_ZCRX_AREA_DMABUF = 1;

    // ---- extended attributes ----

    /** Fail if present (linux/xattr.h). Linux 5.19. */
    public static final int XATTR_CREATE = 0x1;

    /** Fail if absent (linux/xattr.h). Linux 5.19. */
    public static final int XATTR_REPLACE = 0x2;

    private UringFlags() {}
}

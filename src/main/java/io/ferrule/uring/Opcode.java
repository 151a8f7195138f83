package io.ferrule.uring;

/**
 * The operations of io_uring, in the kernel's order: the ordinal is the number the kernel knows. Names as in {@code linux/io_uring.h};
 * the version is the Linux release that introduced the operation. Whether the running kernel has it is asked of {@link Probe}.
 */
public enum Opcode {
    /** Complete immediately. Linux 5.1. */
    IORING_OP_NOP("5.1"),
    /** Vectored read at offset. Linux 5.1. */
    IORING_OP_READV("5.1"),
    /** Vectored write at offset. Linux 5.1. */
    IORING_OP_WRITEV("5.1"),
    /** Fsync or fdatasync, optional range. Linux 5.1. */
    IORING_OP_FSYNC("5.1"),
    /** Read into registered buffer. Linux 5.1. */
    IORING_OP_READ_FIXED("5.1"),
    /** Write from registered buffer. Linux 5.1. */
    IORING_OP_WRITE_FIXED("5.1"),
    /** Wait for poll events. Linux 5.1. */
    IORING_OP_POLL_ADD("5.1"),
    /** Remove or update a poll by user_data. Linux 5.1. */
    IORING_OP_POLL_REMOVE("5.1"),
    /** Sync_file_range. Linux 5.2. */
    IORING_OP_SYNC_FILE_RANGE("5.2"),
    /** Sendmsg. Linux 5.3. */
    IORING_OP_SENDMSG("5.3"),
    /** Recvmsg. Linux 5.3. */
    IORING_OP_RECVMSG("5.3"),
    /** Timer or completion-count timeout. Linux 5.4. */
    IORING_OP_TIMEOUT("5.4"),
    /** Remove or update a timeout by user_data. Linux 5.5. */
    IORING_OP_TIMEOUT_REMOVE("5.5"),
    /** Accept4 to fd or direct descriptor. Linux 5.5. */
    IORING_OP_ACCEPT("5.5"),
    /** Cancel by user_data, fd, opcode or any. Linux 5.5. */
    IORING_OP_ASYNC_CANCEL("5.5"),
    /** Timeout for the linked previous request. Linux 5.5. */
    IORING_OP_LINK_TIMEOUT("5.5"),
    /** Connect. Linux 5.5. */
    IORING_OP_CONNECT("5.5"),
    /** Fallocate. Linux 5.6. */
    IORING_OP_FALLOCATE("5.6"),
    /** Openat to fd or direct descriptor. Linux 5.6. */
    IORING_OP_OPENAT("5.6"),
    /** Close fd or direct descriptor. Linux 5.6. */
    IORING_OP_CLOSE("5.6"),
    /** Update registered files. Linux 5.6. */
    IORING_OP_FILES_UPDATE("5.6"),
    /** Statx. Linux 5.6. */
    IORING_OP_STATX("5.6"),
    /** Read at offset. Linux 5.6. */
    IORING_OP_READ("5.6"),
    /** Write at offset. Linux 5.6. */
    IORING_OP_WRITE("5.6"),
    /** Posix_fadvise. Linux 5.6. */
    IORING_OP_FADVISE("5.6"),
    /** Madvise. Linux 5.6. */
    IORING_OP_MADVISE("5.6"),
    /** Send or sendto. Linux 5.6. */
    IORING_OP_SEND("5.6"),
    /** Recv. Linux 5.6. */
    IORING_OP_RECV("5.6"),
    /** Openat2. Linux 5.6. */
    IORING_OP_OPENAT2("5.6"),
    /** Epoll_ctl. Linux 5.6. */
    IORING_OP_EPOLL_CTL("5.6"),
    /** Splice. Linux 5.7. */
    IORING_OP_SPLICE("5.7"),
    /** Legacy: add buffers to a group. Linux 5.7. */
    IORING_OP_PROVIDE_BUFFERS("5.7"),
    /** Legacy: remove buffers from a group. Linux 5.7. */
    IORING_OP_REMOVE_BUFFERS("5.7"),
    /** Tee. Linux 5.8. */
    IORING_OP_TEE("5.8"),
    /** Shutdown. Linux 5.11. */
    IORING_OP_SHUTDOWN("5.11"),
    /** Renameat2. Linux 5.11. */
    IORING_OP_RENAMEAT("5.11"),
    /** Unlinkat. Linux 5.11. */
    IORING_OP_UNLINKAT("5.11"),
    /** Mkdirat. Linux 5.15. */
    IORING_OP_MKDIRAT("5.15"),
    /** Symlinkat. Linux 5.15. */
    IORING_OP_SYMLINKAT("5.15"),
    /** Linkat. Linux 5.15. */
    IORING_OP_LINKAT("5.15"),
    /** Post a CQE (or pass a direct fd) to another ring. Linux 5.18. */
    IORING_OP_MSG_RING("5.18"),
    /** Fsetxattr. Linux 5.19. */
    IORING_OP_FSETXATTR("5.19"),
    /** Setxattr. Linux 5.19. */
    IORING_OP_SETXATTR("5.19"),
    /** Fgetxattr. Linux 5.19. */
    IORING_OP_FGETXATTR("5.19"),
    /** Getxattr. Linux 5.19. */
    IORING_OP_GETXATTR("5.19"),
    /** Socket to fd or direct descriptor. Linux 5.19. */
    IORING_OP_SOCKET("5.19"),
    /** File-specific command (socket, block, nvme, ublk). Linux 5.19. */
    IORING_OP_URING_CMD("5.19"),
    /** Zero-copy send. Linux 6.0. */
    IORING_OP_SEND_ZC("6.0"),
    /** Zero-copy sendmsg. Linux 6.1. */
    IORING_OP_SENDMSG_ZC("6.1"),
    /** Multishot read into provided buffers, pollable files. Linux 6.7. */
    IORING_OP_READ_MULTISHOT("6.7"),
    /** Waitid. Linux 6.7. */
    IORING_OP_WAITID("6.7"),
    /** Futex2 wait. Linux 6.7. */
    IORING_OP_FUTEX_WAIT("6.7"),
    /** Futex2 wake. Linux 6.7. */
    IORING_OP_FUTEX_WAKE("6.7"),
    /** Futex2 wait on a vector. Linux 6.7. */
    IORING_OP_FUTEX_WAITV("6.7"),
    /** Install a direct descriptor as a normal fd. Linux 6.8. */
    IORING_OP_FIXED_FD_INSTALL("6.8"),
    /** Ftruncate. Linux 6.9. */
    IORING_OP_FTRUNCATE("6.9"),
    /** Bind. Linux 6.11. */
    IORING_OP_BIND("6.11"),
    /** Listen. Linux 6.11. */
    IORING_OP_LISTEN("6.11"),
    /** Zero-copy receive through a registered zcrx queue. Linux 6.15. */
    IORING_OP_RECV_ZC("6.15"),
    /** Epoll_wait. Linux 6.15. */
    IORING_OP_EPOLL_WAIT("6.15"),
    /** Vectored read into registered buffer. Linux 6.15. */
    IORING_OP_READV_FIXED("6.15"),
    /** Vectored write from registered buffer. Linux 6.15. */
    IORING_OP_WRITEV_FIXED("6.15"),
    /** Pipe2 to fds or direct descriptors. Linux 6.16. */
    IORING_OP_PIPE("6.16"),
    /** Nop using a 128-byte SQE. Linux 6.19. */
    IORING_OP_NOP128("6.19"),
    /** Uring_cmd using a 128-byte SQE. Linux 6.19. */
    IORING_OP_URING_CMD128("6.19");

    private final String since;

    Opcode(String since) {
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

package io.ferrule.uring;

import io.ferrule.sys.Abi;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * How the memory that a ring shares with the kernel lies. Offsets in bytes, as in {@code linux/io_uring.h}; held against the C compiler's when
 * the class is loaded.
 *
 * <pre>
 * struct io_uring_sqe, 64 bytes (128 under SQE128: the second half belongs to the operation)
 *   0 opcode:1  flags:1  ioprio:2  fd:4
 *   8 off:8            second address or an operation's own argument
 *  16 addr:8           memory, or an operation's own argument
 *  24 len:4  op_flags:4
 *  32 user_data:8
 *  40 buf_index:2 (buf_group)  personality:2  file_index:4 (splice_fd_in, addr_len)
 *  48 addr3:8  pad:8
 *
 * struct io_uring_cqe, 16 bytes (32 under CQE32)
 *   0 user_data:8
 *   8 res:4  flags:4
 *  16 extra:16         under CQE32, or where F_32 is set in a mixed ring
 * </pre>
 */
final class RingLayout {
    static final long SQE_SIZE = 64;
    static final long SQE_OPCODE = 0;
    static final long SQE_FLAGS = 1;
    static final long SQE_IOPRIO = 2;
    static final long SQE_FD = 4;
    static final long SQE_OFF = 8;
    static final long SQE_ADDR = 16;
    static final long SQE_LEN = 24;
    static final long SQE_OP_FLAGS = 28;
    static final long SQE_USER_DATA = 32;
    static final long SQE_BUF_INDEX = 40;
    static final long SQE_PERSONALITY = 42;
    static final long SQE_FILE_INDEX = 44;
    static final long SQE_ADDR3 = 48;
    static final long SQE_LAST_WORD = 56;

    static final long CQE_SIZE = 16;
    static final long CQE_USER_DATA = 0;
    static final long CQE_RES = 8;
    static final long CQE_FLAGS = 12;
    static final long CQE_EXTRA = 16;

    /** struct io_uring_buf; the first entry of a buffer ring also holds its tail. */
    static final long BUF_SIZE = 16;

    static final long BUF_ADDR = 0;
    static final long BUF_LEN = 8;
    static final long BUF_ID = 12;
    static final long BUF_RING_TAIL = 14;

    /** struct __kernel_timespec */
    static final long TIMESPEC_SIZE = 16;

    static final long TIMESPEC_SEC = 0;
    static final long TIMESPEC_NSEC = 8;

    /** struct io_uring_getevents_arg */
    static final long GETEVENTS_ARG_SIZE = 24;

    static final long GETEVENTS_ARG_SIGMASK = 0;
    static final long GETEVENTS_ARG_SIGMASK_SIZE = 8;
    static final long GETEVENTS_ARG_MIN_WAIT = 12;
    static final long GETEVENTS_ARG_TS = 16;

    /** All memory, by absolute address: a constant, so that an access compiles to a single instruction. For places in {@link RingMemory} only. */
    static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final VarHandle WORD = ValueLayout.JAVA_INT.varHandle();

    static {
        Abi.require("sizeof io_uring_sqe", SQE_SIZE);
        Abi.require("io_uring_sqe.opcode", SQE_OPCODE);
        Abi.require("io_uring_sqe.flags", SQE_FLAGS);
        Abi.require("io_uring_sqe.ioprio", SQE_IOPRIO);
        Abi.require("io_uring_sqe.fd", SQE_FD);
        Abi.require("io_uring_sqe.off", SQE_OFF);
        Abi.require("io_uring_sqe.addr", SQE_ADDR);
        Abi.require("io_uring_sqe.len", SQE_LEN);
        Abi.require("io_uring_sqe.rw_flags", SQE_OP_FLAGS);
        Abi.require("io_uring_sqe.user_data", SQE_USER_DATA);
        Abi.require("io_uring_sqe.buf_index", SQE_BUF_INDEX);
        Abi.require("io_uring_sqe.personality", SQE_PERSONALITY);
        Abi.require("io_uring_sqe.file_index", SQE_FILE_INDEX);
        Abi.require("io_uring_sqe.addr3", SQE_ADDR3);
        Abi.require("sizeof io_uring_cqe", CQE_SIZE);
        Abi.require("io_uring_cqe.user_data", CQE_USER_DATA);
        Abi.require("io_uring_cqe.res", CQE_RES);
        Abi.require("io_uring_cqe.flags", CQE_FLAGS);
        Abi.require("sizeof io_uring_buf", BUF_SIZE);
        Abi.require("io_uring_buf.addr", BUF_ADDR);
        Abi.require("io_uring_buf.len", BUF_LEN);
        Abi.require("io_uring_buf.bid", BUF_ID);
        Abi.require("io_uring_buf_ring.tail", BUF_RING_TAIL);
        Abi.require("sizeof __kernel_timespec", TIMESPEC_SIZE);
        Abi.require("__kernel_timespec.tv_sec", TIMESPEC_SEC);
        Abi.require("__kernel_timespec.tv_nsec", TIMESPEC_NSEC);
        Abi.require("sizeof io_uring_getevents_arg", GETEVENTS_ARG_SIZE);
        Abi.require("io_uring_getevents_arg.sigmask", GETEVENTS_ARG_SIGMASK);
        Abi.require("io_uring_getevents_arg.sigmask_sz", GETEVENTS_ARG_SIGMASK_SIZE);
        Abi.require("io_uring_getevents_arg.min_wait_usec", GETEVENTS_ARG_MIN_WAIT);
        Abi.require("io_uring_getevents_arg.ts", GETEVENTS_ARG_TS);
    }

    private RingLayout() {}

    /** Reads a head, a tail or a flag word that the kernel writes: what it wrote before is visible after. */
    static int getAcquire(long address) {
        return (int) WORD.getAcquire(MEMORY, address);
    }

    /** Writes a head or a tail that the kernel reads: what we did before comes before. */
    static void setRelease(long address, int value) {
        WORD.setRelease(MEMORY, address, value);
    }

    /** Reads a flag word on whose order nothing depends. */
    static int getOpaque(long address) {
        return (int) WORD.getOpaque(MEMORY, address);
    }
}

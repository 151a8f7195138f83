package io.ferrule.driver;

import static io.ferrule.uring.Opcode.*;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Fd;
import io.ferrule.uring.Opcode;
import io.ferrule.uring.Sqe;
import io.ferrule.uring.SubmissionQueue;
import io.ferrule.uring.UringFlags;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How each kind of operation becomes an entry of the submission queue. */
final class UringEntries {
    /** The same bit for files and sockets. */
    private static final int CLOEXEC = LibC.O_CLOEXEC();

    /** Kinds that are not here never wait, and are done at once by their own system call. */
    private static final Map<OperationKind, Opcode> OPCODES = new EnumMap<>(Map.ofEntries(
            Map.entry(OperationKind.NOP, IORING_OP_NOP),
            Map.entry(OperationKind.OPEN, IORING_OP_OPENAT),
            Map.entry(OperationKind.OPEN_BENEATH, IORING_OP_OPENAT2),
            Map.entry(OperationKind.CLOSE, IORING_OP_CLOSE),
            Map.entry(OperationKind.READ, IORING_OP_READ),
            Map.entry(OperationKind.WRITE, IORING_OP_WRITE),
            Map.entry(OperationKind.READV, IORING_OP_READV),
            Map.entry(OperationKind.WRITEV, IORING_OP_WRITEV),
            Map.entry(OperationKind.FSYNC, IORING_OP_FSYNC),
            Map.entry(OperationKind.FDATASYNC, IORING_OP_FSYNC),
            Map.entry(OperationKind.ALLOCATE, IORING_OP_FALLOCATE),
            Map.entry(OperationKind.TRUNCATE, IORING_OP_FTRUNCATE),
            Map.entry(OperationKind.STATX, IORING_OP_STATX),
            Map.entry(OperationKind.MKDIR, IORING_OP_MKDIRAT),
            Map.entry(OperationKind.UNLINK, IORING_OP_UNLINKAT),
            Map.entry(OperationKind.RENAME, IORING_OP_RENAMEAT),
            Map.entry(OperationKind.LINK, IORING_OP_LINKAT),
            Map.entry(OperationKind.SYMLINK, IORING_OP_SYMLINKAT),
            Map.entry(OperationKind.ACCEPT, IORING_OP_ACCEPT),
            Map.entry(OperationKind.CONNECT, IORING_OP_CONNECT),
            Map.entry(OperationKind.RECEIVE, IORING_OP_RECV),
            Map.entry(OperationKind.SEND, IORING_OP_SEND),
            Map.entry(OperationKind.RECEIVE_MESSAGE, IORING_OP_RECVMSG),
            Map.entry(OperationKind.SEND_MESSAGE, IORING_OP_SENDMSG),
            Map.entry(OperationKind.SEND_ZERO_COPY, IORING_OP_SEND_ZC),
            Map.entry(OperationKind.POLL, IORING_OP_POLL_ADD),
            Map.entry(OperationKind.SPLICE, IORING_OP_SPLICE),
            Map.entry(OperationKind.TEE, IORING_OP_TEE)));

    private UringEntries() {}

    /** The operation of the ring that does this kind; null for a kind that is done by its own system call. */
    static @Nullable Opcode opcode(OperationKind kind) {
        return OPCODES.get(kind);
    }

    /** Fills the next entry. */
    static Sqe fill(SubmissionQueue sq, Operation op) {
        return switch (op.kind) {
            case READ, WRITE -> transfer(sq, op);
            case RECEIVE -> receive(sq, op);
            case SEND, CONNECT, POLL, NOP, CLOSE, FSYNC, OPEN -> simple(sq, op);
            default -> seldom(sq, op);
        };
    }

    /** Waits until the operation's descriptor may be tried again. */
    static Sqe fillPoll(SubmissionQueue sq, Operation op) {
        return fillPoll(sq, op.fd, op.kind.needs() == OperationKind.Needs.OUTPUT ? LibC.POLLOUT() : LibC.POLLIN());
    }

    static Sqe fillPoll(SubmissionQueue sq, int fd, int events) {
        return sq.next().raw(IORING_OP_POLL_ADD.number(), fd, 0, 0, 0).operationFlags(events);
    }

    private static Sqe transfer(SubmissionQueue sq, Operation op) {
        boolean read = op.kind == OperationKind.READ;
        if (op.registered >= 0) {
            return raw(sq, read ? IORING_OP_READ_FIXED : IORING_OP_WRITE_FIXED, op, op.offset)
                    .bufferIndex(op.registered);
        }
        return raw(sq, read ? IORING_OP_READ : IORING_OP_WRITE, op, op.offset);
    }

    private static Sqe receive(SubmissionQueue sq, Operation op) {
        BufferGroup group = op.group;
        if (group == null) {
            return raw(sq, IORING_OP_RECV, op, 0).operationFlags(op.flags);
        }
        Sqe sqe = sq.next()
                .raw(IORING_OP_RECV.number(), op.fd, 0, 0, 0)
                .operationFlags(op.flags)
                .bufferGroup(((UringBufferGroup) group).number());
        return op.multishot ? sqe.socketFlags(UringFlags.IORING_RECV_MULTISHOT) : sqe;
    }

    private static Sqe simple(SubmissionQueue sq, Operation op) {
        return switch (op.kind) {
            case SEND -> raw(sq, IORING_OP_SEND, op, 0).operationFlags(op.flags);
            case CONNECT -> sq.next().raw(IORING_OP_CONNECT.number(), op.fd, op.address, 0, op.length);
            case POLL ->
                sq.next().raw(IORING_OP_POLL_ADD.number(), op.fd, 0, 0, 0).operationFlags(op.flags);
            case CLOSE -> sq.next().raw(IORING_OP_CLOSE.number(), op.fd, 0, 0, 0);
            case FSYNC -> sq.next().raw(IORING_OP_FSYNC.number(), op.fd, 0, 0, 0);
            case OPEN -> raw(sq, IORING_OP_OPENAT, op, 0).operationFlags(op.flags | CLOEXEC);
            default -> sq.next().nop();
        };
    }

    private static Sqe seldom(SubmissionQueue sq, Operation op) {
        return switch (op.kind) {
            case READV -> raw(sq, IORING_OP_READV, op, op.offset);
            case WRITEV -> raw(sq, IORING_OP_WRITEV, op, op.offset);
            case FDATASYNC ->
                sq.next()
                        .raw(IORING_OP_FSYNC.number(), op.fd, 0, 0, 0)
                        .operationFlags(UringFlags.IORING_FSYNC_DATASYNC);
            case ALLOCATE -> sq.next().raw(IORING_OP_FALLOCATE.number(), op.fd, op.length, op.flags, op.offset);
            case TRUNCATE -> sq.next().raw(IORING_OP_FTRUNCATE.number(), op.fd, 0, 0, op.length);
            case OPEN_BENEATH -> raw(sq, IORING_OP_OPENAT2, op, op.address2);
            case STATX -> raw(sq, IORING_OP_STATX, op, op.address2).operationFlags(op.flags);
            case MKDIR -> raw(sq, IORING_OP_MKDIRAT, op, 0);
            case UNLINK ->
                sq.next()
                        .raw(IORING_OP_UNLINKAT.number(), op.fd, op.address, 0, 0)
                        .operationFlags(op.flags);
            case RENAME -> twoPaths(sq, IORING_OP_RENAMEAT, op);
            case LINK -> twoPaths(sq, IORING_OP_LINKAT, op);
            case SYMLINK -> sq.next().raw(IORING_OP_SYMLINKAT.number(), op.fd2, op.address, 0, op.address2);
            case ACCEPT -> accept(sq, op);
            case RECEIVE_MESSAGE -> message(sq, IORING_OP_RECVMSG, op);
            case SEND_MESSAGE -> message(sq, IORING_OP_SENDMSG, op);
            case SEND_ZERO_COPY -> zeroCopy(sq, op);
            case SPLICE ->
                sq.next()
                        .splice(
                                Fd.borrow(op.fd),
                                op.offset,
                                Fd.borrow(op.fd2),
                                op.address2,
                                (int) op.length,
                                op.flags | LibC.SPLICE_F_NONBLOCK());
            case TEE ->
                sq.next()
                        .tee(Fd.borrow(op.fd), Fd.borrow(op.fd2), (int) op.length, op.flags | LibC.SPLICE_F_NONBLOCK());
            default -> throw new IllegalArgumentException("no entry for " + op.kind);
        };
    }

    private static Sqe raw(SubmissionQueue sq, Opcode opcode, Operation op, long offset) {
        return sq.next().raw(opcode.number(), op.fd, op.address, (int) op.length, offset);
    }

    private static Sqe twoPaths(SubmissionQueue sq, Opcode opcode, Operation op) {
        return sq.next()
                .raw(opcode.number(), op.fd, op.address, op.fd2, op.address2)
                .operationFlags(op.flags);
    }

    private static Sqe message(SubmissionQueue sq, Opcode opcode, Operation op) {
        return sq.next().raw(opcode.number(), op.fd, op.address, 1, 0).operationFlags(op.flags);
    }

    private static Sqe accept(SubmissionQueue sq, Operation op) {
        Sqe sqe = sq.next()
                .raw(IORING_OP_ACCEPT.number(), op.fd, op.address, 0, op.address2)
                .operationFlags(CLOEXEC);
        return op.multishot ? sqe.socketFlags(UringFlags.IORING_ACCEPT_MULTISHOT) : sqe;
    }

    private static Sqe zeroCopy(SubmissionQueue sq, Operation op) {
        Sqe sqe = raw(sq, IORING_OP_SEND_ZC, op, 0).operationFlags(op.flags);
        int flags = UringFlags.IORING_SEND_ZC_REPORT_USAGE;
        if (op.registered >= 0) {
            sqe.bufferIndex(op.registered);
            flags |= UringFlags.IORING_RECVSEND_FIXED_BUF;
        }
        return sqe.socketFlags(flags);
    }
}

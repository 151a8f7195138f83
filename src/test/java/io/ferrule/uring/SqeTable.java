package io.ferrule.uring;

import static io.ferrule.bindings.liburing.LibUring.*;
import static io.ferrule.uring.RandomArguments.Kind.*;

import io.ferrule.bindings.liburing.io_uring_sqe;
import io.ferrule.sys.Abi;
import io.ferrule.sys.Descriptor;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.IovecArray;
import io.ferrule.uring.RandomArguments.Kind;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Each public method of {@link Sqe}, with the arguments it takes, beside what liburing writes for the same: one line each. Where liburing 2.15 has
 * no function, the line sets the fields as its manual says.
 */
final class SqeTable {
    /** A method of {@link Sqe}, found by name and parameters, and liburing's way. */
    record Line(Method method, List<Kind> kinds, Liburing liburing) {
        List<Object> draw(RandomArguments random) {
            return kinds.stream().map(random::draw).toList();
        }

        /** Fills a zeroed entry by liburing. */
        void byLiburing(MemorySegment entry, Arguments arguments) {
            liburing.write(entry, arguments);
            for (int i = 0; i < kinds.size(); i++) {
                if (kinds.get(i) == DESCRIPTOR && ((Descriptor) arguments.values.get(i)).isDirect()) {
                    flag(entry, IOSQE_FIXED_FILE());
                }
            }
        }

        void byFerrule(Sqe sqe, List<Object> arguments) {
            try {
                method.invoke(sqe, arguments.toArray());
            } catch (InvocationTargetException | IllegalAccessException e) {
                throw new AssertionError(this + " with " + arguments, e);
            }
        }

        @Override
        public String toString() {
            return method.getName()
                    + Arrays.stream(method.getParameterTypes())
                            .map(Class::getSimpleName)
                            .collect(Collectors.joining(", ", "(", ")"));
        }
    }

    interface Liburing {
        void write(MemorySegment entry, Arguments arguments);
    }

    /**
     * The arguments as C takes them.
     *
     * @param timespec where the ring keeps the time of the entry
     */
    record Arguments(List<Object> values, MemorySegment timespec) {
        int fd(int i) {
            return ((Descriptor) values.get(i)).number();
        }

        boolean direct(int i) {
            return ((Descriptor) values.get(i)).isDirect();
        }

        int slot(int i) {
            return values.get(i) == DirectDescriptor.ANY ? IORING_FILE_INDEX_ALLOC() : fd(i);
        }

        int number(int i) {
            return (int) values.get(i);
        }

        long word(int i) {
            return (long) values.get(i);
        }

        MemorySegment memory(int i) {
            return values.get(i) instanceof IovecArray pieces ? pieces.segment() : (MemorySegment) values.get(i);
        }

        int size(int i) {
            return (int) memory(i).byteSize();
        }
    }

    private static final MemorySegment NOTHING = MemorySegment.NULL;

    /** {@code _IO(0x12, 1)}; liburing 2.15 does not know it yet. */
    private static final int BLOCK_URING_CMD_ZONE_RESET_ALL = 0x1201;

    private static final int SIZE_OF_FUTEX_WAITV = 24;

    private SqeTable() {}

    /** The operations. */
    static List<Line> operations() {
        List<Line> all = new ArrayList<>();
        all.addAll(files());
        all.addAll(sockets());
        all.addAll(others());
        return all;
    }

    private static List<Line> files() {
        return List.of(
                on("read", DESCRIPTOR, BUFFER, LONG)
                        .is((c, a) -> io_uring_prep_read(c, a.fd(0), a.memory(1), a.size(1), a.word(2))),
                on("read", DESCRIPTOR, LARGE_BUFFER, PART_START, PART_LENGTH, LONG)
                        .is((c, a) ->
                                io_uring_prep_read(c, a.fd(0), a.memory(1).asSlice(a.word(2)), a.number(3), a.word(4))),
                on("read", DESCRIPTOR, INT, LONG, ID)
                        .is((c, a) -> select(
                                c, a.number(3), () -> io_uring_prep_read(c, a.fd(0), NOTHING, a.number(1), a.word(2)))),
                on("write", DESCRIPTOR, BUFFER, LONG)
                        .is((c, a) -> io_uring_prep_write(c, a.fd(0), a.memory(1), a.size(1), a.word(2))),
                on("write", DESCRIPTOR, LARGE_BUFFER, PART_START, PART_LENGTH, LONG)
                        .is((c, a) -> io_uring_prep_write(
                                c, a.fd(0), a.memory(1).asSlice(a.word(2)), a.number(3), a.word(4))),
                on("readv", DESCRIPTOR, PIECES, PIECE_COUNT, LONG)
                        .is((c, a) -> io_uring_prep_readv(c, a.fd(0), a.memory(1), a.number(2), a.word(3))),
                on("readv", DESCRIPTOR, PIECES, PIECE_COUNT, LONG, INT)
                        .is((c, a) ->
                                io_uring_prep_readv2(c, a.fd(0), a.memory(1), a.number(2), a.word(3), a.number(4))),
                on("writev", DESCRIPTOR, PIECES, PIECE_COUNT, LONG)
                        .is((c, a) -> io_uring_prep_writev(c, a.fd(0), a.memory(1), a.number(2), a.word(3))),
                on("writev", DESCRIPTOR, PIECES, PIECE_COUNT, LONG, INT)
                        .is((c, a) ->
                                io_uring_prep_writev2(c, a.fd(0), a.memory(1), a.number(2), a.word(3), a.number(4))),
                on("readFixed", DESCRIPTOR, BUFFER, LONG, ID)
                        .is((c, a) ->
                                io_uring_prep_read_fixed(c, a.fd(0), a.memory(1), a.size(1), a.word(2), a.number(3))),
                on("writeFixed", DESCRIPTOR, BUFFER, LONG, ID)
                        .is((c, a) ->
                                io_uring_prep_write_fixed(c, a.fd(0), a.memory(1), a.size(1), a.word(2), a.number(3))),
                on("readvFixed", DESCRIPTOR, PIECES, PIECE_COUNT, LONG, INT, ID)
                        .is((c, a) -> io_uring_prep_readv_fixed(
                                c, a.fd(0), a.memory(1), a.number(2), a.word(3), a.number(4), a.number(5))),
                on("writevFixed", DESCRIPTOR, PIECES, PIECE_COUNT, LONG, INT, ID)
                        .is((c, a) -> io_uring_prep_writev_fixed(
                                c, a.fd(0), a.memory(1), a.number(2), a.word(3), a.number(4), a.number(5))),
                on("readMultishot", DESCRIPTOR, INT, LONG, ID)
                        .is((c, a) -> io_uring_prep_read_multishot(c, a.fd(0), a.number(1), a.word(2), a.number(3))),
                on("fsync", DESCRIPTOR, INT).is((c, a) -> io_uring_prep_fsync(c, a.fd(0), a.number(1))),
                on("syncFileRange", DESCRIPTOR, INT, LONG, INT)
                        .is((c, a) -> io_uring_prep_sync_file_range(c, a.fd(0), a.number(1), a.word(2), a.number(3))),
                on("fallocate", DESCRIPTOR, INT, LONG, LONG)
                        .is((c, a) -> io_uring_prep_fallocate(c, a.fd(0), a.number(1), a.word(2), a.word(3))),
                on("ftruncate", DESCRIPTOR, LONG).is((c, a) -> io_uring_prep_ftruncate(c, a.fd(0), a.word(1))),
                // The forms with 64 bits of length, for kernels before 6.11 read 32 bits from another field and take 0
                // there for "to the end".
                on("fadvise", DESCRIPTOR, LONG, LONG, INT).is((c, a) -> {
                    if (a.word(2) >>> Integer.SIZE == 0) {
                        io_uring_prep_fadvise(c, a.fd(0), a.word(1), (int) a.word(2), a.number(3));
                    } else {
                        io_uring_prep_fadvise64(c, a.fd(0), a.word(1), a.word(2), a.number(3));
                    }
                }),
                on("madvise", ANY_SIZE, INT).is((c, a) -> {
                    if (a.memory(0).byteSize() >>> Integer.SIZE == 0) {
                        io_uring_prep_madvise(c, a.memory(0), a.size(0), a.number(1));
                    } else {
                        io_uring_prep_madvise64(c, a.memory(0), a.memory(0).byteSize(), a.number(1));
                    }
                }),
                on("splice", OTHER_DESCRIPTOR, LONG, DESCRIPTOR, LONG, INT, INT)
                        .is((c, a) -> io_uring_prep_splice(
                                c,
                                a.fd(0),
                                a.word(1),
                                a.fd(2),
                                a.word(3),
                                a.number(4),
                                a.number(5) | (a.direct(0) ? SPLICE_F_FD_IN_FIXED() : 0))),
                on("tee", OTHER_DESCRIPTOR, DESCRIPTOR, INT, INT)
                        .is((c, a) -> io_uring_prep_tee(
                                c,
                                a.fd(0),
                                a.fd(1),
                                a.number(2),
                                a.number(3) | (a.direct(0) ? SPLICE_F_FD_IN_FIXED() : 0))),
                on("openat", DIRECTORY, PATH, INT, INT)
                        .is((c, a) -> io_uring_prep_openat(c, a.fd(0), a.memory(1), a.number(2), a.number(3))),
                on("openatDirect", DIRECTORY, PATH, INT, INT, SLOT)
                        .is((c, a) -> io_uring_prep_openat_direct(
                                c, a.fd(0), a.memory(1), a.number(2), a.number(3), a.slot(4))),
                on("openat2", DIRECTORY, PATH, OPEN_HOW)
                        .is((c, a) -> io_uring_prep_openat2(c, a.fd(0), a.memory(1), a.memory(2))),
                on("openat2Direct", DIRECTORY, PATH, OPEN_HOW, SLOT)
                        .is((c, a) -> io_uring_prep_openat2_direct(c, a.fd(0), a.memory(1), a.memory(2), a.slot(3))),
                on("close", PLAIN).is((c, a) -> io_uring_prep_close(c, a.fd(0))),
                on("close", DIRECT).is((c, a) -> io_uring_prep_close_direct(c, a.fd(0))),
                on("filesUpdate", BUFFER, INT)
                        .is((c, a) ->
                                io_uring_prep_files_update(c, a.memory(0), a.size(0) / Integer.BYTES, a.number(1))),
                on("fixedFdInstall", DIRECT, INT).is((c, a) -> io_uring_prep_fixed_fd_install(c, a.fd(0), a.number(1))),
                on("pipe", STRUCT, INT).is((c, a) -> io_uring_prep_pipe(c, a.memory(0), a.number(1))),
                on("pipeDirect", STRUCT, INT, SLOT)
                        .is((c, a) -> io_uring_prep_pipe_direct(c, a.memory(0), a.number(1), a.slot(2))),
                on("statx", DIRECTORY, PATH, INT, INT, STRUCT)
                        .is((c, a) ->
                                io_uring_prep_statx(c, a.fd(0), a.memory(1), a.number(2), a.number(3), a.memory(4))),
                on("renameat", DIRECTORY, PATH, DIRECTORY, PATH, INT)
                        .is((c, a) ->
                                io_uring_prep_renameat(c, a.fd(0), a.memory(1), a.fd(2), a.memory(3), a.number(4))),
                on("unlinkat", DIRECTORY, PATH, INT)
                        .is((c, a) -> io_uring_prep_unlinkat(c, a.fd(0), a.memory(1), a.number(2))),
                on("mkdirat", DIRECTORY, PATH, INT)
                        .is((c, a) -> io_uring_prep_mkdirat(c, a.fd(0), a.memory(1), a.number(2))),
                on("symlinkat", PATH, DIRECTORY, PATH)
                        .is((c, a) -> io_uring_prep_symlinkat(c, a.memory(0), a.fd(1), a.memory(2))),
                on("linkat", DIRECTORY, PATH, DIRECTORY, PATH, INT)
                        .is((c, a) -> io_uring_prep_linkat(c, a.fd(0), a.memory(1), a.fd(2), a.memory(3), a.number(4))),
                on("fsetxattr", DESCRIPTOR, PATH, BUFFER, INT)
                        .is((c, a) ->
                                io_uring_prep_fsetxattr(c, a.fd(0), a.memory(1), a.memory(2), a.number(3), a.size(2))),
                on("setxattr", PATH, PATH, BUFFER, INT)
                        .is((c, a) -> io_uring_prep_setxattr(
                                c, a.memory(1), a.memory(2), a.memory(0), a.number(3), a.size(2))),
                on("fgetxattr", DESCRIPTOR, PATH, BUFFER)
                        .is((c, a) -> io_uring_prep_fgetxattr(c, a.fd(0), a.memory(1), a.memory(2), a.size(2))),
                on("getxattr", PATH, PATH, BUFFER)
                        .is((c, a) -> io_uring_prep_getxattr(c, a.memory(1), a.memory(2), a.memory(0), a.size(2))));
    }

    private static List<Line> sockets() {
        return List.of(
                on("socket", INT, INT, INT)
                        .is((c, a) -> io_uring_prep_socket(c, a.number(0), a.number(1), a.number(2), 0)),
                on("socketDirect", INT, INT, INT, SLOT)
                        .is((c, a) ->
                                io_uring_prep_socket_direct(c, a.number(0), a.number(1), a.number(2), a.slot(3), 0)),
                on("bind", DESCRIPTOR, ADDRESS).is((c, a) -> io_uring_prep_bind(c, a.fd(0), a.memory(1), a.size(1))),
                on("listen", DESCRIPTOR, INT).is((c, a) -> io_uring_prep_listen(c, a.fd(0), a.number(1))),
                on("connect", DESCRIPTOR, ADDRESS)
                        .is((c, a) -> io_uring_prep_connect(c, a.fd(0), a.memory(1), a.size(1))),
                on("accept", DESCRIPTOR, INT)
                        .is((c, a) -> io_uring_prep_accept(c, a.fd(0), NOTHING, NOTHING, a.number(1))),
                on("accept", DESCRIPTOR, ADDRESS, LENGTH_WORD, INT)
                        .is((c, a) -> io_uring_prep_accept(c, a.fd(0), a.memory(1), a.memory(2), a.number(3))),
                on("acceptDirect", DESCRIPTOR, INT, SLOT)
                        .is((c, a) ->
                                io_uring_prep_accept_direct(c, a.fd(0), NOTHING, NOTHING, a.number(1), a.slot(2))),
                on("acceptMultishot", DESCRIPTOR, INT)
                        .is((c, a) -> io_uring_prep_multishot_accept(c, a.fd(0), NOTHING, NOTHING, a.number(1))),
                on("acceptMultishotDirect", DESCRIPTOR, INT)
                        .is((c, a) -> io_uring_prep_multishot_accept_direct(c, a.fd(0), NOTHING, NOTHING, a.number(1))),
                on("shutdown", DESCRIPTOR, INT).is((c, a) -> io_uring_prep_shutdown(c, a.fd(0), a.number(1))),
                on("send", DESCRIPTOR, BUFFER, INT)
                        .is((c, a) -> io_uring_prep_send(c, a.fd(0), a.memory(1), a.size(1), a.number(2))),
                // liburing has no function for an array of pieces.
                on("send", DESCRIPTOR, PIECES, PIECE_COUNT, INT).is((c, a) -> {
                    io_uring_prep_send(c, a.fd(0), a.memory(1), a.number(2), a.number(3));
                    io_uring_sqe.ioprio(c, (short) IORING_SEND_VECTORIZED());
                }),
                on("sendZc", DESCRIPTOR, PIECES, PIECE_COUNT, INT, INT)
                        .is((c, a) -> io_uring_prep_send_zc(
                                c,
                                a.fd(0),
                                a.memory(1),
                                a.number(2),
                                a.number(3),
                                a.number(4) | IORING_SEND_VECTORIZED())),
                on("sendTo", DESCRIPTOR, BUFFER, INT, ADDRESS)
                        .is((c, a) -> io_uring_prep_sendto(
                                c, a.fd(0), a.memory(1), a.size(1), a.number(2), a.memory(3), a.size(3))),
                on("sendZcTo", DESCRIPTOR, BUFFER, INT, INT, ADDRESS).is((c, a) -> {
                    io_uring_prep_send_zc(c, a.fd(0), a.memory(1), a.size(1), a.number(2), a.number(3));
                    io_uring_prep_send_set_addr(c, a.memory(4), (short) a.size(4));
                }),
                on("sendBundle", DESCRIPTOR, INT, INT, ID)
                        .is((c, a) -> select(
                                c, a.number(3), () -> io_uring_prep_send_bundle(c, a.fd(0), a.number(1), a.number(2)))),
                on("sendZc", DESCRIPTOR, BUFFER, INT, INT)
                        .is((c, a) ->
                                io_uring_prep_send_zc(c, a.fd(0), a.memory(1), a.size(1), a.number(2), a.number(3))),
                on("sendZcFixed", DESCRIPTOR, BUFFER, INT, INT, ID)
                        .is((c, a) -> io_uring_prep_send_zc_fixed(
                                c, a.fd(0), a.memory(1), a.size(1), a.number(2), a.number(3), a.number(4))),
                on("sendmsg", DESCRIPTOR, STRUCT, INT)
                        .is((c, a) -> io_uring_prep_sendmsg(c, a.fd(0), a.memory(1), a.number(2))),
                on("sendmsgZc", DESCRIPTOR, STRUCT, INT)
                        .is((c, a) -> io_uring_prep_sendmsg_zc(c, a.fd(0), a.memory(1), a.number(2))),
                on("sendmsgZcFixed", DESCRIPTOR, STRUCT, INT, ID)
                        .is((c, a) ->
                                io_uring_prep_sendmsg_zc_fixed(c, a.fd(0), a.memory(1), a.number(2), a.number(3))),
                on("recv", DESCRIPTOR, BUFFER, INT)
                        .is((c, a) -> io_uring_prep_recv(c, a.fd(0), a.memory(1), a.size(1), a.number(2))),
                on("recv", DESCRIPTOR, INT, INT, ID)
                        .is((c, a) -> select(
                                c,
                                a.number(3),
                                () -> io_uring_prep_recv(c, a.fd(0), NOTHING, a.number(1), a.number(2)))),
                on("recvMultishot", DESCRIPTOR, INT, ID)
                        .is((c, a) -> select(
                                c,
                                a.number(2),
                                () -> io_uring_prep_recv_multishot(c, a.fd(0), NOTHING, 0, a.number(1)))),
                on("recvmsg", DESCRIPTOR, STRUCT, INT)
                        .is((c, a) -> io_uring_prep_recvmsg(c, a.fd(0), a.memory(1), a.number(2))),
                on("recvmsgMultishot", DESCRIPTOR, STRUCT, INT, ID)
                        .is((c, a) -> select(
                                c,
                                a.number(3),
                                () -> io_uring_prep_recvmsg_multishot(c, a.fd(0), a.memory(1), a.number(2)))),
                // liburing leaves the fields of zero-copy receiving to the caller.
                on("recvZc", DESCRIPTOR, INT, INT).is((c, a) -> {
                    io_uring_prep_rw(IORING_OP_RECV_ZC(), c, a.fd(0), NOTHING, a.number(1), 0);
                    io_uring_sqe.ioprio(c, (short) IORING_RECV_MULTISHOT());
                    io_uring_sqe.zcrx_ifq_idx(c, a.number(2));
                }),
                on("socketCommand", DESCRIPTOR, INT, INT, INT, BUFFER)
                        .is((c, a) -> io_uring_prep_cmd_sock(
                                c, a.number(1), a.fd(0), a.number(2), a.number(3), a.memory(4), a.size(4))),
                on("socketName", DESCRIPTOR, ADDRESS, LENGTH_WORD, BOOLEAN)
                        .is((c, a) -> io_uring_prep_cmd_getsockname(
                                c,
                                a.fd(0),
                                a.memory(1),
                                a.memory(2),
                                a.values().get(3).equals(true) ? 1 : 0)));
    }

    private static List<Line> others() {
        return List.of(
                on("nop").is((c, a) -> io_uring_prep_nop(c)),
                // liburing has no function for a nop's fields.
                on("nop", INT, INT).is((c, a) -> {
                    io_uring_prep_nop(c);
                    io_uring_sqe.len(c, a.number(0));
                    io_uring_sqe.nop_flags(c, a.number(1));
                }),
                on("nop128").is((c, a) -> io_uring_prep_nop128(c)),
                on("pollAdd", DESCRIPTOR, INT).is((c, a) -> io_uring_prep_poll_add(c, a.fd(0), a.number(1))),
                on("pollMultishot", DESCRIPTOR, INT)
                        .is((c, a) -> io_uring_prep_poll_multishot(c, a.fd(0), a.number(1))),
                on("pollRemove", LONG).is((c, a) -> io_uring_prep_poll_remove(c, a.word(0))),
                on("pollUpdate", LONG, LONG, INT, INT)
                        .is((c, a) -> io_uring_prep_poll_update(c, a.word(0), a.word(1), a.number(2), a.number(3))),
                on("epollCtl", PLAIN, PLAIN, INT, STRUCT)
                        .is((c, a) -> io_uring_prep_epoll_ctl(c, a.fd(0), a.fd(1), a.number(2), a.memory(3))),
                on("epollWait", DESCRIPTOR, LARGE_BUFFER)
                        .is((c, a) -> io_uring_prep_epoll_wait(
                                c, a.fd(0), a.memory(1), a.size(1) / Abi.value("sizeof epoll_event"), 0)),
                on("timeout", NANOS, COUNT, INT)
                        .is((c, a) -> io_uring_prep_timeout(c, a.timespec(), a.number(1), a.number(2))),
                on("timeoutRemove", LONG).is((c, a) -> io_uring_prep_timeout_remove(c, a.word(0), 0)),
                on("timeoutUpdate", LONG, NANOS, INT)
                        .is((c, a) -> io_uring_prep_timeout_update(c, a.timespec(), a.word(0), a.number(2))),
                on("linkTimeout", NANOS, INT).is((c, a) -> io_uring_prep_link_timeout(c, a.timespec(), a.number(1))),
                on("cancel", LONG, INT).is((c, a) -> io_uring_prep_cancel64(c, a.word(0), a.number(1))),
                // Which table the descriptor is in, the operation's own flags say.
                on("cancel", OTHER_DESCRIPTOR, INT)
                        .is((c, a) -> io_uring_prep_cancel_fd(
                                c, a.fd(0), a.number(1) | (a.direct(0) ? IORING_ASYNC_CANCEL_FD_FIXED() : 0))),
                // liburing leaves the user data that must match, too, to the caller.
                on("cancel", OTHER_DESCRIPTOR, LONG, INT).is((c, a) -> {
                    int by = IORING_ASYNC_CANCEL_USERDATA() | (a.direct(0) ? IORING_ASYNC_CANCEL_FD_FIXED() : 0);
                    io_uring_prep_cancel_fd(c, a.fd(0), a.number(2) | by);
                    io_uring_sqe.addr(c, a.word(1));
                }),
                // liburing has no function: the opcode goes where others have a length.
                on("cancel", OPCODE, INT).is((c, a) -> {
                    io_uring_prep_cancel64(c, 0, a.number(1) | IORING_ASYNC_CANCEL_OP());
                    io_uring_sqe.len(c, ((Opcode) a.values().get(0)).number());
                }),
                on("messageRing", DESCRIPTOR, INT, LONG)
                        .is((c, a) -> io_uring_prep_msg_ring(c, a.fd(0), a.number(1), a.word(2), 0)),
                on("messageRing", DESCRIPTOR, INT, LONG, INT)
                        .is((c, a) ->
                                io_uring_prep_msg_ring_cqe_flags(c, a.fd(0), a.number(1), a.word(2), 0, a.number(3))),
                on("messageRingDescriptor", DESCRIPTOR, DIRECT, SLOT, LONG, INT)
                        .is((c, a) ->
                                io_uring_prep_msg_ring_fd(c, a.fd(0), a.fd(1), a.slot(2), a.word(3), a.number(4))),
                on("waitid", INT, INT, STRUCT, INT)
                        .is((c, a) -> io_uring_prep_waitid(c, a.number(0), a.number(1), a.memory(2), a.number(3), 0)),
                on("futexWait", STRUCT, LONG, LONG, INT)
                        .is((c, a) -> io_uring_prep_futex_wait(c, a.memory(0), a.word(1), a.word(2), a.number(3), 0)),
                on("futexWake", STRUCT, LONG, LONG, INT)
                        .is((c, a) -> io_uring_prep_futex_wake(c, a.memory(0), a.word(1), a.word(2), a.number(3), 0)),
                on("futexWaitv", BUFFER)
                        .is((c, a) -> io_uring_prep_futex_waitv(c, a.memory(0), a.size(0) / SIZE_OF_FUTEX_WAITV, 0)),
                on("provideBuffers", SMALL_BUFFERS, SMALL_SIZE, ID, ID)
                        .is((c, a) -> io_uring_prep_provide_buffers(
                                c, a.memory(0), a.number(1), a.size(0) / a.number(1), a.number(2), a.number(3))),
                on("removeBuffers", INT, ID).is((c, a) -> io_uring_prep_remove_buffers(c, a.number(0), a.number(1))),
                on("uringCommand", DESCRIPTOR, INT, INT).is((c, a) -> {
                    io_uring_prep_uring_cmd(c, a.number(1), a.fd(0));
                    io_uring_sqe.uring_cmd_flags(c, a.number(2));
                }),
                on("uringCommand128", DESCRIPTOR, INT, INT).is((c, a) -> {
                    io_uring_prep_uring_cmd128(c, a.number(1), a.fd(0));
                    io_uring_sqe.uring_cmd_flags(c, a.number(2));
                }),
                on("discard", DESCRIPTOR, LONG, LONG)
                        .is((c, a) -> io_uring_prep_cmd_discard(c, a.fd(0), a.word(1), a.word(2))),
                // liburing has a function from 2.16 on.
                on("zoneResetAll", DESCRIPTOR)
                        .is((c, a) -> io_uring_prep_uring_cmd(c, BLOCK_URING_CMD_ZONE_RESET_ALL, a.fd(0))),
                on("raw", OPCODE_NUMBER, INT, LONG, INT, LONG)
                        .is((c, a) -> io_uring_prep_rw(
                                a.number(0),
                                c,
                                a.number(1),
                                MemorySegment.ofAddress(a.word(2)),
                                a.number(3),
                                a.word(4))));
    }

    /** What any operation may be given besides. */
    static List<Line> options() {
        return List.of(
                on("userData", LONG).is((c, a) -> io_uring_sqe_set_data64(c, a.word(0))),
                on("link").is((c, a) -> flag(c, IOSQE_IO_LINK())),
                on("hardLink").is((c, a) -> flag(c, IOSQE_IO_HARDLINK())),
                on("drain").is((c, a) -> flag(c, IOSQE_IO_DRAIN())),
                on("async").is((c, a) -> flag(c, IOSQE_ASYNC())),
                on("skipSuccess").is((c, a) -> flag(c, IOSQE_CQE_SKIP_SUCCESS())),
                on("flags", ENTRY_FLAGS).is((c, a) -> flag(c, a.number(0))),
                on("bufferGroup", ID).is((c, a) -> select(c, a.number(0), () -> {})),
                on("personality", ID).is((c, a) -> io_uring_sqe.personality(c, (short) a.number(0))),
                on("ioPriority", ID).is((c, a) -> io_uring_sqe.ioprio(c, (short) a.number(0))),
                on("socketFlags", INT)
                        .is((c, a) -> io_uring_sqe.ioprio(c, (short) (io_uring_sqe.ioprio(c) | a.number(0)))),
                on("rwFlags", INT).is((c, a) -> io_uring_sqe.rw_flags(c, a.number(0))),
                on("operationFlags", INT).is((c, a) -> io_uring_sqe.rw_flags(c, a.number(0))),
                on("bufferIndex", ID).is((c, a) -> io_uring_sqe.buf_index(c, (short) a.number(0))),
                on("command", COMMAND)
                        .is((c, a) -> MemorySegment.copy(a.memory(0), 0, c, io_uring_sqe.cmd$offset(), a.size(0))));
    }

    private static void flag(MemorySegment entry, int flags) {
        io_uring_sqe_set_flags(entry, io_uring_sqe.flags(entry) | flags);
    }

    private static void select(MemorySegment entry, int group, Runnable operation) {
        operation.run();
        flag(entry, IOSQE_BUFFER_SELECT());
        io_uring_sqe_set_buf_group(entry, group);
    }

    private interface Half {
        Line is(Liburing liburing);
    }

    private static Half on(String name, Kind... kinds) {
        try {
            Method method = Sqe.class.getMethod(
                    name, Stream.of(kinds).map(kind -> kind.type).toArray(Class<?>[]::new));
            return liburing -> new Line(method, List.of(kinds), liburing);
        } catch (NoSuchMethodException e) {
            throw new AssertionError("Sqe has no method " + name + Arrays.toString(kinds), e);
        }
    }
}

package io.ferrule.uring;

import static io.ferrule.uring.Opcode.IORING_OP_READV_FIXED;
import static io.ferrule.uring.Opcode.IORING_OP_SENDMSG_ZC;
import static io.ferrule.uring.Opcode.IORING_OP_SEND_ZC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sending without copying: a result, and a notification that the memory is free. */
class ZeroCopySendTest extends SocketTest {
    private Fd from;
    private Fd to;

    @BeforeEach
    void connect() throws IOException {
        needs(IORING_OP_SEND_ZC);
        Fd[] connection = connection();
        from = connection[0];
        to = connection[1];
    }

    /** The result of a send with the notification that it announces consumed; returns what the notification says. */
    private int expectResultAndNotification(int expected) throws IOException {
        assertThat(result()).isEqualTo(expected);
        assertThat(ring.cq().hasMore()).as("a notification follows").isTrue();
        assertThat(ring.cq().flags() & CompletionQueue.IORING_CQE_F_NOTIF).isZero();
        return expectNotification();
    }

    private int expectNotification() throws IOException {
        int res = result();
        assertThat(ring.cq().flags()).isEqualTo(CompletionQueue.IORING_CQE_F_NOTIF);
        return res;
    }

    @Test
    @Covers({"IORING_OP_SEND_ZC", "IORING_CQE_F_MORE", "IORING_CQE_F_NOTIF"})
    void aSendHasTwoCompletions() throws IOException {
        sq().sendZc(from, bytes("without copying"), 0, 0).userData(9);
        assertThat(expectResultAndNotification(15)).isZero();
        assertThat(ring.cq().userData()).isEqualTo(9);
        assertThat(ring.inFlight()).isZero();
        assertThat(Pipe.read(to)).isEqualTo("without copying");
    }

    @Test
    @Covers({"IORING_OP_SEND_ZC", "IORING_CQE_F_MORE", "IORING_CQE_F_NOTIF"})
    void memoryOverwrittenAfterTheNotificationWasSentAsItWas() throws IOException {
        MemorySegment buffer = arena.allocate(1 << 12);
        for (char c = 'a'; c <= 'z'; c++) {
            buffer.fill((byte) c);
            sq().sendZc(from, buffer, LibC.MSG_WAITALL(), 0);
            expectResultAndNotification(1 << 12);
            buffer.fill((byte) '!');
            sq().recv(to, buffer, LibC.MSG_WAITALL());
            assertThat(result()).isEqualTo(1 << 12);
            assertThat(buffer.toArray(ValueLayout.JAVA_BYTE)).containsOnly(c);
        }
    }

    @Test
    @Covers({"IORING_OP_SEND_ZC", "IORING_CQE_F_NOTIF"})
    void memoryIsNotFreeBeforeThePeerHasTakenTheBytes() throws IOException {
        MemorySegment buffer = arena.allocate(1 << 12);
        long sent = 0;
        int announced = 0;
        int notified = 0;
        for (boolean full = false; !full; ) {
            sq().sendZc(from, buffer, LibC.MSG_DONTWAIT(), 0);
            int res = result();
            while ((ring.cq().flags() & CompletionQueue.IORING_CQE_F_NOTIF) != 0) {
                notified++;
                res = result();
            }
            announced += ring.cq().hasMore() ? 1 : 0;
            full = res < 0;
            sent += Math.max(0, res);
        }
        assertThat(notified).as("notifications while nobody reads").isLessThan(announced);
        assertThat(ring.inFlight()).isEqualTo(announced - notified);
        while (sent > 0) {
            sent -= to.read(buffer);
        }
        for (; notified < announced; notified++) {
            expectNotification();
        }
        assertThat(ring.inFlight()).isZero();
    }

    @Test
    @Covers({"IORING_OP_SEND_ZC", "IORING_CQE_F_MORE", "IORING_CQE_F_NOTIF"})
    void theNotificationTellsThatTheLoopbackDeviceCopies() throws IOException {
        needs(IORING_OP_SENDMSG_ZC); // the flag came one release later
        sq().sendZc(from, bytes("x"), 0, UringFlags.IORING_SEND_ZC_REPORT_USAGE);
        assertThat(expectResultAndNotification(1)).isEqualTo(UringFlags.IORING_NOTIF_USAGE_ZC_COPIED);
    }

    @Test
    @Covers({"IORING_OP_SEND_ZC", "IORING_CQE_F_MORE", "IORING_CQE_F_NOTIF"})
    void aSendFromARegisteredBufferTakesASliceOfIt() throws IOException {
        MemorySegment buffer = bytes("0123456789");
        ring.register().buffers(buffer);
        sq().sendZcFixed(from, buffer.asSlice(3, 4), 0, 0, 0);
        expectResultAndNotification(4);
        assertThat(Pipe.read(to)).isEqualTo("3456");
    }

    @Test
    @Covers("IORING_OP_SEND_ZC")
    void memoryOutsideTheRegisteredBufferIsRefused() throws IOException {
        ring.register().buffers(arena.allocate(64));
        sq().sendZcFixed(from, arena.allocate(64), 0, 0, 0);
        assertThat(resultOfFailure()).isEqualTo(error(Errno.EFAULT));
    }

    @Test
    @Covers("IORING_OP_SEND_ZC")
    void aBufferThatIsNotRegisteredIsRefused() throws IOException {
        ring.register().buffers(arena.allocate(64));
        sq().sendZcFixed(from, arena.allocate(64), 0, 0, 1);
        assertThat(resultOfFailure()).isIn(error(Errno.EFAULT), error(Errno.EINVAL));
    }

    @Test
    @Covers({"IORING_OP_SENDMSG_ZC", "IORING_CQE_F_MORE", "IORING_CQE_F_NOTIF"})
    void aMessageIsGatheredWithoutCopying() throws IOException {
        needs(IORING_OP_SENDMSG_ZC);
        sq().sendmsgZc(from, Message.of(arena, bytes("several "), bytes("pieces")), 0);
        expectResultAndNotification(14);
        assertThat(Pipe.read(to)).isEqualTo("several pieces");
    }

    @Test
    @Covers({"IORING_OP_SENDMSG_ZC", "IORING_CQE_F_MORE", "IORING_CQE_F_NOTIF"})
    void aMessageIsGatheredFromOneRegisteredBuffer() throws IOException {
        needs(IORING_OP_READV_FIXED); // of the same release
        MemorySegment buffer = bytes("0123456789");
        ring.register().buffers(buffer);
        sq().sendmsgZcFixed(from, Message.of(arena, buffer.asSlice(7, 3), buffer.asSlice(1, 2)), 0, 0);
        expectResultAndNotification(5);
        assertThat(Pipe.read(to)).isEqualTo("78912");
    }

    @Test
    @Covers("IORING_OP_SEND_ZC")
    void aDatagramIsSentToAnAddressWithoutCopying() throws IOException {
        needs(IORING_OP_SEND_ZC);
        Fd receiver = datagrams();
        sq().sendZcTo(datagrams(), bytes("a datagram"), 0, 0, address(receiver));
        expectResultAndNotification(10);
        assertThat(Pipe.read(receiver)).isEqualTo("a datagram");
    }

    /** The notification, not the request, holds the buffer. */
    @Test
    @Covers({"IORING_OP_SEND_ZC", "IORING_UNREGISTER_BUFFERS", "IORING_CQE_F_NOTIF"})
    void aRegisteredBufferMayBeUnregisteredBeforeTheNotification() throws IOException {
        Kernel.needs(SetupFlag.IORING_SETUP_HYBRID_IOPOLL, "that unregisters without waiting for requests");
        MemorySegment buffer = arena.allocate(1 << 16).fill((byte) 'z');
        ring.register().buffers(buffer);
        sq().sendZcFixed(from, buffer, LibC.MSG_WAITALL(), 0, 0);
        assertThat(result()).isEqualTo(1 << 16);
        assertThat(ring.cq().hasMore()).isTrue();
        ring.register().unregisterBuffers();
        MemorySegment there = arena.allocate(1 << 16);
        for (long received = 0; received < there.byteSize(); ) {
            received += to.read(there.asSlice(received));
        }
        expectNotification();
        assertThat(there.mismatch(buffer)).isEqualTo(-1);
    }

    @Test
    @Covers({"IORING_OP_SEND_ZC", "IORING_CQE_F_MORE", "IORING_CQE_F_NOTIF"})
    void aSendTakesAnArrayOfPiecesWhereTheKernelHasIt() throws IOException {
        IovecArray pieces = IovecArray.of(arena, bytes("several "), bytes("pieces"), bytes(", not this"));
        sq().sendZc(from, pieces, 2, 0, 0);
        ring.submit();
        pieces.segment().fill((byte) 0); // the array is free, the pieces are not
        int result = result();
        assumeTrue(result != error(Errno.EINVAL), "needs IORING_SEND_VECTORIZED, Linux 6.17");
        assertThat(result).isEqualTo(14);
        assertThat(ring.cq().hasMore()).isTrue();
        expectNotification();
        assertThat(Pipe.read(to)).isEqualTo("several pieces");
    }

    @Test
    @Covers({"IORING_OP_SENDMSG_ZC", "IORING_CQE_F_MORE", "IORING_CQE_F_NOTIF"})
    void aDatagramIsSentWithoutCopying() throws IOException {
        needs(IORING_OP_SENDMSG_ZC);
        Fd receiver = datagrams();
        sq().sendmsgZc(datagrams(), Message.withAddress(Message.of(arena, bytes("a datagram")), address(receiver)), 0);
        expectResultAndNotification(10);
        assertThat(Pipe.read(receiver)).isEqualTo("a datagram");
    }

    @Test
    @Covers("IORING_OP_SEND_ZC")
    void aLocalSocketCannotAndItsNotificationComesAllTheSame() throws IOException {
        Pipe sockets = keep(Pipe.sockets());
        sq().sendZc(sockets.writer(), bytes("x"), 0, 0);
        assertThat(resultOfFailure()).isEqualTo(error(Errno.EOPNOTSUPP));
    }

    /** Whether a notification follows a failure, too, only the flag says. */
    private int resultOfFailure() throws IOException {
        int res = result();
        if (ring.cq().hasMore()) {
            expectNotification();
        }
        assertThat(ring.inFlight()).isZero();
        return res;
    }
}

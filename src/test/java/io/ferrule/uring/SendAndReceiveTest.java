package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.cmsghdr;
import io.ferrule.bindings.libc.msghdr;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Sending and receiving: bytes, datagrams, and messages of several pieces. */
class SendAndReceiveTest extends SocketTest {
    private final Pipe sockets = keep(openSockets());
    private final Fd one = sockets.writer();
    private final Fd other = sockets.reader();

    private static Pipe openSockets() {
        try {
            return Pipe.sockets();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    @Covers({"IORING_OP_SEND", "IORING_OP_RECV"})
    void whatIsSentIsReceived() throws IOException {
        MemorySegment buffer = arena.allocate(32);
        sq().send(one, bytes("to the other side"), 0).link();
        sq().recv(other, buffer, 0);
        assertThat(result()).isEqualTo(17);
        assertThat(text(buffer, result())).isEqualTo("to the other side");
    }

    @Test
    @Covers("IORING_OP_RECV")
    void receivingWaitsUntilSomethingComes() throws IOException {
        MemorySegment buffer = arena.allocate(32);
        sq().recv(other, buffer, 0);
        expectNothing();
        Pipe.write(one, "late");
        assertThat(text(buffer, result())).isEqualTo("late");
    }

    @Test
    @Covers("IORING_OP_RECV")
    void receivingCanPollBeforeTheFirstAttempt() throws IOException {
        needs(Opcode.IORING_OP_SOCKET); // of the same release as the flag
        Pipe.write(one, "there already");
        MemorySegment buffer = arena.allocate(32);
        sq().recv(other, buffer, 0).socketFlags(UringFlags.IORING_RECVSEND_POLL_FIRST);
        assertThat(text(buffer, result())).isEqualTo("there already");
    }

    @Test
    @Covers({"IORING_OP_RECV", "IORING_CQE_F_SOCK_NONEMPTY"})
    void receivingTellsWhetherTheSocketHoldsMore() throws IOException {
        needs(Opcode.IORING_OP_SOCKET); // of the same release as the flag
        Fd[] connection = connection();
        Pipe.write(connection[0], "more than fits");
        sq().recv(connection[1], arena.allocate(4), 0);
        assertThat(result()).isEqualTo(4);
        assertThat(ring.cq().flags() & CompletionQueue.IORING_CQE_F_SOCK_NONEMPTY)
                .isNotZero();
        sq().recv(connection[1], arena.allocate(32), 0);
        assertThat(result()).isEqualTo(10);
        assertThat(ring.cq().flags() & CompletionQueue.IORING_CQE_F_SOCK_NONEMPTY)
                .isZero();
    }

    @Test
    @Covers("IORING_OP_RECV")
    void theEndIsZeroBytes() throws IOException {
        one.close();
        sq().recv(other, arena.allocate(8), 0);
        assertThat(result()).isZero();
    }

    @Test
    @Covers("IORING_OP_SEND")
    void sendingToAPeerThatHasGoneIsAnErrorAndNotASignal() throws IOException {
        other.close();
        sq().send(one, bytes("x"), LibC.MSG_NOSIGNAL());
        assertThat(result()).isEqualTo(error(Errno.EPIPE));
    }

    @Test
    @Covers("IORING_OP_RECV")
    void peekingLeavesTheDataThere() throws IOException {
        Pipe.write(one, "look");
        MemorySegment buffer = arena.allocate(8);
        sq().recv(other, buffer, LibC.MSG_PEEK());
        assertThat(text(buffer, result())).isEqualTo("look");
        assertThat(Pipe.read(other)).isEqualTo("look");
    }

    @Test
    @Covers("IORING_OP_RECV")
    void itDoesNotWaitWhenToldSo() throws IOException {
        sq().recv(other, arena.allocate(8), LibC.MSG_DONTWAIT());
        assertThat(result()).isEqualTo(error(Errno.EAGAIN));
    }

    @Test
    @Covers("IORING_OP_RECV")
    void askedForAllItWaitsUntilTheBufferIsFull() throws IOException {
        MemorySegment buffer = arena.allocate(10);
        sq().recv(other, buffer, LibC.MSG_WAITALL());
        expectNothing();
        Pipe.write(one, "0123");
        expectNothing();
        Pipe.write(one, "456789");
        assertThat(text(buffer, result())).isEqualTo("0123456789");
    }

    @Test
    @Covers("IORING_OP_RECV")
    void askedForAllItGivesWhatThereWasAtTheEnd() throws IOException {
        MemorySegment buffer = arena.allocate(10);
        sq().recv(other, buffer, LibC.MSG_WAITALL());
        expectNothing();
        Pipe.write(one, "0123");
        expectNothing();
        one.close();
        assertThat(text(buffer, result())).isEqualTo("0123");
    }

    @Test
    @Covers("IORING_OP_RECVMSG")
    void aMessageAskedForInFullFillsAllItsPieces() throws IOException {
        MemorySegment first = arena.allocate(4);
        MemorySegment second = arena.allocate(6);
        sq().recvmsg(other, Message.of(arena, first, second), LibC.MSG_WAITALL());
        expectNothing();
        Pipe.write(one, "012");
        expectNothing();
        Pipe.write(one, "3456789");
        assertThat(result()).isEqualTo(10);
        assertThat(text(first) + "|" + text(second)).isEqualTo("0123|456789");
    }

    @Test
    @Covers({"IORING_OP_SEND", "IORING_OP_RECV"})
    void aDatagramThatDoesNotFitSaysHowLongItWas() throws IOException {
        Fd from = datagrams();
        Fd to = datagrams();
        MemorySegment buffer = arena.allocate(4);
        MemorySegment address = address(to);
        check(LibC.connect(from.number(), address, (int) address.byteSize()), "connect");
        sq().send(from, bytes("a datagram"), 0);
        assertThat(result()).isEqualTo(10);
        sq().recv(to, buffer, LibC.MSG_TRUNC());
        assertThat(result()).isEqualTo(10);
        assertThat(text(buffer)).isEqualTo("a da");
    }

    @Test
    @Covers({"IORING_OP_SEND", "IORING_OP_RECVMSG"})
    void aDatagramIsSentToAnAddress() throws IOException {
        needs(Opcode.IORING_OP_SENDMSG_ZC); // not older than addresses of IORING_OP_SEND
        Fd from = datagrams();
        Fd to = datagrams();
        MemorySegment buffer = arena.allocate(32);
        MemorySegment sender = arena.allocate(64);
        MemorySegment message = Message.withAddress(Message.of(arena, buffer), sender);
        sq().sendTo(from, bytes("to you"), 0, address(to)).link();
        sq().recvmsg(to, message, 0);
        assertThat(result()).isEqualTo(6);
        assertThat(text(buffer, result())).isEqualTo("to you");
        int length = msghdr.msg_namelen(message);
        assertThat(sender.asSlice(0, length).mismatch(address(from)))
                .as("the sender's address")
                .isEqualTo(-1);
    }

    @Test
    @Covers({"IORING_OP_SENDMSG", "IORING_OP_RECVMSG"})
    void aMessageThatDoesNotFitSaysSoInItsFlags() throws IOException {
        Fd from = datagrams();
        Fd to = datagrams();
        sq().sendmsg(from, Message.withAddress(Message.of(arena, bytes("a datagram")), address(to)), 0);
        assertThat(result()).isEqualTo(10);
        MemorySegment message = Message.of(arena, arena.allocate(4));
        sq().recvmsg(to, message, 0);
        assertThat(result()).isEqualTo(4);
        assertThat(msghdr.msg_flags(message) & LibC.MSG_TRUNC()).isNotZero();
    }

    @Test
    @Covers({"IORING_OP_SENDMSG", "IORING_OP_RECVMSG"})
    void aMessageIsGatheredFromItsPiecesAndScatteredIntoOthers() throws IOException {
        MemorySegment first = arena.allocate(5);
        MemorySegment second = arena.allocate(16);
        sq().sendmsg(one, Message.of(arena, bytes("one"), bytes("two"), bytes("three")), 0);
        assertThat(result()).isEqualTo(11);
        sq().recvmsg(other, Message.of(arena, first, second), 0);
        assertThat(result()).isEqualTo(11);
        assertThat(text(first) + "|" + text(second, 6)).isEqualTo("onetw|othree");
    }

    @Test
    @Covers({"IORING_OP_SENDMSG", "IORING_OP_RECVMSG"})
    void aDescriptorTravelsInControlData() throws IOException {
        Pipe pipe = keep(Pipe.open());
        long header = cmsghdr.sizeof();
        MemorySegment control = arena.allocate(header + 8, 8);
        cmsghdr.cmsg_len(control, header + Integer.BYTES);
        cmsghdr.cmsg_level(control, LibC.SOL_SOCKET());
        cmsghdr.cmsg_type(control, LibC.SCM_RIGHTS());
        control.set(ValueLayout.JAVA_INT, header, pipe.writer().number());
        sq().sendmsg(one, Message.withControl(Message.of(arena, bytes("!")), control), 0);
        assertThat(result()).isEqualTo(1);

        MemorySegment received = arena.allocate(header + 8, 8);
        sq().recvmsg(other, Message.withControl(Message.of(arena, arena.allocate(1)), received), 0);
        assertThat(result()).isEqualTo(1);
        Fd travelled = descriptor(received.get(ValueLayout.JAVA_INT, header));
        Pipe.write(travelled, "through the same pipe");
        assertThat(pipe.read()).isEqualTo("through the same pipe");
    }

    @Test
    @Covers("IORING_OP_SENDMSG")
    void aMessageMayBeOverwrittenAsSoonAsItIsSubmitted() throws IOException {
        int before = fill(one);
        MemorySegment message = Message.of(arena, bytes("the original "), bytes("message"));
        MemorySegment pieces = msghdr.msg_iov(message).reinterpret(32);
        sq().sendmsg(one, message, 0);
        expectNothing(); // it waits for room
        pieces.fill((byte) 0);
        message.fill((byte) 0);
        drain(other, before);
        assertThat(result()).isEqualTo(20);
        assertThat(Pipe.read(other)).isEqualTo("the original message");
    }

    @Test
    @Covers("IORING_OP_READV")
    void anIovecArrayMayBeOverwrittenAsSoonAsItIsSubmitted() throws IOException {
        IovecArray pieces = IovecArray.of(arena, arena.allocate(4), arena.allocate(4));
        MemorySegment first = arena.allocate(4);
        pieces.set(0, first);
        sq().readv(other, pieces, 2, -1);
        expectNothing();
        pieces.segment().fill((byte) 0);
        Pipe.write(one, "abcd");
        assertThat(text(first, result())).isEqualTo("abcd");
    }

    @Test
    @Covers("IORING_OP_SEND")
    void aSendTakesAnArrayOfPiecesWhereTheKernelHasIt() throws IOException {
        IovecArray pieces = IovecArray.of(arena, bytes("several "), bytes("pieces"));
        sq().send(one, pieces, 2, 0);
        int result = result();
        assumeTrue(result != error(Errno.EINVAL), "needs IORING_SEND_VECTORIZED, Linux 6.17");
        assertThat(result).isEqualTo(14);
        assertThat(Pipe.read(other)).isEqualTo("several pieces");
    }

    /** Sends until the socket takes no more. Returns how much it took. */
    private int fill(Fd socket) throws IOException {
        MemorySegment buffer = arena.allocate(1 << 14);
        int total = 0;
        for (; ; ) {
            sq().send(socket, buffer, LibC.MSG_DONTWAIT());
            int sent = result();
            if (sent < 0) {
                assertThat(sent).isEqualTo(error(Errno.EAGAIN));
                return total;
            }
            total += sent;
        }
    }

    private void drain(Fd socket, int count) {
        MemorySegment buffer = arena.allocate(1 << 16);
        for (int left = count; left > 0; ) {
            int read = socket.read(buffer.asSlice(0, Math.min(left, buffer.byteSize())));
            assertThat(read).isPositive();
            left -= read;
        }
    }
}

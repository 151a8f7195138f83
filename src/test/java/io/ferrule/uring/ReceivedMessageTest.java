package io.ferrule.uring;

import static io.ferrule.uring.Opcode.IORING_OP_SEND_ZC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.cmsghdr;
import io.ferrule.bindings.libc.msghdr;
import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Allocation;
import io.ferrule.testing.Covers;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A message in a provided buffer is taken apart as liburing does it, and never beyond the buffer. */
@Covers({"IORING_OP_RECVMSG", "IORING_CQE_F_MORE", "IOSQE_BUFFER_SELECT", "IORING_REGISTER_PBUF_RING"})
class ReceivedMessageTest extends SocketTest {
    private static final int GROUP = 3;
    private static final int SIZE = 256;
    private static final int COUNT = 4;
    private static final int HEADER = 16;

    private BufferGroup buffers;
    private Fd receiver;
    private long sum;

    @BeforeEach
    void open() throws IOException {
        needs(IORING_OP_SEND_ZC); // receiving again and again is of the same release
        buffers = keep(BufferGroup.open(ring, GROUP, arena.allocate(COUNT * SIZE), SIZE));
        buffers.giveAll();
        receiver = datagrams();
    }

    @Test
    void nameAndPayloadLieWhereLiburingFindsThem() throws IOException {
        MemorySegment room = room(28, 0);
        ReceivedMessage message = new ReceivedMessage(room);
        ring.sq().next().recvmsgMultishot(receiver, room, 0, GROUP);
        for (int i = 0; i < 2; i++) {
            Fd sender = datagrams();
            send(sender, "datagram " + i);
            int length = result();
            MemorySegment buffer = buffers.buffer(ring.cq().bufferId());
            message.moveTo(buffer, length);
            assertThat(ring.cq().hasMore()).isTrue();
            assertThat(text(message.payload())).isEqualTo("datagram " + i);
            assertThat(message.name().mismatch(address(sender))).isEqualTo(-1);
            assertThat(message.control().byteSize()).isZero();
            assertThat(message.flags()).isZero();

            MemorySegment out = LibUring.io_uring_recvmsg_validate(buffer, length, room);
            assertThat(message.name().address())
                    .isEqualTo(LibUring.io_uring_recvmsg_name(out).address());
            assertThat(message.payload().address())
                    .isEqualTo(LibUring.io_uring_recvmsg_payload(out, room).address());
            assertThat(message.payloadLength()).isEqualTo(LibUring.io_uring_recvmsg_payload_length(out, length, room));
        }
    }

    @Test
    void controlDataLiesBetweenNameAndPayload() throws IOException {
        MemorySegment on = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
        check(LibC.setsockopt(receiver.number(), LibC.IPPROTO_IP(), LibC.IP_PKTINFO(), on, 4), "setsockopt");
        MemorySegment room = room(16, 64);
        ReceivedMessage message = new ReceivedMessage(room);
        ring.sq().next().recvmsgMultishot(receiver, room, 0, GROUP);
        send(datagrams(), "with control data");
        int length = result();
        MemorySegment buffer = buffers.buffer(ring.cq().bufferId());
        message.moveTo(buffer, length);
        MemorySegment control = message.control();
        assertThat(control.byteSize()).isBetween(cmsghdr.sizeof(), 64L);
        assertThat(cmsghdr.cmsg_type(control)).isEqualTo(LibC.IP_PKTINFO());
        MemorySegment out = LibUring.io_uring_recvmsg_validate(buffer, length, room);
        assertThat(control.address())
                .isEqualTo(LibUring.io_uring_recvmsg_cmsg_firsthdr(out, room).address());
        assertThat(text(message.payload())).isEqualTo("with control data");
    }

    @Test
    void whatIsCutOffIsToldInFull() throws IOException {
        MemorySegment room = room(8, 0);
        ReceivedMessage message = new ReceivedMessage(room);
        ring.sq().next().recvmsgMultishot(receiver, room, 0, GROUP);
        send(datagrams(), "x".repeat(SIZE));
        next(message);
        assertThat(message.nameLength()).isEqualTo(8);
        assertThat(message.wholeNameLength()).isEqualTo(16);
        assertThat(message.payloadLength()).isEqualTo(SIZE - HEADER - 8);
        assertThat(message.wholePayloadLength()).isIn((long) SIZE, (long) SIZE - HEADER - 8);
        assertThat(message.flags() & LibC.MSG_TRUNC()).isEqualTo(LibC.MSG_TRUNC());
    }

    @Test
    void anEmptyDatagramHasANameAndNoPayload() throws IOException {
        MemorySegment room = room(16, 0);
        ring.sq().next().recvmsgMultishot(receiver, room, 0, GROUP);
        Fd sender = datagrams();
        send(sender, "");
        ReceivedMessage message = next(new ReceivedMessage(room));
        assertThat(message.payloadLength()).isZero();
        assertThat(message.name().mismatch(address(sender))).isEqualTo(-1);
    }

    /** What a completion says is believed only as far as the buffer goes. */
    @Test
    void aResultThatDoesNotFitIsRefused() {
        ReceivedMessage message = new ReceivedMessage(room(16, 32));
        int least = HEADER + 16 + 32;
        assertThat(message.moveTo(buffers.buffer(0), least).payloadLength()).isZero();
        assertThat(message.moveTo(buffers.buffer(0), SIZE).payloadLength()).isEqualTo(SIZE - least);
        int[] refused = {least - 1, SIZE + 1, 0, error(Errno.ENOBUFS), Integer.MIN_VALUE, Integer.MAX_VALUE};
        for (int result : refused) {
            assertThatIllegalArgumentException()
                    .as("result " + result)
                    .isThrownBy(() -> message.moveTo(buffers.buffer(0), result))
                    .withMessageContaining("does not lie in a buffer of " + SIZE);
        }
    }

    /** The lengths in the header are the kernel's; were they anything else, they would still not reach beyond their room. */
    @Test
    void lengthsInTheHeaderReachNoFurtherThanTheirRoom() {
        MemorySegment buffer = buffers.buffer(0).fill((byte) -1);
        ReceivedMessage message = new ReceivedMessage(room(16, 32)).moveTo(buffer, 100);
        assertThat(message.nameLength()).isEqualTo(16);
        assertThat(message.controlLength()).isEqualTo(32);
        assertThat(message.payloadLength()).isEqualTo(100 - HEADER - 16 - 32);
        assertThat(message.wholeNameLength()).isEqualTo(0xffff_ffffL);
    }

    @Test
    void roomThatNoBufferHasIsRefusedAndNotWrappedRound() {
        MemorySegment room = room(0, 0);
        msghdr.msg_namelen(room, -1);
        ReceivedMessage message = new ReceivedMessage(room);
        assertThatIllegalArgumentException().isThrownBy(() -> message.moveTo(buffers.buffer(0), SIZE));
        msghdr.msg_controllen(room, Long.MAX_VALUE);
        ReceivedMessage other = new ReceivedMessage(room);
        assertThatIllegalArgumentException().isThrownBy(() -> other.moveTo(buffers.buffer(0), SIZE));
        msghdr.msg_controllen(room, -1);
        assertThatIllegalArgumentException().isThrownBy(() -> new ReceivedMessage(room));
    }

    @Test
    void beforeTheFirstMessageThereIsNothingToTell() {
        ReceivedMessage message = new ReceivedMessage(room(16, 0));
        assertThatIllegalStateException().isThrownBy(message::nameLength).withMessageContaining("moveTo");
    }

    @Test
    void goingFromMessageToMessageAllocatesNothing() throws Exception {
        ReceivedMessage message = new ReceivedMessage(room(16, 0));
        MemorySegment one = buffers.buffer(0);
        MemorySegment other = buffers.buffer(1);
        Allocation.assertNone(50_000, () -> {
            message.moveTo(one, SIZE);
            sum += message.nameLength() + message.payloadOffset() + message.payloadLength();
            message.moveTo(other, SIZE - 1);
            sum += message.nameLength() + message.payloadOffset() + message.payloadLength();
        });
    }

    /** Puts it on the next message that comes. */
    private ReceivedMessage next(ReceivedMessage message) throws IOException {
        int length = result();
        return message.moveTo(buffers.buffer(ring.cq().bufferId()), length);
    }

    /** How much room the parts of a message get. */
    private MemorySegment room(int name, int control) {
        MemorySegment room = msghdr.allocate(arena);
        msghdr.msg_namelen(room, name);
        msghdr.msg_controllen(room, control);
        return room;
    }

    private void send(Fd sender, String text) {
        MemorySegment to = address(receiver);
        long sent = LibC.sendto(sender.number(), bytes(text), text.length(), 0, to, (int) to.byteSize());
        assertThat(sent).isEqualTo(text.length());
    }
}

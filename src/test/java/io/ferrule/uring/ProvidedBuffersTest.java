package io.ferrule.uring;

import static io.ferrule.uring.Opcode.IORING_OP_PROVIDE_BUFFERS;
import static io.ferrule.uring.Opcode.IORING_OP_SEND_ZC;
import static io.ferrule.uring.Opcode.IORING_OP_SOCKET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.msghdr;
import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.bindings.liburing.io_uring_recvmsg_out;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading and receiving into buffers that the kernel picks from a group, once and again and again. */
class ProvidedBuffersTest extends SocketTest {
    private static final int GROUP = 7;
    private static final int COUNT = 4;
    private static final int SIZE = 256;

    private Pipe sockets;
    private BufferGroup buffers;
    private MemorySegment memory;

    @BeforeEach
    void openSockets() throws IOException {
        sockets = keep(Pipe.sockets());
        memory = arena.allocate(COUNT * SIZE);
    }

    private void openBuffers() throws IOException {
        needs(IORING_OP_SOCKET); // buffer rings are of the same release
        buffers = keep(BufferGroup.open(ring, GROUP, memory, SIZE));
    }

    /** What came in the buffer that the last completion names. */
    private String received(int length) {
        assertThat(length).isPositive();
        return text(buffers.buffer(ring.cq().bufferId()), length);
    }

    @Test
    @Covers({"IORING_OP_RECV", "IORING_CQE_F_BUFFER", "IOSQE_BUFFER_SELECT", "IORING_REGISTER_PBUF_RING"})
    void receivingPicksABufferAndSaysWhich() throws IOException {
        openBuffers();
        buffers.give(2);
        sockets.write("into some buffer");
        sq().recv(sockets.reader(), 0, 0, GROUP);
        assertThat(result()).isEqualTo(16);
        assertThat(ring.cq().bufferId()).isEqualTo(2);
        assertThat(text(buffers.buffer(2), 16)).isEqualTo("into some buffer");
    }

    @Test
    @Covers({"IORING_OP_RECV", "IORING_CQE_F_BUFFER", "IOSQE_BUFFER_SELECT", "IORING_REGISTER_PBUF_RING"})
    void receivingTakesNoMoreThanItsLength() throws IOException {
        openBuffers();
        buffers.give(0);
        sockets.write("0123456789");
        sq().recv(sockets.reader(), 4, 0, GROUP);
        assertThat(received(result())).isEqualTo("0123");
    }

    @Test
    @Covers({"IORING_CQE_F_BUFFER", "IOSQE_BUFFER_SELECT", "IORING_REGISTER_PBUF_RING"})
    void readingPicksABufferToo() throws IOException {
        openBuffers();
        buffers.give(3);
        sockets.write("read");
        sq().read(sockets.reader(), MemorySegment.NULL, -1).bufferGroup(GROUP);
        assertThat(received(result())).isEqualTo("read");
        assertThat(ring.cq().bufferId()).isEqualTo(3);
    }

    @Test
    @Covers({"IORING_OP_RECV", "IORING_REGISTER_PBUF_RING"})
    void anEmptyGroupIsAnError() throws IOException {
        openBuffers();
        sockets.write("nowhere to go");
        sq().recv(sockets.reader(), 0, 0, GROUP);
        assertThat(result()).isEqualTo(error(Errno.ENOBUFS));
        assertThat(ring.cq().bufferId()).as("buffer").isEqualTo(-1);
        assertThat(sockets.read()).as("still there").isEqualTo("nowhere to go");
    }

    @Test
    @Covers("IORING_OP_RECV")
    void aGroupThatDoesNotExistIsAnError() throws IOException {
        sockets.write("x");
        sq().recv(sockets.reader(), 0, 0, GROUP + 1);
        assertThat(result()).isEqualTo(error(Errno.ENOBUFS));
    }

    @Test
    @Covers({
        "IORING_OP_RECV",
        "IORING_CQE_F_MORE",
        "IORING_CQE_F_BUFFER",
        "IOSQE_BUFFER_SELECT",
        "IORING_REGISTER_PBUF_RING"
    })
    void aMultishotGoesOnUntilTheEnd() throws IOException {
        needs(IORING_OP_SEND_ZC); // of the same release
        openBuffers();
        buffers.give(0, 1, 2, 3);
        sq().recvMultishot(sockets.reader(), 0, GROUP);
        expectNothing();
        for (int i = 0; i < 3; i++) {
            sockets.write("message " + i);
            assertThat(received(result())).isEqualTo("message " + i);
            assertThat(ring.cq().hasMore()).isTrue();
        }
        sockets.writer().close();
        assertThat(result()).isZero();
        assertThat(ring.cq().hasMore()).isFalse();
    }

    @Test
    @Covers({"IORING_OP_RECV", "IORING_REGISTER_PBUF_RING"})
    void aMultishotEndsWhenItIsCancelled() throws IOException {
        needs(IORING_OP_SEND_ZC);
        openBuffers();
        buffers.give(0);
        sq().recvMultishot(sockets.reader(), 0, GROUP).userData(1);
        expectNothing();
        sq().cancel(1, 0).userData(2);
        assertThat(results(2)).containsExactly(error(Errno.ECANCELED), 0);
        assertThat(ring.inFlight()).isZero();
    }

    @Test
    @Covers({
        "IORING_OP_RECV",
        "IORING_CQE_F_MORE",
        "IORING_CQE_F_BUFFER",
        "IOSQE_BUFFER_SELECT",
        "IORING_REGISTER_PBUF_RING"
    })
    void aMultishotWithoutBuffersEndsAndLosesNothing() throws IOException {
        needs(IORING_OP_SEND_ZC);
        openBuffers();
        buffers.give(0);
        sq().recvMultishot(sockets.reader(), 0, GROUP);
        sockets.write("first");
        assertThat(received(result())).isEqualTo("first");
        assertThat(ring.cq().hasMore()).isTrue();

        sockets.write("second");
        assertThat(result()).isEqualTo(error(Errno.ENOBUFS));
        assertThat(ring.cq().hasMore()).isFalse();
        assertThat(ring.cq().bufferId()).as("buffer").isEqualTo(-1);

        buffers.give(0);
        sq().recvMultishot(sockets.reader(), 0, GROUP);
        assertThat(received(result())).isEqualTo("second");
    }

    @Test
    @Covers({"IORING_OP_RECV", "IORING_REGISTER_PBUF_RING"})
    void noBufferIsLostOrDoubledWhileTheGroupRunsOutAgainAndAgain() throws IOException {
        needs(IORING_OP_SEND_ZC);
        openBuffers();
        boolean[] given = {true, true, true, true};
        buffers.give(0, 1, 2, 3);
        sq().recvMultishot(sockets.reader(), 0, GROUP);
        ring.submit();
        MemorySegment numbers = arena.allocate(ValueLayout.JAVA_INT, 8);
        int sent = 0;
        int expected = 0;
        for (int round = 0; round < 200; round++) {
            for (int i = 0; i < 8; i++) {
                numbers.setAtIndex(ValueLayout.JAVA_INT, i, sent++);
            }
            // Two buffers more than there are, so that each round ends with none left.
            for (int i = 0; i < 6; i++) {
                sockets.writer().write(numbers.asSlice(i * 4L, i == 5 ? 12 : 4));
            }
            while (expected < sent) {
                int length = result();
                if (length == error(Errno.ENOBUFS)) {
                    assertThat(ring.cq().hasMore()).isFalse();
                    assertThat(given).as("buffers the kernel has").containsOnly(false);
                    buffers.give(0, 1, 2, 3);
                    Arrays.fill(given, true);
                    sq().recvMultishot(sockets.reader(), 0, GROUP);
                    continue;
                }
                int id = ring.cq().bufferId();
                assertThat(given[id]).as("buffer " + id + " was given").isTrue();
                given[id] = false;
                for (int i = 0; i < length / 4; i++) {
                    assertThat(buffers.buffer(id).getAtIndex(ValueLayout.JAVA_INT, i))
                            .isEqualTo(expected++);
                }
                if (!ring.cq().hasMore()) {
                    sq().recvMultishot(sockets.reader(), 0, GROUP);
                }
            }
        }
    }

    @Test
    @Covers({"IORING_OP_RECVMSG", "IORING_CQE_F_MORE", "IORING_REGISTER_PBUF_RING"})
    void datagramsComeWithTheirSendersAddress() throws IOException {
        needs(IORING_OP_SEND_ZC);
        openBuffers();
        buffers.give(0, 1);
        Fd to = datagrams();
        MemorySegment room = Message.of(arena, MemorySegment.NULL);
        msghdr.msg_iovlen(room, 0);
        msghdr.msg_namelen(room, 32);
        sq().recvmsgMultishot(to, room, 0, GROUP);
        expectNothing();
        for (int i = 0; i < 2; i++) {
            Fd from = datagrams();
            sq().sendTo(from, bytes("datagram " + i), 0, address(to)).skipSuccess();
            int length = result();
            assertThat(ring.cq().hasMore()).isTrue();
            MemorySegment out = LibUring.io_uring_recvmsg_validate(
                            buffers.buffer(ring.cq().bufferId()), length, room)
                    .reinterpret(length);
            int addressLength = io_uring_recvmsg_out.namelen(out);
            MemorySegment address = LibUring.io_uring_recvmsg_name(out).reinterpret(addressLength);
            assertThat(address.mismatch(address(from)))
                    .as("the sender's address")
                    .isEqualTo(-1);
            int payload = LibUring.io_uring_recvmsg_payload_length(out, length, room);
            assertThat(text(LibUring.io_uring_recvmsg_payload(out, room).reinterpret(payload)))
                    .isEqualTo("datagram " + i);
        }
    }

    @Test
    @Covers({
        "IORING_OP_READ_MULTISHOT",
        "IORING_CQE_F_MORE",
        "IORING_CQE_F_BUFFER",
        "IOSQE_BUFFER_SELECT",
        "IORING_REGISTER_PBUF_RING"
    })
    void aPipeIsReadAgainAndAgain() throws IOException {
        needs(Opcode.IORING_OP_READ_MULTISHOT);
        openBuffers();
        buffers.give(0, 1, 2);
        Pipe pipe = keep(Pipe.open());
        sq().readMultishot(pipe.reader(), 0, -1, GROUP);
        expectNothing();
        for (int i = 0; i < 3; i++) {
            pipe.write("part " + i);
            assertThat(received(result())).isEqualTo("part " + i);
            assertThat(ring.cq().hasMore()).isTrue();
        }
        pipe.write("no buffer");
        assertThat(result()).isEqualTo(error(Errno.ENOBUFS));
        assertThat(ring.cq().hasMore()).isFalse();
    }

    @Test
    @Covers({"IORING_OP_READ_MULTISHOT", "IORING_REGISTER_PBUF_RING"})
    void aRegularFileCannotBeReadAgainAndAgain(@TempDir Path folder) throws IOException {
        needs(Opcode.IORING_OP_READ_MULTISHOT);
        openBuffers();
        buffers.give(0);
        Fd file = keep(Fd.open(folder.resolve("file"), LibC.O_RDWR() | LibC.O_CREAT(), 0600));
        sq().readMultishot(file, 0, 0, GROUP);
        assertThat(result()).isEqualTo(error(Errno.EBADFD));
        assertThat(ring.cq().hasMore()).isFalse();
    }

    @Test
    @Covers({"IORING_OP_RECV", "IORING_REGISTER_PBUF_RING", "IORING_REGISTER_PBUF_STATUS"})
    void howManyAreLeftCanBeAsked() throws IOException {
        needs(Opcode.IORING_OP_FIXED_FD_INSTALL); // of the same release
        openBuffers();
        buffers.give(0, 1, 2);
        assertThat(buffers.ring().available()).isEqualTo(3);
        sockets.write("x");
        sq().recv(sockets.reader(), 0, 0, GROUP);
        assertThat(result()).isEqualTo(1);
        assertThat(buffers.ring().available()).isEqualTo(2);
    }

    @Test
    @Covers("IORING_REGISTER_PBUF_RING")
    void aGroupIsMadeOnce() throws IOException {
        openBuffers();
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> ring.register().bufferRing(GROUP, COUNT, 0))
                .matches(e -> e.errno() == Errno.EEXIST);
    }

    @Test
    @Covers({"IORING_OP_PROVIDE_BUFFERS", "IORING_OP_RECV", "IORING_CQE_F_BUFFER", "IOSQE_BUFFER_SELECT"})
    void buffersCanBeProvidedByRequestsToo() throws IOException {
        needs(IORING_OP_PROVIDE_BUFFERS);
        sq().provideBuffers(memory, SIZE, GROUP, 10);
        assertThat(result()).isNotNegative();
        sq().recv(sockets.reader(), SIZE, 0, GROUP);
        sockets.write("the older way");
        int length = result();
        assertThat(ring.cq().bufferId()).isBetween(10, 10 + COUNT - 1);
        assertThat(text(memory.asSlice((ring.cq().bufferId() - 10L) * SIZE, length)))
                .isEqualTo("the older way");
    }

    @Test
    @Covers({"IORING_OP_PROVIDE_BUFFERS", "IORING_OP_REMOVE_BUFFERS"})
    void theyAreTakenBackByRequests() throws IOException {
        needs(IORING_OP_PROVIDE_BUFFERS);
        sq().provideBuffers(memory, SIZE, GROUP, 0);
        assertThat(result()).isNotNegative();
        sq().removeBuffers(3, GROUP);
        assertThat(result()).isEqualTo(3);
        sq().removeBuffers(3, GROUP);
        assertThat(result()).as("those that were left").isEqualTo(1);
        sq().removeBuffers(1, GROUP + 1000);
        assertThat(result()).as("of a group that never was").isEqualTo(error(Errno.ENOENT));
    }

    @Test
    @Covers({"IORING_OP_PROVIDE_BUFFERS", "IORING_OP_REMOVE_BUFFERS", "IORING_REGISTER_PBUF_RING"})
    void requestsAddNothingToABufferRing() throws IOException {
        needs(IORING_OP_PROVIDE_BUFFERS);
        openBuffers();
        sq().provideBuffers(memory, SIZE, GROUP, 0);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
        sq().removeBuffers(1, GROUP);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }
}

package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Sending from and receiving into several provided buffers with one request. How many of them a completion covers is the kernel's choice: Linux 6.12
 * fills one at first, and several only where the socket has told how much more it holds, which Unix sockets do not.
 */
class BundleTest extends SocketTest {
    private static final int GROUP = 1;
    private static final int COUNT = 4;
    private static final int SIZE = 16;

    private Pipe sockets;
    private BufferGroup buffers;
    private MemorySegment memory;

    @BeforeEach
    void open() throws IOException {
        needs(Feature.IORING_FEAT_RECVSEND_BUNDLE);
        sockets = keep(Pipe.sockets());
        memory = arena.allocate(COUNT * SIZE);
        buffers = keep(BufferGroup.open(ring, GROUP, memory, SIZE));
    }

    @Test
    @Covers({
        "IORING_OP_RECV",
        "IORING_CQE_F_MORE",
        "IORING_CQE_F_BUFFER",
        "IOSQE_BUFFER_SELECT",
        "IORING_REGISTER_PBUF_RING",
        "IORING_FEAT_RECVSEND_BUNDLE"
    })
    void oneCompletionCoversConsecutiveBuffers() throws IOException {
        buffers.giveAll();
        Fd[] connection = connection();
        String sent = "0123456789abcdef".repeat(COUNT);
        Pipe.write(connection[0], sent);
        sq().recvMultishot(connection[1], 0, GROUP).socketFlags(UringFlags.IORING_RECVSEND_BUNDLE);
        StringBuilder received = new StringBuilder();
        int completions = 0;
        for (; received.length() < sent.length(); completions++) {
            int length = result();
            assertThat(ring.cq().bufferId()).as("the first of them").isEqualTo(received.length() / SIZE);
            received.append(text(memory.asSlice(received.length(), length)));
        }
        assertThat(received).hasToString(sent);
        assertThat(completions).as("completions, for " + COUNT + " buffers").isLessThan(COUNT);
    }

    @Test
    @Covers({
        "IORING_OP_RECV",
        "IORING_CQE_F_BUFFER",
        "IOSQE_BUFFER_SELECT",
        "IORING_REGISTER_PBUF_RING",
        "IORING_FEAT_RECVSEND_BUNDLE"
    })
    void theNextBundleStartsWithTheNextBuffer() throws IOException {
        buffers.giveAll();
        sockets.write("0123456789abcdefrest");
        for (int received = 0; received < 20; received += ring.cq().res()) {
            sq().recv(sockets.reader(), 0, 0, GROUP).socketFlags(UringFlags.IORING_RECVSEND_BUNDLE);
            assertThat(result()).isPositive();
        }
        sockets.write("second");
        sq().recv(sockets.reader(), 0, 0, GROUP).socketFlags(UringFlags.IORING_RECVSEND_BUNDLE);
        assertThat(result()).isEqualTo(6);
        assertThat(ring.cq().bufferId()).isEqualTo(2);
        assertThat(text(buffers.buffer(2), 6)).isEqualTo("second");
    }

    @Test
    @Covers({
        "IORING_OP_RECV",
        "IORING_CQE_F_MORE",
        "IORING_CQE_F_BUFFER",
        "IOSQE_BUFFER_SELECT",
        "IORING_REGISTER_PBUF_RING",
        "IORING_FEAT_RECVSEND_BUNDLE"
    })
    void aMultishotTakesBundlesToo() throws IOException {
        buffers.giveAll();
        sq().recvMultishot(sockets.reader(), 0, GROUP).socketFlags(UringFlags.IORING_RECVSEND_BUNDLE);
        expectNothing();
        sockets.write("0123456789abcdefrest");
        for (int received = 0; received < 20; received += ring.cq().res()) {
            assertThat(result()).isPositive();
            assertThat(ring.cq().bufferId()).isEqualTo(received / SIZE);
            assertThat(ring.cq().hasMore()).isTrue();
        }
        sockets.write("second");
        assertThat(result()).isEqualTo(6);
        assertThat(ring.cq().bufferId()).isEqualTo(2);
    }

    @Test
    @Covers({"IORING_OP_SEND", "IORING_CQE_F_BUFFER", "IOSQE_BUFFER_SELECT", "IORING_FEAT_RECVSEND_BUNDLE"})
    void aBundleIsSentInTheOrderItsBuffersWereGiven() throws IOException {
        String[] texts = {"one ", "two ", "three"};
        for (int id = 0; id < texts.length; id++) {
            MemorySegment text = bytes(texts[id]);
            buffers.ring().add(text, id);
        }
        buffers.ring().publish();
        sq().sendBundle(sockets.writer(), 0, LibC.MSG_WAITALL(), GROUP);
        assertThat(result()).isEqualTo(13);
        assertThat(ring.cq().bufferId()).as("the first of them").isZero();
        assertThat(ring.cq().hasMore()).isFalse();
        assertThat(sockets.read()).isEqualTo("one two three");
    }

    @Test
    @Covers({
        "IORING_OP_SEND",
        "IORING_CQE_F_MORE",
        "IORING_CQE_F_BUFFER",
        "IOSQE_BUFFER_SELECT",
        "IORING_REGISTER_PBUF_RING",
        "IORING_FEAT_RECVSEND_BUNDLE"
    })
    void sendingGoesOnBundleAfterBundleUntilTheGroupIsEmpty() throws IOException {
        buffers.giveAll();
        memory.fill((byte) '.');
        sq().sendBundle(sockets.writer(), 2 * SIZE, LibC.MSG_WAITALL(), GROUP);
        assertThat(result()).as("the first bundle, no longer than asked").isEqualTo(2 * SIZE);
        assertThat(ring.cq().bufferId()).isZero();
        assertThat(ring.cq().hasMore()).isTrue();
        assertThat(result()).as("the second").isEqualTo(2 * SIZE);
        assertThat(ring.cq().bufferId()).isEqualTo(2);
        assertThat(ring.cq().hasMore()).isFalse();
        assertThat(sockets.read()).hasSize(4 * SIZE);
    }
}

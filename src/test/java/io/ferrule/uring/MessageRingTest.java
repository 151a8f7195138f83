package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Completions posted on another ring. */
class MessageRingTest extends OperationTest {
    @BeforeEach
    void needMessages() throws IOException {
        needs(Opcode.IORING_OP_MSG_RING);
    }

    private IoUring target(RingOptions options) {
        return keep(openRing(options.messageTarget()));
    }

    private static Fd descriptor(IoUring ring) {
        return Fd.borrow(ring.descriptor());
    }

    @Test
    @Covers("IORING_OP_MSG_RING")
    void aMessageArrivesWithItsResultAndUserData() throws IOException {
        IoUring target = target(RingOptions.defaults());
        sq().messageRing(descriptor(target), 42, 1L << 50).userData(7);
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(7, 0));
        assertThat(Completion.next(target)).isEqualTo(Completion.of(1L << 50, 42));
    }

    @Test
    @Covers({"IORING_OP_MSG_RING", "IORING_CQE_F_BUFFER"})
    void aMessageArrivesWithItsFlags() throws IOException {
        needs(Opcode.IORING_OP_READ_MULTISHOT); // somewhat newer than the flag
        IoUring target = target(RingOptions.defaults());
        sq().messageRing(descriptor(target), 0, 5, CompletionQueue.IORING_CQE_F_BUFFER | 9 << 16);
        assertThat(result()).isZero();
        assertThat(Completion.next(target)).isEqualTo(Completion.of(5, 0));
        assertThat(target.cq().bufferId()).isEqualTo(9);
    }

    /** Each look finds something, so that the queue is never read to its end. */
    @Test
    @Covers("IORING_OP_MSG_RING")
    void whatHasBeenReadMakesRoomForMore() throws IOException {
        IoUring target =
                keep(IoUring.open(2, RingVariant.withoutDefaults().cqEntries(4).messageTarget()));
        for (int i = 0; i < 100; i += 2) {
            for (int message = i; message < i + 2; message++) {
                sq().messageRing(descriptor(target), 0, message);
                assertThat(result()).isZero();
            }
            if (i > 0) {
                assertNext(target, i - 1);
            }
            assertNext(target, i);
        }
        assertThat(target.cq().overflows()).isZero();
    }

    private static void assertNext(IoUring target, long userData) {
        assertThat(target.cq().next()).isTrue();
        assertThat(target.cq().userData()).isEqualTo(userData);
    }

    @Test
    @Covers("IORING_OP_MSG_RING")
    void allMessagesArriveThoughTheQueueIsFull() throws IOException {
        IoUring target = target(RingOptions.defaults().cqEntries(64));
        int count = 500;
        for (int i = 0; i < count; i++) {
            sq().messageRing(descriptor(target), 0, i);
            assertThat(result()).isZero();
        }
        assertThat(Completion.userData(target, count))
                .isEqualTo(IntStream.range(0, count).asLongStream().toArray());
    }

    @Test
    @Covers("IORING_OP_MSG_RING")
    void aRingOfAnotherThreadGetsMessagesToo() throws Exception {
        CompletableFuture<Integer> descriptor = new CompletableFuture<>();
        OtherThread<Completion> other = OtherThread.start("target", () -> {
            try (IoUring target = openRing(RingOptions.defaults().messageTarget())) {
                descriptor.complete(target.descriptor());
                return Completion.next(target);
            }
        });
        sq().messageRing(Fd.borrow(descriptor.get(20, TimeUnit.SECONDS)), 1, 2);
        assertThat(result()).isZero();
        assertThat(other.result()).isEqualTo(Completion.of(2, 1));
    }

    @Test
    @Covers("IORING_OP_MSG_RING")
    void aRingThatIsDisabledStillTakesNoMessages() throws IOException {
        IoUring target = target(RingOptions.defaults().with(SetupFlag.IORING_SETUP_R_DISABLED));
        sq().messageRing(descriptor(target), 0, 0);
        assertThat(result()).isEqualTo(error(Errno.EBADFD));
    }

    @Test
    @Covers("IORING_OP_MSG_RING")
    void onlyRingsTakeMessages() throws IOException {
        sq().messageRing(keep(Pipe.open()).writer(), 0, 0);
        assertThat(result()).isEqualTo(error(Errno.EBADFD));
    }

    @Test
    @Covers("IORING_REGISTER_SEND_MSG_RING")
    void aMessageNeedsNoRingToSendIt() throws IOException {
        needs(Opcode.IORING_OP_READV_FIXED); // somewhat newer than the call
        IoUring target = target(RingOptions.defaults());
        Registration.message(descriptor(target), 3, 4);
        assertThat(Completion.next(target)).isEqualTo(Completion.of(4, 3));
    }
}

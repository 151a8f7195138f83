package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.sys.Errno;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A ring changes its size while it is in use, and nothing in it is lost. */
@Covers({"IORING_REGISTER_RESIZE_RINGS", "IORING_SETUP_DEFER_TASKRUN"})
@Timeout(30)
class ResizeTest {
    private IoUring ring;

    @BeforeEach
    void open() throws IOException {
        ring = resizable(RingOptions.defaults(), 8);
    }

    @AfterEach
    void close() {
        if (ring != null) {
            ring.close();
        }
    }

    @Test
    void bothQueuesGrow() throws IOException {
        ring.resize(60, 250);
        assertThat(ring.sq().entries()).isEqualTo(64);
        assertThat(ring.cq().entries()).isEqualTo(256);
        fill(0, 64);
        assertThat(ring.sq().spaceLeft()).isZero();
        assertThat(Completion.userData(ring, 64)).isEqualTo(numbers(0, 64));
    }

    @Test
    void bothQueuesShrink() throws IOException {
        ring.resize(2, 4);
        assertThat(ring.sq().entries()).isEqualTo(2);
        assertThat(ring.cq().entries()).isEqualTo(4);
        fill(0, 2);
        assertThat(Completion.userData(ring, 2)).isEqualTo(numbers(0, 2));
    }

    @Test
    void theCompletionsInTheQueueStay() throws IOException {
        fill(0, 8);
        ring.submit();
        ring.resize(64, 128);
        fill(8, 20);
        assertThat(Completion.userData(ring, 20)).isEqualTo(numbers(0, 20));
    }

    @Test
    void theCompletionsStayWhereTheQueueHasWrapped() throws IOException {
        fill(0, 8);
        assertThat(Completion.userData(ring, 8)).isEqualTo(numbers(0, 8));
        fill(8, 16);
        assertThat(Completion.userData(ring, 4)).isEqualTo(numbers(8, 12));
        ring.resize(4, 8);
        fill(16, 18);
        assertThat(Completion.userData(ring, 6)).isEqualTo(numbers(12, 18));
    }

    @Test
    void whatIsFilledIsSubmittedFirst() throws IOException {
        fill(0, 5);
        ring.resize(32, 64);
        assertThat(ring.sq().ready()).isZero();
        assertThat(Completion.userData(ring, 5)).isEqualTo(numbers(0, 5));
    }

    @Test
    void aQueueThatIsTooSmallForItsCompletionsIsRefusedAndLeftAsItWas() throws IOException {
        fill(0, 8);
        ring.submit();
        Kernel.refuses(Errno.EOVERFLOW, () -> ring.resize(2, 4));
        assertThat(ring.cq().entries()).isEqualTo(16);
        ring.resize(8, 8);
        assertThat(Completion.userData(ring, 8)).isEqualTo(numbers(0, 8));
    }

    @Test
    void requestsInFlightCompleteInTheNewQueue() throws IOException {
        try (Pipe pipe = Pipe.open();
                Arena arena = Arena.ofConfined()) {
            ring.sq().next().read(pipe.reader(), arena.allocate(8), -1).userData(7);
            ring.submit();
            ring.resize(128, 512);
            pipe.write("abc");
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(7, 3));
        }
    }

    @Test
    void theQueueObjectsStayTheSame() throws IOException {
        SubmissionQueue sq = ring.sq();
        CompletionQueue cq = ring.cq();
        ring.resize(32, 64);
        assertThat(ring.sq()).isSameAs(sq);
        sq.next().nop().userData(9);
        ring.submitAndWait(1);
        assertThat(cq.next()).isTrue();
        assertThat(cq.userData()).isEqualTo(9);
    }

    @Test
    void anEntryTakenBeforeIsNoMoreToBeFilled() throws IOException {
        Sqe before = ring.sq().next();
        ring.resize(32, 64);
        assertThatThrownBy(before::nop).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aCursorKeepsItsCompletion() throws IOException {
        fill(5, 6);
        ring.submitAndWait(1);
        assertThat(ring.cq().next()).isTrue();
        ring.resize(32, 64);
        assertThat(ring.cq().userData()).isEqualTo(5);
    }

    /** The times of these entries lie beside the queue, one for each slot. */
    @Test
    void timesServeInTheNewSlots() throws IOException {
        ring.resize(32, 64);
        for (int i = 0; i < 32; i++) {
            ring.sq().next().timeout(1000L + i, 0, 0).userData(1);
        }
        assertThat(Completion.next(ring, 32)).containsOnly(Completion.of(1, Errno.ETIME));
    }

    /** Without SUBMIT_ALL the kernel stops at a bad entry; those behind it must not be left in the old queue. */
    @Test
    void entriesBehindOneThatTheKernelStoppedAtAreSubmittedToo() throws IOException {
        RingOptions options = RingOptions.defaults()
                .without(SetupFlag.IORING_SETUP_SUBMIT_ALL)
                .with(SetupFlag.IORING_SETUP_DEFER_TASKRUN);
        try (IoUring stopping = resizable(options, 8)) {
            stopping.sq().next().raw(255, -1, 0, 0, 0).userData(1);
            stopping.sq().next().timeout(1000, 0, 0).userData(2);
            stopping.resize(64, 128);
            assertThat(stopping.sq().ready()).isZero();
            assertThat(Completion.next(stopping, 2))
                    .containsExactly(Completion.of(1, Errno.EINVAL), Completion.of(2, Errno.ETIME));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"SQE128", "CQE32", "CQE_MIXED"})
    void wideEntriesStayWide(RingVariant variant) throws IOException {
        try (IoUring wide = resizable(variant.options(), 4)) {
            wide.sq().next().nop().userData(1);
            wide.sq().next().nop().userData(2);
            wide.submit();
            wide.resize(32, 64);
            wide.sq().next().nop().userData(3);
            wide.sq().next().nop().userData(4);
            assertThat(Completion.userData(wide, 4)).containsExactly(1, 2, 3, 4);
        }
    }

    @Test
    void aRingIsResizedAnyNumberOfTimes() throws IOException {
        int next = 0;
        for (int i = 0; i < 100; i++) {
            int entries = 2 << i % 5;
            ring.resize(entries, 2 * entries);
            fill(next, next + entries);
            assertThat(Completion.userData(ring, entries)).isEqualTo(numbers(next, next + entries));
            next += entries;
        }
    }

    @Test
    void sizesThatNoRingHasAreRefused() {
        Kernel.refuses(Errno.EINVAL, () -> ring.resize(0, 0));
        Kernel.refuses(Errno.EINVAL, () -> ring.resize(8, 4));
        Kernel.refuses(Errno.EINVAL, () -> ring.resize(1 << 20, 1 << 21));
    }

    @Test
    void aRingWithoutDeferredTaskWorkKeepsItsSize() throws IOException {
        try (IoUring plain = RingVariant.PLAIN.open(8)) {
            Kernel.refuses(Errno.EINVAL, () -> plain.resize(16, 32));
            plain.sq().next().nop().userData(1);
            assertThat(Completion.next(plain)).isEqualTo(Completion.of(1, 0));
        }
    }

    /** Opens a ring that can be resized. Skips the test where the kernel does not resize such rings. */
    static IoUring resizable(RingOptions options, int entries) throws IOException {
        IoUring opened = IoUring.open(entries, options);
        try {
            Kernel.needs(RegisterOpcode.IORING_REGISTER_RESIZE_RINGS, () -> opened.resize(entries, 2 * entries));
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    private void fill(int from, int to) {
        for (int i = from; i < to; i++) {
            ring.sq().next().nop().userData(i);
        }
    }

    private static long[] numbers(int from, int to) {
        return LongStream.range(from, to).toArray();
    }
}

package io.ferrule.uring;

import static io.ferrule.uring.UringFlags.IORING_NOP_CQE32;
import static io.ferrule.uring.UringFlags.IORING_NOP_INJECT_RESULT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.sys.Errno;
import io.ferrule.sys.Pipe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Reading completions. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CompletionQueueTest {
    @Test
    void anEmptyQueueHasNoNext() throws IOException {
        try (IoUring ring = IoUring.open(4)) {
            assertThat(ring.cq().next()).isFalse();
            assertThat(ring.cq().peek()).isFalse();
            assertThat(ring.cq().ready()).isZero();
            assertThat(ring.cq().forEach((userData, res, flags) -> {})).isZero();
        }
    }

    @OnEveryRing
    void peekShowsWhatNextConsumes(RingVariant variant) throws IOException {
        try (IoUring ring = filled(variant, 2)) {
            CompletionQueue cq = ring.cq();
            assertThat(cq.peek()).isTrue();
            assertThat(cq.userData()).isZero();
            assertThat(cq.peek()).isTrue();
            assertThat(cq.userData()).isZero();
            assertThat(cq.ready()).isEqualTo(2);
            assertThat(cq.next()).isTrue();
            assertThat(cq.userData()).isZero();
            assertThat(cq.ready()).isEqualTo(1);
            assertThat(cq.next()).isTrue();
            assertThat(cq.userData()).isEqualTo(1);
            assertThat(cq.next()).isFalse();
        }
    }

    @OnEveryRing
    void theOrderIsThatOfCompletionOverManyWraps(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(8)) {
            long expected = 0;
            for (int round = 0; round < 100; round++) {
                for (int i = 0; i < 7; i++) {
                    ring.sq().next().nop().userData(expected + i);
                }
                assertThat(Completion.userData(ring, 7))
                        .isEqualTo(LongStream.range(expected, expected + 7).toArray());
                expected += 7;
            }
        }
    }

    @OnEveryRing
    void all64BitsOfTheUserDataComeBack(RingVariant variant) throws IOException {
        long[] values = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 0xdead_beef_cafe_babeL};
        try (IoUring ring = variant.open(8)) {
            for (long value : values) {
                ring.sq().next().nop().userData(value);
            }
            assertThat(Completion.userData(ring, values.length)).isEqualTo(values);
        }
    }

    @OnEveryRing
    void forEachHandsOutWhatIsThere(RingVariant variant) throws IOException {
        try (IoUring ring = filled(variant, 5)) {
            List<Long> seen = new ArrayList<>();
            assertThat(ring.cq().forEach((userData, res, flags) -> seen.add(userData)))
                    .isEqualTo(5);
            assertThat(seen).containsExactly(0L, 1L, 2L, 3L, 4L);
            assertThat(ring.cq().ready()).isZero();
            assertThat(ring.inFlight()).isZero();
        }
    }

    @Test
    void aHandlerThatThrowsConsumesItsOwnCompletionOnly() throws IOException {
        try (IoUring ring = filled(RingVariant.DEFAULT, 3)) {
            assertThatThrownBy(() -> ring.cq().forEach((userData, res, flags) -> {
                        if (userData == 1) {
                            throw new ArithmeticException("in the handler");
                        }
                    }))
                    .isInstanceOf(ArithmeticException.class);
            assertThat(Completion.userData(ring, 1)).containsExactly(2);
            assertThat(ring.cq().next()).isFalse();
        }
    }

    /** What it submits is left for the next call, so that a handler cannot go on for ever. */
    @OnEveryRing
    void aHandlerMaySubmit(RingVariant variant) throws IOException {
        try (IoUring ring = filled(variant, 3)) {
            int handled = ring.cq().forEach((userData, res, flags) -> {
                ring.sq().next().nop().userData(100 + userData);
                try {
                    ring.submit();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            assertThat(handled).isEqualTo(3);
            assertThat(Completion.userData(ring, 3)).containsExactly(100, 101, 102);
        }
    }

    @Test
    void aHandlerMayConsumeFurtherCompletionsItself() throws IOException {
        try (IoUring ring = filled(RingVariant.DEFAULT, 4)) {
            List<Long> seen = new ArrayList<>();
            ring.cq().forEach((userData, res, flags) -> {
                seen.add(userData);
                if (ring.cq().next()) {
                    seen.add(ring.cq().userData());
                }
            });
            assertThat(seen).containsExactly(0L, 1L, 2L, 3L);
        }
    }

    @Test
    void advancePassesOverCompletions() throws IOException {
        try (IoUring ring = filled(RingVariant.DEFAULT, 4)) {
            ring.cq().advance(3);
            assertThat(ring.cq().ready()).isEqualTo(1);
            assertThat(ring.inFlight()).isEqualTo(1);
            assertThat(Completion.userData(ring, 1)).containsExactly(3);
        }
    }

    @Test
    void advanceGoesNoFurtherThanWhatIsReady() throws IOException {
        try (IoUring ring = filled(RingVariant.DEFAULT, 2)) {
            assertThatThrownBy(() -> ring.cq().advance(3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("cannot advance by 3: 2 completions are ready");
            assertThatThrownBy(() -> ring.cq().advance(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThat(ring.cq().ready()).isEqualTo(2);
        }
    }

    @OnEveryRing
    void inFlightCountsFromSubmissionToConsumption(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(8)) {
            ring.sq().next().nop();
            assertThat(ring.inFlight()).as("filled, not submitted").isZero();
            ring.submitAndWait(1);
            assertThat(ring.inFlight()).as("completed, not consumed").isEqualTo(1);
            ring.cq().next();
            assertThat(ring.inFlight()).isZero();
        }
    }

    @Test
    void theCursorHoldsACopy() throws IOException {
        try (IoUring ring = IoUring.open(1)) {
            ring.sq().next().nop().userData(1);
            ring.submitAndWait(1);
            assertThat(ring.cq().next()).isTrue();
            for (int i = 0; i < 4; i++) { // the kernel overwrites the slot
                ring.sq().next().nop().userData(2);
                ring.submit();
            }
            assertThat(ring.cq().userData()).isEqualTo(1);
        }
    }

    @Test
    void aNopMaySayWhichResultItComesBackWith() throws IOException {
        try (IoUring ring = IoUring.open(4)) {
            ring.sq().next().nop(-42, IORING_NOP_INJECT_RESULT);
            int result = Completion.result(ring);
            assumeTrue(result != Completion.error(Errno.EINVAL), "needs IORING_NOP_INJECT_RESULT, Linux 6.10");
            assertThat(result).isEqualTo(-42);
        }
    }

    @Test
    void largeCompletionsCarrySixteenBytesMore() throws IOException {
        try (IoUring ring = RingVariant.CQE32.open(4)) {
            large(ring, 1, 2);
            assumeTrue(Completion.result(ring) == 0 && ring.cq().extra1() == 1, "needs IORING_NOP_CQE32, Linux 6.18");
            for (int i = 0; i < 20; i++) {
                large(ring, 1000 + i, 2000 + i);
                ring.submitAndWait(1);
                assertThat(ring.cq().next()).isTrue();
                assertThat(ring.cq().extra1()).isEqualTo(1000 + i);
                assertThat(ring.cq().extra2()).isEqualTo(2000 + i);
            }
        }
    }

    /** Two sizes in one queue, over many wraps: fillers at the end of the ring are never seen. */
    @Test
    void aMixedQueueHoldsSmallAndLargeCompletions() throws IOException {
        try (IoUring ring = RingVariant.CQE_MIXED.open(4)) {
            CompletionQueue cq = ring.cq();
            for (int i = 0; i < 300; i++) {
                boolean large = i % 3 != 0;
                Sqe sqe = large ? large(ring, i, -i) : ring.sq().next().nop();
                sqe.userData(i);
                ring.submitAndWait(1);
                assertThat(cq.next()).isTrue();
                assertThat(cq.userData()).isEqualTo(i);
                assertThat(cq.res()).isZero();
                if (large) {
                    assertThat(cq.extra1()).isEqualTo(i);
                    assertThat(cq.extra2()).isEqualTo(-i);
                }
                assertThat(cq.next()).isFalse();
                assertThat(ring.inFlight()).isZero();
            }
        }
    }

    @Test
    void forEachAndAdvanceCountTheCompletionsOfAMixedQueue() throws IOException {
        try (IoUring ring = RingVariant.CQE_MIXED.open(8)) {
            for (int round = 0; round < 50; round++) {
                fillMixed(ring);
                assertThat(ring.cq().forEach((userData, res, flags) -> {})).isEqualTo(3);
                fillMixed(ring);
                ring.cq().advance(2);
                assertThat(Completion.userData(ring, 1)).containsExactly(3);
            }
        }
    }

    /** Deferred task work is run when the queue is looked at: no wait is needed. */
    @OnEveryRing
    void whatCompletesLaterIsSeenWithoutAWait(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0);
                IoUring ring = variant.open(4)) {
            ring.sq().next().read(pipe.reader(), arena.allocate(4), -1).userData(7);
            ring.submit();
            assertThat(ring.cq().next()).isFalse();
            pipe.writer().write(arena.allocate(4));
            while (!ring.cq().next()) {
                Thread.onSpinWait();
            }
            assertThat(ring.cq().userData()).isEqualTo(7);
            assertThat(ring.cq().res()).isEqualTo(4);
        }
    }

    /** A NOP whose completion has 32 bytes, with these in the second half. Linux 6.18. */
    private static Sqe large(IoUring ring, long first, long second) {
        return ring.sq()
                .next()
                .raw(Opcode.IORING_OP_NOP.number(), -1, second, 0, first)
                .operationFlags(IORING_NOP_CQE32);
    }

    private static void fillMixed(IoUring ring) throws IOException {
        ring.sq().next().nop().userData(1);
        large(ring, 5, 6).userData(2);
        ring.sq().next().nop().userData(3);
        ring.submitAndWait(4); // in a mixed ring a large one counts for two
    }

    private static IoUring filled(RingVariant variant, int count) throws IOException {
        IoUring ring = variant.open(8);
        for (int i = 0; i < count; i++) {
            ring.sq().next().nop().userData(i);
        }
        ring.submitAndWait(count);
        return ring;
    }
}

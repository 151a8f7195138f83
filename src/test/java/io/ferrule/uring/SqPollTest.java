package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.sys.Pipe;
import io.ferrule.testing.Covers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A kernel thread that submits. How many system calls that takes is counted in {@link SystemCallTest}. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SqPollTest {
    private static final long MILLI = 1_000_000L;

    @Test
    @Covers({"IORING_ENTER_SQ_WAKEUP", "IORING_SETUP_SQPOLL"})
    void theKernelThreadIsWokenAfterItHasGoneToSleep() throws IOException {
        try (IoUring ring = IoUring.open(8, RingOptions.defaults().sqPoll(Duration.ofMillis(1)))) {
            for (int round = 0; round < 20; round++) {
                ring.await(1, 5 * MILLI); // longer than it stays awake
                ring.sq().next().nop().userData(round);
                assertThat(Completion.next(ring)).isEqualTo(Completion.of(round, 0));
            }
        }
    }

    @Test
    @Covers({"IORING_ENTER_SQ_WAIT", "IORING_SETUP_SQPOLL"})
    void aFullQueueWaitsForTheKernelThread() throws IOException {
        try (IoUring ring = IoUring.open(2, RingOptions.defaults().sqPoll(Duration.ofMillis(1)))) {
            for (int round = 0; round < 200; round++) {
                for (int i = 0; i < 7; i++) {
                    ring.sq().next().nop().userData(i);
                }
                assertThat(Completion.userData(ring, 7))
                        .containsExactlyInAnyOrder(LongStream.range(0, 7).toArray());
            }
        }
    }

    @Test
    @Covers("IORING_SETUP_ATTACH_WQ")
    void twoRingsMayShareTheKernelThread() throws IOException {
        RingOptions options = RingOptions.defaults().sqPoll(Duration.ofMillis(10));
        try (IoUring one = IoUring.open(4, options);
                IoUring two = IoUring.open(
                        4, RingOptions.defaults().sqPoll(Duration.ofMillis(10)).shareWorkersOf(one))) {
            one.sq().next().nop().userData(1);
            two.sq().next().nop().userData(2);
            assertThat(Completion.next(two)).isEqualTo(Completion.of(2, 0));
            assertThat(Completion.next(one)).isEqualTo(Completion.of(1, 0));
        }
    }

    @Test
    void aRingClosesWhileItsKernelThreadSleepsOnRequestsInFlight() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0)) {
            IoUring ring = IoUring.open(4, RingOptions.defaults().sqPoll(Duration.ofMillis(1)));
            ring.sq().next().read(pipe.reader(), arena.allocate(4), -1);
            ring.submit();
            ring.await(1, 5 * MILLI);
            ring.close();
            assertThat(ring).hasToString("ring of 4 (closed)");
        }
    }
}

package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.sys.Errno;
import io.ferrule.testing.Covers;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Timeouts as requests. Times are checked from below only: how late one comes is the machine's affair. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TimeoutTest {
    private static final long MILLI = 1_000_000L;
    private static final long HOUR = 3_600_000_000_000L;

    @OnEveryRing
    @Covers("IORING_OP_TIMEOUT")
    void aTimeoutCompletesAfterItsTime(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(8)) {
            long start = System.nanoTime();
            ring.sq().next().timeout(20 * MILLI, 0, 0);
            assertThat(Completion.result(ring)).isEqualTo(Completion.error(Errno.ETIME));
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20 * MILLI);
        }
    }

    @OnEveryRing
    void theShorterTimeoutCompletesFirst(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(8)) {
            ring.sq().next().timeout(HOUR, 0, 0).userData(1);
            ring.sq().next().timeout(MILLI, 0, 0).userData(2);
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(2, Errno.ETIME));
            assertThat(ring.inFlight()).isEqualTo(1);
        }
    }

    /** CLOCK_MONOTONIC, which is System.nanoTime's on Linux. */
    @Test
    void anAbsoluteTimeIsOnTheMonotonicClock() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            long until = System.nanoTime() + 20 * MILLI;
            ring.sq().next().timeout(until, 0, UringFlags.IORING_TIMEOUT_ABS);
            assertThat(Completion.result(ring)).isEqualTo(Completion.error(Errno.ETIME));
            assertThat(System.nanoTime()).isGreaterThanOrEqualTo(until);
        }
    }

    @Test
    void anAbsoluteTimeMayBeOnTheRealTimeClock() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            long untilMillis = System.currentTimeMillis() + 20;
            ring.sq()
                    .next()
                    .timeout(
                            TimeUnit.MILLISECONDS.toNanos(untilMillis),
                            0,
                            UringFlags.IORING_TIMEOUT_ABS | UringFlags.IORING_TIMEOUT_REALTIME);
            assertThat(Completion.result(ring)).isEqualTo(Completion.error(Errno.ETIME));
            assertThat(System.currentTimeMillis()).isGreaterThanOrEqualTo(untilMillis);
        }
    }

    @Test
    void aTimeThatIsOverCompletesAtOnce() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next().timeout(1, 0, UringFlags.IORING_TIMEOUT_ABS);
            assertThat(Completion.result(ring)).isEqualTo(Completion.error(Errno.ETIME));
            ring.sq().next().timeout(0, 0, 0);
            assertThat(Completion.result(ring)).isEqualTo(Completion.error(Errno.ETIME));
        }
    }

    @Test
    void oneClockIsEnough() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next().timeout(MILLI, 0, UringFlags.IORING_TIMEOUT_BOOTTIME | UringFlags.IORING_TIMEOUT_REALTIME);
            assertThat(Completion.result(ring)).isEqualTo(Completion.error(Errno.EINVAL));
        }
    }

    @Test
    @Covers("IORING_OP_TIMEOUT")
    void aCountOfCompletionsEndsItEarly() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next().timeout(HOUR, 2, 0).userData(9);
            ring.sq().next().nop().userData(1);
            ring.submitAndWait(1);
            assertThat(ring.cq().ready()).as("one is not enough").isEqualTo(1);
            ring.sq().next().nop().userData(2);
            assertThat(Completion.next(ring, 3)).contains(Completion.of(9, 0));
        }
    }

    @Test
    @Covers({"IORING_OP_TIMEOUT", "IORING_OP_TIMEOUT_REMOVE"})
    void aTimeoutIsTakenBack() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next().timeout(HOUR, 0, 0).userData(1);
            ring.sq().next().timeoutRemove(1).userData(2);
            assertThat(Completion.next(ring, 2))
                    .containsExactlyInAnyOrder(Completion.of(1, Errno.ECANCELED), Completion.of(2, 0));
        }
    }

    @Test
    @Covers("IORING_OP_TIMEOUT_REMOVE")
    void anUnknownTimeoutIsNotFound() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next().timeoutRemove(1);
            assertThat(Completion.result(ring)).isEqualTo(Completion.error(Errno.ENOENT));
        }
    }

    @Test
    void expiryBreaksALink() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next().timeout(MILLI, 0, 0).link();
            ring.sq().next().nop().userData(1);
            assertThat(Completion.next(ring, 2)).contains(Completion.of(1, Errno.ECANCELED));
        }
    }

    @Test
    void expiryMayCountAsSuccess() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq()
                    .next()
                    .timeout(MILLI, 0, UringFlags.IORING_TIMEOUT_ETIME_SUCCESS)
                    .link();
            ring.sq().next().nop().userData(1);
            List<Completion> both = Completion.next(ring, 2);
            assumeTrue(
                    !both.contains(Completion.of(0, Errno.EINVAL)), "needs IORING_TIMEOUT_ETIME_SUCCESS, Linux 5.16");
            assertThat(both).contains(Completion.of(1, 0));
        }
    }
}

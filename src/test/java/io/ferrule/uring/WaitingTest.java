package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Pipe;
import io.ferrule.sys.SystemCall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting for completions. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WaitingTest {
    private static final long MILLI = 1_000_000L;
    private static final long HOUR = 3_600_000_000_000L;

    @OnEveryRing
    void submitAndWaitReturnsWhenThatManyAreReady(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(8)) {
            for (int i = 0; i < 5; i++) {
                ring.sq().next().nop();
            }
            assertThat(ring.submitAndWait(5)).isEqualTo(5);
            if (variant == RingVariant.SQPOLL) {
                Polling.untilTaken(ring);
            }
            assertThat(ring.sq().ready()).isZero();
            assertThat(ring.cq().ready()).isEqualTo(5);
        }
    }

    @OnEveryRing
    void waitingForWhatIsReadyReturnsAtOnce(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(8)) {
            ring.sq().next().nop();
            ring.submitAndWait(1);
            assertThat(ring.await(1)).isEqualTo(1);
            assertThat(ring.await(0)).isEqualTo(1);
            assertThat(ring.await(1, HOUR)).isEqualTo(1);
            assertThat(ring.submitAndWait(1)).isEqualTo(1);
        }
    }

    @Test
    void awaitSubmitsNothing() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next().nop();
            assertThat(ring.await(1, MILLI)).isZero();
            assertThat(ring.sq().ready()).isEqualTo(1);
            assertThat(ring.submitAndWait(1)).isEqualTo(1);
        }
    }

    @OnEveryRing
    void aTimeoutLastsAtLeastAsLongAsAsked(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(8)) {
            long start = System.nanoTime();
            assertThat(ring.await(1, 20 * MILLI)).isZero();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20 * MILLI);
            assertThat(ring.submitAndWait(1, MILLI)).isZero();
            assertThat(ring.await(1, 0)).isZero();
        }
    }

    @OnEveryRing
    void whenTheTimeIsUpWhatIsThereIsCounted(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(8)) {
            ring.sq().next().nop();
            ring.sq().next().nop();
            ring.submitAndWait(2);
            long start = System.nanoTime();
            assertThat(ring.submitAndWait(3, 20 * MILLI)).isEqualTo(2);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20 * MILLI);
            assertThat(ring.cq().ready()).isEqualTo(2);
        }
    }

    @Test
    void theLongestTimeoutIsNoTimeout() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next().timeout(MILLI, 0, 0);
            assertThat(ring.submitAndWait(1, Long.MAX_VALUE)).isEqualTo(1);
        }
    }

    @Test
    void moreThanTheQueueHoldsCannotBeWaitedFor() throws IOException {
        try (IoUring ring = IoUring.open(8, RingOptions.defaults().cqEntries(16))) {
            assertThatThrownBy(() -> ring.await(17))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("cannot wait for 17 completions: the queue holds 16");
            assertThatThrownBy(() -> ring.submitAndWait(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ring.submitAndWait(17, MILLI)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aNegativeTimeoutIsRefused() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            assertThatThrownBy(() -> ring.await(1, -1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a timeout is 0 nanoseconds or more, not -1");
            assertThatThrownBy(() -> ring.submitAndWait(1, -1)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** Though the thread has to enter the kernel for it, to run the poll's end. */
    @Test
    void withNoTimeToWaitItFindsWhatIsReadyToComplete() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0);
                IoUring ring = IoUring.open(4)) {
            ring.sq().next().pollAdd(pipe.reader(), LibC.POLLIN());
            ring.submit();
            pipe.writer().write(arena.allocate(1));
            ring.sq().next().nop();
            assertThat(ring.submitAndWait(2, 0)).isEqualTo(2);
        }
    }

    /** A downcall that blocks and holds up the collector would stop the whole JVM. */
    @OnEveryRing
    void garbageIsCollectedWhileAThreadWaits(RingVariant variant) throws Exception {
        RingOptions options = variant.options();
        try (Pipe pipe = Pipe.open(0);
                Arena arena = Arena.ofShared()) {
            MemorySegment buffer = arena.allocate(4);
            OtherThread<Completion> waiting = OtherThread.start("ring-waits", () -> {
                try (IoUring ring = IoUring.open(4, options)) {
                    ring.sq().next().read(pipe.reader(), buffer, -1).userData(1);
                    ring.submitAndWait(1);
                    return Completion.next(ring);
                }
            });
            waiting.awaitSystemCall(SystemCall.IO_URING_ENTER);
            System.gc();
            assertThat(waiting.isDone()).isFalse();
            pipe.writer().write(arena.allocate(4));
            assertThat(waiting.result()).isEqualTo(Completion.of(1, 4));
        }
    }

    @OnEveryRing
    void anotherThreadWakesAWaitThroughADescriptor(RingVariant variant) throws Exception {
        RingOptions options = variant.options();
        try (Pipe pipe = Pipe.open(0);
                Arena arena = Arena.ofShared()) {
            MemorySegment buffer = arena.allocate(1);
            OtherThread<Integer> waiting = OtherThread.start("ring-sleeps", () -> {
                try (IoUring ring = IoUring.open(4, options)) {
                    ring.sq().next().read(pipe.reader(), buffer, -1);
                    return ring.submitAndWait(1, HOUR);
                }
            });
            waiting.awaitSystemCall(SystemCall.IO_URING_ENTER);
            pipe.writer().write(buffer);
            assertThat(waiting.result()).isEqualTo(1);
        }
    }
}

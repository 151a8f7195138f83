package io.ferrule.uring;

import static io.ferrule.uring.SetupFlag.IORING_SETUP_R_DISABLED;
import static io.ferrule.uring.SetupFlag.IORING_SETUP_SINGLE_ISSUER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ferrule.sys.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A ring belongs to one platform thread: which one that is, and what becomes of the ring when it ends. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OwnershipTest {
    @Test
    void aVirtualThreadCannotOpenARing() throws Exception {
        assertThat(onVirtualThread(() -> catchThrowable(() -> IoUring.open(4))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("open it on a platform thread");
    }

    @Test
    void aVirtualThreadCannotEnableARing() throws Exception {
        try (IoUring ring = openDisabled()) {
            assertThat(onVirtualThread(() -> catchThrowable(ring::enable))).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aDisabledRingSaysSoUntilItIsEnabled() throws IOException {
        try (IoUring ring = openDisabled()) {
            ring.sq().next().nop().userData(1);
            assertThatThrownBy(ring::submit)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("EBADFD")
                    .hasMessageContaining("call enable() first");
            ring.enable();
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, 0));
        }
    }

    @Test
    void aDisabledRingCanBeClosedWithoutEverBeingEnabled() throws IOException {
        IoUring ring = openDisabled();
        ring.close();
        assertThatThrownBy(ring::enable)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void aRingIsEnabledOnce() throws IOException {
        try (IoUring ring = openDisabled()) {
            ring.enable();
            assertThatThrownBy(ring::enable)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the ring is not disabled");
        }
    }

    @Test
    void theThreadThatEnablesARingOwnsIt() throws Exception {
        IoUring ring = openDisabled();
        Completion completion = OtherThread.call("enabler", () -> {
            ring.enable();
            ring.sq().next().nop().userData(5);
            try (ring) {
                return Completion.next(ring);
            }
        });
        assertThat(completion).isEqualTo(Completion.of(5, 0));
    }

    @Test
    void theThreadThatOpenedARingHasNoPartInItOnceAnotherHasEnabledIt() throws Exception {
        IoUring ring = openDisabled();
        SubmissionQueue before = ring.sq();
        OtherThread.call("enabler", () -> {
            ring.enable();
            assertThat(OtherThread.call("opener", () -> catchThrowable(ring::submit)))
                    .isInstanceOf(WrongThreadException.class);
            assertThat(OtherThread.call("opener", () -> catchThrowable(before::next)))
                    .isInstanceOf(WrongThreadException.class);
            ring.close();
            return null;
        });
    }

    @Test
    void aSharedWorkerPoolMustBeTheOwners() throws Exception {
        try (IoUring ring = IoUring.open(4)) {
            assertThatThrownBy(() -> OtherThread.call(
                            "other",
                            () -> IoUring.open(4, RingOptions.defaults().shareWorkersOf(ring))))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(WrongThreadException.class);
        }
    }

    @OnEveryRing
    void aRingAtRestWhoseOwnerHasEndedCanBeClosedByAnyThread(RingVariant variant) throws Exception {
        IoUring ring = OtherThread.call("owner", () -> {
            IoUring opened = variant.open(4);
            opened.sq().next().nop();
            assertThat(Completion.result(opened)).isZero();
            return opened;
        });
        ring.close();
        assertThat(ring).hasToString("ring of 4 (closed)");
    }

    @Test
    void aRingWhoseOwnerHasEndedCanOnlyBeClosed() throws Exception {
        IoUring ring = OtherThread.call("owner", () -> IoUring.open(4));
        assertThatThrownBy(ring::submit)
                .isInstanceOf(WrongThreadException.class)
                .hasMessageContaining("\"owner\"");
        ring.close();
    }

    @Test
    void entriesThatAnEndedOwnerNeverSubmittedAreDropped() throws Exception {
        IoUring ring = OtherThread.call("owner", () -> {
            IoUring opened = IoUring.open(4);
            opened.sq().next().nop();
            return opened;
        });
        ring.close();
        assertThat(ring).hasToString("ring of 4 (closed)");
    }

    /** What is in flight outlives the thread that submitted it. */
    @OnEveryRing
    void requestsInFlightOfAnEndedOwnerAreFinishedOrKeepTheRingOpen(RingVariant variant) throws Exception {
        try (Arena arena = Arena.ofShared();
                Pipe pipe = Pipe.open(0)) {
            MemorySegment buffer = arena.allocate(16);
            IoUring ring = OtherThread.call("owner", () -> {
                IoUring opened = variant.open(4);
                opened.sq().next().read(pipe.reader(), buffer, -1);
                opened.submit();
                return opened;
            });
            if (ring.setupFlags().contains(IORING_SETUP_SINGLE_ISSUER) && variant != RingVariant.SQPOLL) {
                assertThatThrownBy(ring::close)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("1 requests may be in flight")
                        .hasMessageContaining("the ring stays open");
            } else {
                ring.close();
                assertThat(ring).hasToString("ring of 4 (closed)");
            }
        }
    }

    @Test
    void entriesFilledBeforeAnotherThreadEnablesTheRingAreNotLost() throws Exception {
        IoUring ring = openDisabled();
        ring.sq().next().nop().userData(1);
        Completion completion = OtherThread.call("enabler", () -> {
            ring.enable();
            try (ring) {
                return Completion.next(ring);
            }
        });
        assertThat(completion).isEqualTo(Completion.of(1, 0));
    }

    private static IoUring openDisabled() throws IOException {
        return IoUring.open(4, RingOptions.defaults().with(IORING_SETUP_R_DISABLED));
    }

    private static <T> T onVirtualThread(Callable<T> body) throws Exception {
        FutureTask<T> task = new FutureTask<>(body);
        Thread.ofVirtual().start(task);
        return task.get();
    }
}

package io.ferrule.uring;

import static io.ferrule.uring.SetupFlag.IORING_SETUP_R_DISABLED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.sys.Errno;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a ring waits: at most, at least, until when, by which clock, and with which signals blocked. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WaitArgumentsTest {
    private static final long FOR_EVER = 20_000_000_000L;
    private static final int MIN_MICROS = 3_000;
    private static final int CLOCK_REALTIME = 0;
    private static final int CLOCK_MONOTONIC = 1;
    private static final int CLOCK_BOOTTIME = 7;

    // ---- a minimum of time ----

    @OnEveryRing
    @Covers({"IORING_FEAT_MIN_TIMEOUT", "IORING_ENTER_EXT_ARG"})
    void afterTheMinimumAnyCompletionEndsTheWait(RingVariant variant) throws IOException {
        try (IoUring ring = withMinTimeout(variant)) {
            nops(ring, 2);
            long start = System.nanoTime();
            assertThat(ring.submitAndWait(4, FOR_EVER, MIN_MICROS)).isEqualTo(2);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(MIN_MICROS * 1000L);
        }
    }

    @Test
    @Covers("IORING_FEAT_MIN_TIMEOUT")
    void aCompletionAfterTheMinimumEndsTheWaitAtOnce() throws Exception {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = withMinTimeout(RingVariant.DEFAULT);
                Pipe pipe = Pipe.open()) {
            ring.sq().next().read(pipe.reader(), arena.allocate(8), -1);
            ring.submit();
            assertThat(ring.await(1, MIN_MICROS * 1000L)).isZero(); // so that the writer comes later than that
            OtherThread<Void> writer = OtherThread.start("writer", () -> {
                pipe.write("x");
                return null;
            });
            assertThat(ring.submitAndWait(4, FOR_EVER, 1)).isEqualTo(1);
            writer.result();
        }
    }

    @Test
    @Covers("IORING_FEAT_MIN_TIMEOUT")
    void enoughCompletionsEndTheWaitBeforeTheMinimum() throws IOException {
        try (IoUring ring = withMinTimeout(RingVariant.DEFAULT)) {
            nops(ring, 2);
            assertThat(ring.submitAndWait(2, FOR_EVER, Integer.MAX_VALUE)).isEqualTo(2);
        }
    }

    @Test
    @Covers("IORING_FEAT_MIN_TIMEOUT")
    void withNoCompletionTheLongerTimeCounts() throws IOException {
        try (IoUring ring = withMinTimeout(RingVariant.DEFAULT)) {
            long start = System.nanoTime();
            assertThat(ring.submitAndWait(1, 5_000_000, 1_000)).isZero();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(5_000_000);
        }
    }

    @Test
    @Covers("IORING_FEAT_MIN_TIMEOUT")
    void theMinimumHoldsForOneWaitOnly() throws IOException {
        try (IoUring ring = withMinTimeout(RingVariant.DEFAULT)) {
            nops(ring, 1);
            assertThat(ring.submitAndWait(4, FOR_EVER, 1)).isEqualTo(1);
            long start = System.nanoTime();
            assertThat(ring.await(4, 5_000_000)).isEqualTo(1);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(5_000_000);
        }
    }

    @Test
    void timesAreNotNegative() throws IOException {
        try (IoUring ring = IoUring.open(4)) {
            assertThatThrownBy(() -> ring.submitAndWait(1, -1, 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ring.submitAndWait(1, 1, -1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ring.submitAndWaitUntil(1, -1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ring.submitAndWaitBlocking(1, -1, 0)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @OnEveryRing
    void aBadEntryKeepsNoOtherBackFromAMinimumOfTime(RingVariant variant) throws IOException {
        try (IoUring ring = withMinTimeout(variant)) {
            badEntryAndNop(ring);
            assertThat(ring.submitAndWait(2, FOR_EVER, Integer.MAX_VALUE)).isEqualTo(2);
        }
    }

    // ---- a point in time ----

    @OnEveryRing
    @Covers("IORING_ENTER_ABS_TIMER")
    void theWaitEndsAtThePointInTime(RingVariant variant) throws IOException {
        try (IoUring ring = withMinTimeout(variant)) {
            long deadline = System.nanoTime() + 3_000_000;
            assertThat(ring.submitAndWaitUntil(1, deadline)).isZero();
            assertThat(System.nanoTime()).isGreaterThanOrEqualTo(deadline);
        }
    }

    @Test
    @Covers("IORING_ENTER_ABS_TIMER")
    void aPointInThePastEndsTheWaitAtOnce() throws IOException {
        try (IoUring ring = withMinTimeout(RingVariant.DEFAULT)) {
            nops(ring, 1);
            assertThat(ring.submitAndWaitUntil(2, 1)).isEqualTo(1);
        }
    }

    @Test
    @Covers("IORING_ENTER_ABS_TIMER")
    void enoughCompletionsEndTheWaitBefore() throws IOException {
        try (IoUring ring = withMinTimeout(RingVariant.DEFAULT)) {
            nops(ring, 3);
            assertThat(ring.submitAndWaitUntil(3, System.nanoTime() + FOR_EVER)).isEqualTo(3);
        }
    }

    @OnEveryRing
    void aBadEntryKeepsNoOtherBackFromAPointInTime(RingVariant variant) throws IOException {
        try (IoUring ring = withMinTimeout(variant)) {
            badEntryAndNop(ring);
            assertThat(ring.submitAndWaitUntil(2, System.nanoTime() + FOR_EVER)).isEqualTo(2);
        }
    }

    @Test
    @Covers({"IORING_REGISTER_CLOCK", "IORING_ENTER_ABS_TIMER"})
    void thePointInTimeIsOnTheRegisteredClock() throws IOException {
        try (IoUring ring = withMinTimeout(RingVariant.DEFAULT)) {
            clock(ring, CLOCK_BOOTTIME);
            long deadline = System.nanoTime() + 1_000_000; // the clock since boot is never behind
            assertThat(ring.submitAndWaitUntil(1, deadline)).isZero();
            long relative = System.nanoTime();
            assertThat(ring.await(1, 2_000_000)).isZero();
            assertThat(System.nanoTime() - relative).isGreaterThanOrEqualTo(2_000_000);
            ring.register().clock(CLOCK_MONOTONIC);
            assertThat(ring.submitAndWaitUntil(1, System.nanoTime() + 1_000_000))
                    .isZero();
        }
    }

    @Test
    @Covers("IORING_REGISTER_CLOCK")
    void aClockThatCanBeSetIsRefused() throws IOException {
        try (IoUring ring = IoUring.open(4)) {
            clock(ring, CLOCK_MONOTONIC);
            Kernel.refuses(Errno.EINVAL, () -> ring.register().clock(CLOCK_REALTIME));
        }
    }

    // ---- signals ----

    @Test
    @Covers("IORING_ENTER_EXT_ARG")
    void signalsAreBlockedWhileItWaits() throws Exception {
        long blocked = 1L << 11; // SIGUSR2
        OtherThread.call("waiting", () -> {
            Path status = Path.of("/proc/thread-self").toRealPath().resolve("status");
            String before = blockedSignals(status);
            try (Arena arena = Arena.ofConfined();
                    Pipe pipe = Pipe.open();
                    IoUring ring = IoUring.open(4)) {
                Kernel.needs(ring, Feature.IORING_FEAT_EXT_ARG);
                ring.sq().next().read(pipe.reader(), arena.allocate(8), -1);
                OtherThread<Void> watcher = OtherThread.start("watcher", () -> {
                    while (!blockedSignals(status).equals("%016x".formatted(blocked))) {
                        Thread.onSpinWait();
                    }
                    pipe.write("seen");
                    return null;
                });
                assertThat(ring.submitAndWaitBlocking(1, FOR_EVER, blocked)).isEqualTo(1);
                watcher.result();
                assertThat(blockedSignals(status)).isEqualTo(before);
                assertThat(ring.await(2, 1_000_000)).isEqualTo(1);
            }
            return null;
        });
    }

    @Test
    @Covers({"IORING_ENTER_EXT_ARG", "IORING_ENTER_GETEVENTS", "IORING_FEAT_EXT_ARG"})
    void theTimeIsUpWithSignalsBlockedToo() throws IOException {
        try (IoUring ring = IoUring.open(4)) {
            Kernel.needs(ring, Feature.IORING_FEAT_EXT_ARG);
            assertThat(ring.submitAndWaitBlocking(1, 1_000_000, 0)).isZero();
        }
    }

    @OnEveryRing
    void aBadEntryKeepsNoOtherBackWithSignalsBlocked(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(4)) {
            Kernel.needs(ring, Feature.IORING_FEAT_EXT_ARG);
            badEntryAndNop(ring);
            assertThat(ring.submitAndWaitBlocking(2, FOR_EVER, 0)).isEqualTo(2);
        }
    }

    // ---- registered arguments ----

    @Test
    @Covers({"IORING_REGISTER_MEM_REGION", "IORING_ENTER_EXT_ARG_REG", "IORING_REG_WAIT_TS"})
    void aRegisteredTimeIsWaitedFor() throws IOException {
        try (IoUring ring = IoUring.open(4, RingOptions.defaults().with(IORING_SETUP_R_DISABLED))) {
            WaitRegion region = region(ring, 3);
            region.set(2, 3_000_000, 0);
            ring.enable();
            long start = System.nanoTime();
            assertThat(ring.submitAndWait(1, region, 2)).isZero();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(3_000_000);
        }
    }

    @Test
    @Covers({"IORING_REGISTER_MEM_REGION", "IORING_ENTER_EXT_ARG_REG"})
    void whatIsFilledIsSubmittedWithARegisteredArgument() throws IOException {
        try (IoUring ring = IoUring.open(4, RingOptions.defaults().with(IORING_SETUP_R_DISABLED))) {
            WaitRegion region = region(ring, 1);
            region.set(0, FOR_EVER, 0);
            ring.enable();
            nops(ring, 2);
            assertThat(ring.submitAndWait(2, region, 0)).isEqualTo(2);
        }
    }

    @OnEveryRing
    void aBadEntryKeepsNoOtherBackFromARegisteredArgument(RingVariant variant) throws IOException {
        try (IoUring ring = IoUring.open(4, variant.options().with(IORING_SETUP_R_DISABLED))) {
            WaitRegion region = region(ring, 1);
            region.set(0, FOR_EVER, 0);
            ring.enable();
            badEntryAndNop(ring);
            assertThat(ring.submitAndWait(2, region, 0)).isEqualTo(2);
        }
    }

    @Test
    @Covers({"IORING_REGISTER_MEM_REGION", "IORING_FEAT_MIN_TIMEOUT"})
    void aRegisteredArgumentHasAMinimumOfTimeToo() throws IOException {
        try (IoUring ring = IoUring.open(4, RingOptions.defaults().with(IORING_SETUP_R_DISABLED))) {
            WaitRegion region = region(ring, 2);
            region.set(1, FOR_EVER, MIN_MICROS);
            ring.enable();
            nops(ring, 1);
            assertThat(ring.submitAndWait(4, region, 1)).isEqualTo(1);
        }
    }

    @Test
    @Covers("IORING_REGISTER_MEM_REGION")
    void anArgumentCanBeSetAnew() throws IOException {
        try (IoUring ring = IoUring.open(4, RingOptions.defaults().with(IORING_SETUP_R_DISABLED))) {
            WaitRegion region = region(ring, 63);
            region.set(62, FOR_EVER, 0);
            ring.enable();
            region.set(62, 0, 0);
            assertThat(ring.submitAndWait(1, region, 62)).isZero();
        }
    }

    @Test
    @Covers("IORING_REGISTER_MEM_REGION")
    void aRegionIsRegisteredOnceAndBeforeTheRingIsEnabled() throws IOException {
        try (IoUring ring = IoUring.open(4, RingOptions.defaults().with(IORING_SETUP_R_DISABLED))) {
            region(ring, 1);
            Kernel.refuses(Errno.EBUSY, () -> ring.register().waitRegion(1));
        }
        try (IoUring ring = IoUring.open(4)) {
            Kernel.refuses(Errno.EINVAL, () -> ring.register().waitRegion(1));
        }
    }

    @Test
    void aRegionHasOneToSixtyThreeArguments() throws IOException {
        try (IoUring ring = IoUring.open(4, RingOptions.defaults().with(IORING_SETUP_R_DISABLED))) {
            assertThatThrownBy(() -> ring.register().waitRegion(0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> ring.register().waitRegion(64)).isInstanceOf(IllegalArgumentException.class);
            WaitRegion region = region(ring, 2);
            assertThatThrownBy(() -> region.set(2, 0, 0)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> region.set(0, -1, 0)).isInstanceOf(IllegalArgumentException.class);
            ring.enable();
            assertThatThrownBy(() -> ring.submitAndWait(1, region, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    private static IoUring withMinTimeout(RingVariant variant) throws IOException {
        IoUring ring = variant.open(8);
        try {
            Kernel.needs(ring, Feature.IORING_FEAT_MIN_TIMEOUT);
        } catch (RuntimeException e) {
            ring.close();
            throw e;
        }
        return ring;
    }

    private static void clock(IoUring ring, int clock) throws IOException {
        Kernel.needs(RegisterOpcode.IORING_REGISTER_CLOCK, () -> ring.register().clock(clock));
    }

    private static WaitRegion region(IoUring ring, int count) throws IOException {
        WaitRegion[] region = new WaitRegion[1];
        Kernel.needs(
                RegisterOpcode.IORING_REGISTER_MEM_REGION,
                () -> region[0] = ring.register().waitRegion(count));
        return region[0];
    }

    private static void nops(IoUring ring, int count) {
        for (int i = 0; i < count; i++) {
            ring.sq().next().nop();
        }
    }

    /** The first is no operation: a ring without SUBMIT_ALL stops there, and does not wait. */
    private static void badEntryAndNop(IoUring ring) {
        ring.sq().next().raw(255, -1, 0, 0, 0);
        nops(ring, 1);
    }

    private static String blockedSignals(Path status) throws IOException {
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigBlk:"))
                .findFirst()
                .orElseThrow()
                .substring(7)
                .strip();
    }
}

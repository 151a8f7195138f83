package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.sys.Errno;
import io.ferrule.testing.Covers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each slot of the submission queue has a time of its own, in memory that is there from the first time on. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TimespecsTest {
    private static final int ENTRIES = 8;
    private static final long MILLI = 1_000_000L;
    private static final long HOUR = 3_600_000_000_000L;

    @Test
    void aRingWithoutTimesHasNoMemoryForThem() throws IOException {
        try (IoUring ring = IoUring.open(ENTRIES)) {
            for (int i = 0; i < 2 * ENTRIES; i++) {
                ring.sq().next().nop();
            }
            ring.submitAndWait(2 * ENTRIES, HOUR);
            assertThat(timeBytes(ring)).isZero();
        }
    }

    @Test
    void theFirstTimeBringsMemoryForThoseOfAllSlots() throws IOException {
        try (IoUring ring = IoUring.open(ENTRIES)) {
            ring.sq().next().timeout(MILLI, 0, 0);
            long bytes = ENTRIES * RingLayout.TIMESPEC_SIZE;
            assertThat(timeBytes(ring)).isEqualTo(bytes);
            ring.sq().next().timeout(MILLI, 0, 0);
            assertThat(timeBytes(ring)).isEqualTo(bytes);
        }
    }

    /** A round takes one entry less than two queues have, so that it begins one slot earlier each time. */
    @OnEveryRing
    @Covers({"IORING_OP_TIMEOUT", "IORING_OP_TIMEOUT_REMOVE"})
    void ofTimesInAllSlotsOnlyTheShortOneIsOver(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(ENTRIES)) {
            for (int shortOne = 0; shortOne < ENTRIES; shortOne++) {
                for (int i = 0; i < ENTRIES; i++) {
                    ring.sq().next().timeout(i == shortOne ? MILLI : HOUR, 0, 0).userData(i);
                }
                assertThat(Completion.next(ring)).isEqualTo(Completion.of(shortOne, Errno.ETIME));
                assertThat(ring.inFlight()).isEqualTo(ENTRIES - 1);
                takeBackAllBut(shortOne, ring);
            }
        }
    }

    @Test
    @Covers("IORING_REGISTER_RESIZE_RINGS")
    void aResizedRingHasNoMemoryForTimesUntilItsFirst() throws IOException {
        try (IoUring ring = ResizeTest.resizable(RingOptions.defaults(), ENTRIES)) {
            ring.sq().next().timeout(MILLI, 0, 0);
            ring.resize(4 * ENTRIES, 8 * ENTRIES);
            assertThat(timeBytes(ring)).isZero();
            ring.sq().next().timeout(MILLI, 0, 0);
            assertThat(timeBytes(ring)).isEqualTo(4 * ENTRIES * RingLayout.TIMESPEC_SIZE);
        }
    }

    @Test
    @Covers("IORING_REGISTER_RESIZE_RINGS")
    void timesFilledInBeforeAndAfterEachResizeAreKept() throws IOException {
        try (IoUring ring = ResizeTest.resizable(RingOptions.defaults(), ENTRIES)) {
            long[] nanos = {HOUR, MILLI, HOUR};
            int[] entries = {4 * ENTRIES, ENTRIES / 2, ENTRIES};
            for (int i = 0; i < entries.length; i++) {
                ring.sq().next().timeout(nanos[i], 0, 0).userData(i);
                ring.resize(entries[i], 4 * ENTRIES);
            }
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, Errno.ETIME));
            assertThat(ring.inFlight()).isEqualTo(2);
        }
    }

    private static long timeBytes(IoUring ring) {
        return ring.sq().next().timeBytes();
    }

    private static void takeBackAllBut(int ended, IoUring ring) throws IOException {
        List<Completion> expected = new ArrayList<>();
        for (int i = 0; i < ENTRIES; i++) {
            if (i != ended) {
                ring.sq().next().timeoutRemove(i).userData(ENTRIES + i);
                expected.add(Completion.of(i, Errno.ECANCELED));
                expected.add(Completion.of(ENTRIES + i, 0));
            }
        }
        assertThat(Completion.next(ring, expected.size())).containsExactlyInAnyOrderElementsOf(expected);
    }
}

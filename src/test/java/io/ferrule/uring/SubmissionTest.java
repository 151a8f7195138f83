package io.ferrule.uring;

import static io.ferrule.uring.Completion.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.EventFd;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import io.ferrule.sys.Pipe;
import io.ferrule.testing.Covers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Filling entries and handing them over. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SubmissionTest {
    private static final Fd NO_SUCH_FILE = Fd.borrow(1_000_000);

    @OnEveryRing
    void theQueueTakesItsEntriesThenFlushesAndGoesOn(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(8)) {
            for (int i = 0; i < 8; i++) {
                ring.sq().next().nop().userData(i);
            }
            assertThat(ring.cq().ready())
                    .as("nothing goes before the queue is full")
                    .isZero();
            ring.sq().next().nop().userData(8);
            assertThat(ring.sq().ready()).isEqualTo(1);
            assertThat(Completion.userData(ring, 9))
                    .isEqualTo(LongStream.range(0, 9).toArray());
        }
    }

    @OnEveryRing
    void manyTimesTheQueueGoesThroughItInOrder(RingVariant variant) throws IOException {
        Kernel.needs(
                SetupFlag.IORING_SETUP_DEFER_TASKRUN, "that keeps completions in order when they overflow the queue");
        try (IoUring ring = variant.open(8)) {
            for (int round = 0; round < 100; round++) {
                for (int i = 0; i < 13; i++) {
                    ring.sq().next().nop().userData(i);
                }
                assertThat(Completion.userData(ring, 13))
                        .isEqualTo(LongStream.range(0, 13).toArray());
            }
        }
    }

    @Test
    void aSubmissionBringsWhatTheKernelHoldsBack() throws IOException {
        try (IoUring ring = IoUring.open(8);
                EventFd event = EventFd.open(0)) {
            assumeTrue(
                    ring.setupFlags().contains(SetupFlag.IORING_SETUP_DEFER_TASKRUN),
                    "needs a kernel that leaves work to the ring's thread (DEFER_TASKRUN, Linux 6.1)");
            ring.sq().next().pollAdd(event.fd(), LibC.POLLIN());
            ring.submit();
            event.signal();
            assertThat(ring.cq().ready()).as("held back").isZero();
            ring.sq().next().nop();
            ring.submit();
            assertThat(ring.cq().ready()).isEqualTo(2);
        }
    }

    @Test
    void readyAndSpaceLeftAreExactOverWraps() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            for (int round = 0; round < 30; round++) {
                int filled = round % 9;
                for (int i = 0; i < filled; i++) {
                    assertThat(ring.sq().ready()).isEqualTo(i);
                    assertThat(ring.sq().spaceLeft()).isEqualTo(8 - i);
                    ring.sq().next().nop();
                }
                assertThat(ring.sq().ready()).isEqualTo(filled);
                assertThat(ring.submit()).isEqualTo(filled);
                assertThat(ring.sq().spaceLeft()).isEqualTo(8);
                Completion.next(ring, filled);
            }
        }
    }

    @Test
    void submittingNothingTakesNothing() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            assertThat(ring.submit()).isZero();
            assertThat(ring.submitAndWait(0)).isZero();
        }
    }

    @Test
    void reservedEntriesAreFilledWithoutASubmit() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            for (int i = 0; i < 5; i++) {
                ring.sq().next().nop();
            }
            ring.sq().reserve(3);
            assertThat(ring.sq().ready()).as("they fit, so nothing has gone").isEqualTo(5);
            ring.sq().reserve(4);
            assertThat(ring.sq().ready()).as("they did not fit").isZero();
            Completion.next(ring, 5);
        }
    }

    @Test
    void moreThanTheQueueHoldsCannotBeReserved() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            assertThatThrownBy(() -> ring.sq().reserve(9))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("cannot reserve 9 entries: the queue has 8");
            assertThatThrownBy(() -> ring.sq().reserve(-1)).isInstanceOf(IllegalArgumentException.class);
            ring.sq().reserve(8);
            ring.sq().reserve(0);
        }
    }

    @Test
    void aSlotWithoutAnOperationIsNoEntryAndIsHandedOutAgain() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next();
            ring.sq().next();
            assertThat(ring.sq().ready()).isZero();
            assertThat(ring.submit()).isZero();
            ring.sq().next().nop().userData(1);
            ring.sq().next();
            assertThat(ring.submit()).isEqualTo(1);
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, 0));
            assertThat(ring.cq().next()).isFalse();
        }
    }

    @Test
    void aSlotNeverSubmitsWhatItHeldBefore() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0);
                IoUring ring = IoUring.open(2)) {
            MemorySegment text = arena.allocateFrom("twice?");
            ring.sq().next().write(pipe.writer(), text, -1).link();
            ring.sq().next().nop();
            Completion.next(ring, 2);
            for (int i = 0; i < 10; i++) { // over and over the same two slots
                ring.sq().next();
                ring.submit();
                ring.sq().next().nop().userData(i);
                assertThat(Completion.next(ring)).isEqualTo(Completion.of(i, 0));
            }
            pipe.writer().close();
            MemorySegment read = arena.allocate(100);
            assertThat(pipe.reader().read(read)).isEqualTo((int) text.byteSize());
            assertThat(pipe.reader().read(read)).as("the text was written once").isZero();
        }
    }

    @Test
    void anEntryTakesOneOperation() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            Sqe sqe = ring.sq().next().nop().userData(3);
            assertThatThrownBy(() -> sqe.fsync(NO_SUCH_FILE, 0))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("this entry holds an operation already; take another with sq.next()");
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(3, 0));
        }
    }

    @Test
    void anOptionComesAfterItsOperation() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            assertThatThrownBy(() -> ring.sq().next().userData(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("choose the operation first");
            assertThatThrownBy(() -> ring.sq().next().link()).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> ring.sq().next().skipSuccess()).isInstanceOf(IllegalStateException.class);
            assertThat(ring.submit()).isZero();
        }
    }

    @Test
    void anEntryThatHasBeenSubmittedCannotBeChanged() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            Sqe sqe = ring.sq().next().nop().userData(3);
            ring.submit();
            assertThatThrownBy(() -> sqe.userData(4))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has been submitted");
            assertThatThrownBy(sqe::nop)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has been submitted");
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(3, 0));
        }
    }

    @Test
    @Covers("IORING_SETUP_SUBMIT_ALL")
    void withSubmitAllABadEntryDoesNotStopTheOthers() throws IOException {
        Kernel.needs(SetupFlag.IORING_SETUP_SUBMIT_ALL, "with IORING_SETUP_SUBMIT_ALL");
        try (IoUring ring = IoUring.open(8)) {
            fillSixOfWhichTheFifthIsBad(ring);
            assertThat(ring.submit()).isEqualTo(6);
            assertThat(Completion.next(ring, 6)).contains(Completion.of(4, Errno.EINVAL), Completion.of(5, 0));
        }
    }

    @Test
    void withoutItTheKernelStopsThereAndTheRestGoesWithTheNextSubmit() throws IOException {
        try (IoUring ring = RingVariant.PLAIN.open(8)) {
            fillSixOfWhichTheFifthIsBad(ring);
            assertThat(ring.submit()).isEqualTo(5);
            assertThat(ring.sq().ready()).isEqualTo(1);
            assertThat(ring.submit()).isEqualTo(1);
            assertThat(Completion.next(ring, 6)).contains(Completion.of(4, Errno.EINVAL), Completion.of(5, 0));
        }
    }

    @Test
    void submitAndWaitGoesOnAfterABadEntryByItself() throws IOException {
        try (IoUring ring = RingVariant.PLAIN.open(8)) {
            fillSixOfWhichTheFifthIsBad(ring);
            assertThat(ring.submitAndWait(6)).isEqualTo(6);
        }
    }

    @OnEveryRing
    void anErrorOfTheKernelIsTheResult(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(8)) {
            ring.sq().next().fsync(NO_SUCH_FILE, 0);
            assertThat(Completion.result(ring)).isEqualTo(error(Errno.EBADF));
        }
    }

    /** The kernel has copied what describes the request; the request itself still waits for data. */
    @Test
    void anIovecArrayMayBeUsedAgainRightAfterSubmit() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0);
                IoUring ring = IoUring.open(8)) {
            MemorySegment meant = arena.allocate(4);
            MemorySegment other = arena.allocate(4);
            IovecArray pieces = IovecArray.of(arena, meant);
            ring.sq().next().readv(pipe.reader(), pieces, 1, -1);
            ring.submit();
            pieces.set(0, other);
            pipe.writer().write(arena.allocateFrom("abc"));
            assertThat(Completion.result(ring)).isEqualTo(4);
            assertThat(meant.getString(0)).isEqualTo("abc");
            assertThat(other.getString(0)).isEmpty();
        }
    }

    /** Two timeouts in turn in the same slot, where the ring keeps the time. */
    @Test
    void aTimeoutIsUnderWayWhenItsSlotIsUsedAgain() throws IOException {
        try (IoUring ring = IoUring.open(1)) {
            ring.sq().next().timeout(1_000_000, 0, 0).userData(1);
            ring.submit();
            ring.sq().next().timeout(3_600_000_000_000L, 0, 0).userData(2);
            ring.submit();
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, Errno.ETIME));
        }
    }

    private static void fillSixOfWhichTheFifthIsBad(IoUring ring) {
        for (int i = 0; i < 6; i++) {
            Sqe sqe = ring.sq().next().nop().userData(i);
            if (i == 4) {
                sqe.rwFlags(1 << 30); // a flag that no NOP has
            }
        }
    }
}

package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.sys.Errno;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Timeouts that come again and again, that are changed under way, and that count. */
@Covers("IORING_OP_TIMEOUT")
class TimeoutDetailsTest extends OperationTest {
    private static final long MILLI = 1_000_000L;
    private static final long HOUR = 3_600_000_000_000L;

    @Test
    @Covers({"IORING_OP_TIMEOUT", "IORING_CQE_F_MORE"})
    void aMultishotComesAsOftenAsItsCountSays() throws IOException {
        needMultishot();
        long start = System.nanoTime();
        sq().timeout(5 * MILLI, 3, UringFlags.IORING_TIMEOUT_MULTISHOT);
        for (int i = 1; i <= 3; i++) {
            assertThat(result()).isEqualTo(error(Errno.ETIME));
            assertThat(ring.cq().hasMore()).as("after " + i).isEqualTo(i < 3);
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(i * 5 * MILLI);
        }
        expectNothing();
    }

    @Test
    @Covers({"IORING_OP_TIMEOUT", "IORING_OP_TIMEOUT_REMOVE", "IORING_CQE_F_MORE"})
    void aMultishotWithoutACountComesUntilItIsRemoved() throws IOException {
        needMultishot();
        sq().timeout(MILLI, 0, UringFlags.IORING_TIMEOUT_MULTISHOT).userData(1);
        for (int i = 0; i < 5; i++) {
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, Errno.ETIME));
            assertThat(ring.cq().hasMore()).isTrue();
        }
        sq().timeoutRemove(1).userData(2);
        int removed = 0;
        do {
            Completion each = Completion.next(ring);
            if (each.equals(Completion.of(2, 0))) {
                removed++;
            } else if (each.userData() == 2) {
                sq().timeoutRemove(1).userData(2); // it was just going off, and has been set again
            }
        } while (ring.inFlight() > 0 || ring.cq().peek() || ring.sq().ready() > 0);
        assertThat(removed).isEqualTo(1);
    }

    @Test
    @Covers({"IORING_OP_TIMEOUT", "IORING_CQE_F_MORE", "IORING_FEAT_NODROP"})
    void aMultishotThatFindsTheQueueFullSaysThatItHasEnded() throws IOException {
        needMultishot();
        int count = 8;
        try (IoUring small = IoUring.open(2, RingVariant.PLAIN.options().cqEntries(2))) {
            small.sq().next().timeout(MILLI, count, UringFlags.IORING_TIMEOUT_MULTISHOT);
            small.submit();
            sq().timeout(20 * MILLI, 0, 0); // time for more of them than the queue holds
            assertThat(result()).isEqualTo(error(Errno.ETIME));
            int seen = 0;
            do {
                assertThat(Completion.result(small)).isEqualTo(error(Errno.ETIME));
                seen++;
            } while (small.cq().hasMore());
            assertThat(seen).isBetween(1, count);
            assertThat(small.inFlight()).isZero();
        }
    }

    @Test
    void aMultishotIsNeverAbsolute() throws IOException {
        needMultishot();
        sq().timeout(HOUR, 1, UringFlags.IORING_TIMEOUT_MULTISHOT | UringFlags.IORING_TIMEOUT_ABS);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers({"IORING_OP_TIMEOUT", "IORING_OP_TIMEOUT_REMOVE"})
    void itsTimeIsChanged() throws IOException {
        needUpdate();
        sq().timeout(HOUR, 0, 0).userData(1);
        expectNothing();
        sq().timeoutUpdate(1, MILLI, 0).userData(2);
        assertThat(results(2)).containsExactly(error(Errno.ETIME), 0);
    }

    @Test
    @Covers({"IORING_OP_TIMEOUT", "IORING_OP_TIMEOUT_REMOVE"})
    void itsTimeIsChangedToAPointInTime() throws IOException {
        needUpdate();
        sq().timeout(HOUR, 0, 0).userData(1);
        expectNothing();
        long until = System.nanoTime() + 10 * MILLI;
        sq().timeoutUpdate(1, until, UringFlags.IORING_TIMEOUT_ABS).userData(2);
        assertThat(results(2)).containsExactly(error(Errno.ETIME), 0);
        assertThat(System.nanoTime()).isGreaterThanOrEqualTo(until);
    }

    @Test
    @Covers("IORING_OP_TIMEOUT_REMOVE")
    void thereIsNothingToChangeInATimeoutThatIsNotThere() throws IOException {
        needUpdate();
        sq().timeoutUpdate(12345, MILLI, 0);
        assertThat(result()).isEqualTo(error(Errno.ENOENT));
    }

    @Test
    @Covers("IORING_OP_TIMEOUT_REMOVE")
    void flagsThatAreNoneAreRefused() throws IOException {
        needUpdate();
        sq().timeoutUpdate(1, MILLI, 1 << 20);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
        sq().timeout(MILLI, 0, 1 << 20);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }

    /** Completions of timeouts do not count: otherwise the first to end would end the second. */
    @Test
    void severalCountTheSameCompletions() throws IOException {
        sq().timeout(HOUR, 1, 0).userData(1);
        sq().timeout(HOUR, 2, 0).userData(2);
        sq().timeout(HOUR, 0, 0).userData(3);
        expectNothing();
        sq().nop().userData(4);
        assertThat(Completion.userData(ring, 2)).containsExactlyInAnyOrder(4, 1);
        expectNothing();
        sq().nop().userData(5);
        assertThat(Completion.userData(ring, 2)).containsExactlyInAnyOrder(5, 2);
        sq().timeoutRemove(3).userData(6);
        assertThat(Completion.next(ring, 2))
                .containsExactlyInAnyOrder(Completion.of(3, Errno.ECANCELED), Completion.of(6, 0));
    }

    /** One that ends by its count has not failed, and what is linked to it runs. */
    @Test
    @Covers({"IORING_OP_TIMEOUT", "IOSQE_IO_LINK"})
    void itsCountBreaksNoLink() throws IOException {
        Pipe pipe = keep(Pipe.open());
        sq().timeout(HOUR, 1, 0).userData(1).link();
        sq().write(pipe.writer(), bytes("x"), -1).userData(2);
        expectNothing();
        sq().nop().userData(3);
        assertThat(results(3)).containsExactly(0, 1, 0);
    }

    private void needMultishot() throws IOException {
        sq().timeout(0, 1, UringFlags.IORING_TIMEOUT_MULTISHOT);
        assumeTrue(result() != error(Errno.EINVAL), "needs IORING_TIMEOUT_MULTISHOT, Linux 6.4");
    }

    private void needUpdate() throws IOException {
        needs(Opcode.IORING_OP_RENAMEAT); // of the same release
    }
}

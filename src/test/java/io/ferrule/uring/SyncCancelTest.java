package io.ferrule.uring;

import static io.ferrule.uring.UringFlags.IORING_ASYNC_CANCEL_ALL;
import static io.ferrule.uring.UringFlags.IORING_ASYNC_CANCEL_ANY;
import static io.ferrule.uring.UringFlags.IORING_ASYNC_CANCEL_FD;
import static io.ferrule.uring.UringFlags.IORING_ASYNC_CANCEL_USERDATA;
import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Cancelling from outside the queue: when the call returns, what it met has ended. */
@Covers("IORING_REGISTER_SYNC_CANCEL")
@Timeout(30)
class SyncCancelTest extends OperationTest {
    private static final long SECOND = 1_000_000_000L;
    private static final int CANCELLED = Completion.error(Errno.ECANCELED);

    private final MemorySegment buffer = arena.allocate(8);
    private Pipe pipe;
    private Pipe other;

    @BeforeEach
    void open() throws IOException {
        pipe = keep(Pipe.open());
        other = keep(Pipe.open());
        try {
            Kernel.needs(
                    RegisterOpcode.IORING_REGISTER_SYNC_CANCEL,
                    () -> ring.register().cancel(0, IORING_ASYNC_CANCEL_ANY, SECOND));
        } catch (ErrnoException e) {
            assertThat(e.errno()).isEqualTo(Errno.ENOENT);
        }
    }

    @Test
    void aRequestIsCancelledByItsUserData() throws IOException {
        read(pipe, 1);
        read(pipe, 2);
        assertThat(ring.register().cancel(2, 0, SECOND)).isZero();
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(2, CANCELLED));
        assertThat(ring.inFlight()).isEqualTo(1);
    }

    @Test
    void allWithTheSameUserDataAreCancelledAndCounted() throws IOException {
        read(pipe, 1);
        read(pipe, 1);
        read(pipe, 2);
        assertThat(ring.register().cancel(1, IORING_ASYNC_CANCEL_ALL, SECOND)).isEqualTo(2);
        assertThat(Completion.next(ring, 2)).containsOnly(Completion.of(1, CANCELLED));
    }

    @Test
    void requestsAreCancelledByTheirDescriptor() throws IOException {
        read(pipe, 1);
        read(other, 2);
        read(pipe, 3);
        assertThat(ring.register().cancel(pipe.reader(), IORING_ASYNC_CANCEL_ALL, SECOND))
                .isEqualTo(2);
        assertThat(Completion.next(ring, 2))
                .containsExactlyInAnyOrder(Completion.of(1, CANCELLED), Completion.of(3, CANCELLED));
    }

    @Test
    void requestsAreCancelledByTheirDirectDescriptor() throws IOException {
        ring.register().files(pipe.reader());
        ring.sq().next().read(DirectDescriptor.of(0), buffer, -1).userData(1);
        ring.submit();
        assertThat(ring.register().cancel(DirectDescriptor.of(0), 0, SECOND)).isZero();
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, CANCELLED));
    }

    @Test
    void anyRequestIsCancelled() throws IOException {
        read(pipe, 1);
        read(other, 2);
        assertThat(ring.register().cancel(0, IORING_ASYNC_CANCEL_ANY | IORING_ASYNC_CANCEL_ALL, SECOND))
                .isEqualTo(2);
        assertThat(Completion.next(ring, 2))
                .containsExactlyInAnyOrder(Completion.of(1, CANCELLED), Completion.of(2, CANCELLED));
    }

    @Test
    void whereNothingMatchesItSaysSo() throws IOException {
        read(pipe, 1);
        Kernel.refuses(Errno.ENOENT, () -> ring.register().cancel(2, 0, SECOND));
        Kernel.refuses(Errno.ENOENT, () -> ring.register().cancel(other.reader(), 0, SECOND));
    }

    @Test
    void aRequestOnAWorkerIsInterrupted() throws IOException {
        ring.sq().next().read(pipe.reader(), buffer, -1).async().userData(1);
        ring.submit();
        assertThat(cancelOnceFound()).isZero();
        Completion completion = Completion.next(ring);
        assertThat(completion.userData()).isEqualTo(1);
        assertThat(completion.res()).isIn(CANCELLED, Completion.error(Errno.EINTR));
    }

    /** While a worker takes a request over, older kernels (6.1) do not find it. */
    private int cancelOnceFound() throws IOException {
        for (; ; ) {
            try {
                return ring.register().cancel(1, 0, 20 * SECOND);
            } catch (ErrnoException e) {
                assertThat(e.errno()).isEqualTo(Errno.ENOENT);
            }
        }
    }

    /** A worker may end its request before the time is up, however short it is, or not have it yet. */
    @Test
    void whoDoesNotWaitMayBeToldThatTheRequestHasNotEnded() throws IOException {
        ring.sq().next().read(pipe.reader(), buffer, -1).async().userData(1);
        ring.submit();
        try {
            assertThat(ring.register().cancel(1, 0, 0)).isZero();
        } catch (ErrnoException e) {
            assertThat(e.errno()).isIn(Errno.ETIME, Errno.ENOENT);
        }
        pipe.write("x"); // ends it where it was not found
        assertThat(Completion.result(ring)).isIn(1, CANCELLED, Completion.error(Errno.EINTR));
    }

    @Test
    void forEverIsANegativeTime() throws IOException {
        read(pipe, 1);
        assertThat(ring.register().cancel(1, 0, -1)).isZero();
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, CANCELLED));
    }

    @Test
    void flagsThatContradictEachOtherAreRefused() {
        Kernel.refuses(
                Errno.EINVAL,
                () -> ring.register().cancel(1, 1 << 20 | IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_USERDATA, 0));
    }

    private void read(Pipe from, long userData) throws IOException {
        ring.sq().next().read(from.reader(), buffer, -1).userData(userData);
        ring.submit();
    }
}

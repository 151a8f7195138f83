package io.ferrule.uring;

import static io.ferrule.uring.Completion.error;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Errno;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Cancelling: the canceller has three outcomes, and only the target's own completion says what became of it. Reads are of sockets, which wait without
 * a worker on any kernel; before Linux 6.4 those of pipes do not.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CancelTest {
    private static final int ALL = UringFlags.IORING_ASYNC_CANCEL_ALL;
    private static final int ANY = UringFlags.IORING_ASYNC_CANCEL_ANY;
    private static final int RACES = 20_000;

    @OnEveryRing
    @Covers("IORING_OP_ASYNC_CANCEL")
    void aRequestIsCancelledByItsUserData(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8);
                Pipe pipe = Pipe.sockets()) {
            ring.sq().next().read(pipe.reader(), arena.allocate(4), -1).userData(1);
            ring.sq().next().read(pipe.reader(), arena.allocate(4), -1).userData(2);
            ring.submit();
            ring.sq().next().cancel(2, 0).userData(3);
            assertThat(Completion.next(ring, 2))
                    .containsExactlyInAnyOrder(Completion.of(2, Errno.ECANCELED), Completion.of(3, 0));
            assertThat(ring.inFlight()).as("the other one goes on").isEqualTo(1);
        }
    }

    @OnEveryRing
    void whatIsNotThereIsNotFound(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(8)) {
            ring.sq().next().cancel(42, 0);
            assertThat(Completion.result(ring)).isEqualTo(error(Errno.ENOENT));
        }
    }

    @Test
    void aTimeoutIsCancelledLikeAnythingElse() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next().timeout(3_600_000_000_000L, 0, 0).userData(1);
            ring.sq().next().cancel(1, 0).userData(2);
            assertThat(Completion.next(ring, 2))
                    .containsExactlyInAnyOrder(Completion.of(1, Errno.ECANCELED), Completion.of(2, 0));
        }
    }

    @Test
    void allThatCarryTheUserDataAreCancelledAndCounted() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8);
                Pipe pipe = Pipe.sockets()) {
            for (int i = 0; i < 3; i++) {
                needsFlags(ring);
                ring.sq().next().read(pipe.reader(), arena.allocate(4), -1).userData(1);
            }
            ring.submit();
            ring.sq().next().cancel(1, ALL).userData(2);
            assertThat(Completion.next(ring, 4))
                    .containsExactlyInAnyOrder(
                            Completion.of(1, Errno.ECANCELED),
                            Completion.of(1, Errno.ECANCELED),
                            Completion.of(1, Errno.ECANCELED),
                            Completion.of(2, 3));
        }
    }

    @OnEveryRing
    @Covers("IORING_OP_ASYNC_CANCEL")
    void allOnADescriptorAreCancelled(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8);
                Pipe pipe = Pipe.sockets();
                Pipe other = Pipe.sockets()) {
            needsFlags(ring);
            ring.sq().next().read(pipe.reader(), arena.allocate(4), -1).userData(1);
            ring.sq().next().pollAdd(pipe.reader(), 1).userData(2);
            ring.sq().next().read(other.reader(), arena.allocate(4), -1).userData(3);
            ring.submit();
            ring.sq().next().cancel(pipe.reader(), ALL).userData(4);
            assertThat(Completion.next(ring, 3))
                    .containsExactlyInAnyOrder(
                            Completion.of(1, Errno.ECANCELED), Completion.of(2, Errno.ECANCELED), Completion.of(4, 2));
            assertThat(ring.inFlight()).isEqualTo(1);
        }
    }

    @Test
    void aDirectDescriptorIsCancelledByItsSlot() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8);
                Pipe pipe = Pipe.sockets()) {
            needsFlags(ring);
            ring.register().files(pipe.reader());
            ring.sq().next().read(DirectDescriptor.of(0), arena.allocate(4), -1).userData(1);
            ring.submit();
            ring.sq().next().cancel(DirectDescriptor.of(0), 0).userData(2);
            assertThat(Completion.next(ring, 2))
                    .containsExactlyInAnyOrder(Completion.of(1, Errno.ECANCELED), Completion.of(2, 0));
        }
    }

    @Test
    @Covers("IORING_OP_ASYNC_CANCEL")
    void everythingInFlightIsCancelled() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8);
                Pipe pipe = Pipe.sockets()) {
            needsFlags(ring);
            ring.sq().next().read(pipe.reader(), arena.allocate(4), -1).userData(1);
            ring.sq().next().timeout(3_600_000_000_000L, 0, 0).userData(2);
            ring.sq().next().pollAdd(pipe.reader(), 1).userData(3);
            ring.submit();
            ring.sq().next().cancel(0, ANY | ALL).userData(4);
            assertThat(Completion.next(ring, 4))
                    .containsExactlyInAnyOrder(
                            Completion.of(1, Errno.ECANCELED),
                            Completion.of(2, Errno.ECANCELED),
                            Completion.of(3, Errno.ECANCELED),
                            Completion.of(4, 3));
        }
    }

    @Test
    void theRestOfAChainGoesWithItsHead() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8);
                Pipe pipe = Pipe.sockets()) {
            ring.sq()
                    .next()
                    .read(pipe.reader(), arena.allocate(4), -1)
                    .userData(1)
                    .link();
            ring.sq().next().nop().userData(2);
            ring.submit();
            ring.sq().next().cancel(1, 0).userData(3);
            assertThat(Completion.next(ring, 3))
                    .containsExactlyInAnyOrder(
                            Completion.of(1, Errno.ECANCELED), Completion.of(2, Errno.ECANCELED), Completion.of(3, 0));
        }
    }

    /** liburing#363: before a descriptor is closed, what is in flight on it is cancelled; a reused number never sees it. */
    @Test
    void aReusedDescriptorNumberNeverGetsOldBytes() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8)) {
            needsFlags(ring);
            MemorySegment buffer = arena.allocate(8);
            for (int round = 0; round < 50; round++) {
                try (Pipe pipe = Pipe.sockets()) {
                    ring.sq().next().read(pipe.reader(), buffer, -1).userData(1);
                    ring.submit();
                    ring.sq().next().cancel(pipe.reader(), ALL).userData(2);
                    assertThat(Completion.next(ring, 2))
                            .containsExactlyInAnyOrder(Completion.of(1, Errno.ECANCELED), Completion.of(2, 1));
                }
            }
            assertThat(ring.inFlight()).isZero();
        }
    }

    /** Whatever the race between data and cancel ends like, each of the two requests completes exactly once, and no byte is lost. */
    @OnEveryRing
    void aCancelThatRacesWithACompletionLosesNothing(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8);
                Pipe pipe = Pipe.sockets()) {
            MemorySegment buffer = arena.allocate(1);
            for (int i = 0; i < RACES / RingVariant.values().length; i++) {
                ring.sq().next().read(pipe.reader(), buffer, -1).userData(1);
                ring.submit();
                pipe.writer().write(buffer);
                ring.sq().next().cancel(1, 0).userData(2);
                Map<Long, Completion> both = Completion.next(ring, 2).stream()
                        .collect(Collectors.toMap(Completion::userData, Function.identity()));
                int read = both.get(1L).res();
                assertThat(read).isIn(1, error(Errno.ECANCELED), error(Errno.EINTR));
                assertThat(both.get(2L).res()).isIn(0, error(Errno.ENOENT), error(Errno.EALREADY));
                if (read != 1) {
                    assertThat(pipe.reader().read(buffer))
                            .as("the byte is still there")
                            .isEqualTo(1);
                }
            }
            assertThat(ring.inFlight()).isZero();
            assertThat(ring.cq().next()).isFalse();
        }
    }

    private static void needsFlags(IoUring ring) throws IOException {
        ring.sq().next().cancel(42, ALL);
        assumeTrue(
                Completion.result(ring) != error(Errno.EINVAL),
                "needs flags to cancel with, IORING_ASYNC_CANCEL_ALL, Linux 5.19");
    }
}

package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.Pipe;
import io.ferrule.testing.Covers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that depend on each other: links, hard links, drains, silence on success. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ChainTest {
    private static final Fd NO_SUCH_FILE = Fd.borrow(1_000_000);
    private static final long HOUR = 3_600_000_000_000L;

    @OnEveryRing
    @Covers("IOSQE_IO_LINK")
    void aLinkRunsInOrder(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0);
                IoUring ring = variant.open(8)) {
            MemorySegment buffer = arena.allocate(6);
            ring.sq()
                    .next()
                    .write(pipe.writer(), arena.allocateFrom("hello"), -1)
                    .userData(1)
                    .link();
            ring.sq().next().read(pipe.reader(), buffer, -1).userData(2);
            assertThat(Completion.next(ring, 2)).containsExactly(Completion.of(1, 6), Completion.of(2, 6));
            assertThat(buffer.getString(0)).isEqualTo("hello");
        }
    }

    @OnEveryRing
    @Covers("IOSQE_IO_LINK")
    void whenOneFailsTheRestOfTheLinkIsCancelled(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(8)) {
            fillFailingChain(ring, 3);
            ring.sq().next().nop().userData(9);
            assertThat(Completion.next(ring, 4))
                    .containsExactlyInAnyOrder(
                            Completion.of(0, Errno.EBADF),
                            Completion.of(1, Errno.ECANCELED),
                            Completion.of(2, Errno.ECANCELED),
                            Completion.of(9, 0));
        }
    }

    @OnEveryRing
    @Covers("IOSQE_IO_HARDLINK")
    void aHardLinkGoesOnAfterAFailure(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8)) {
            MemorySegment nowhere = arena.allocateFrom("/no/such/file");
            ring.sq()
                    .next()
                    .openat(Fd.CWD, nowhere, LibC.O_RDONLY(), 0)
                    .userData(1)
                    .hardLink();
            ring.sq().next().nop().userData(2);
            assertThat(Completion.next(ring, 2)).containsExactly(Completion.of(1, Errno.ENOENT), Completion.of(2, 0));
        }
    }

    @OnEveryRing
    void aBadDescriptorEndsNoHardLink(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(8)) {
            Kernel.needs(ring, Feature.IORING_FEAT_LINKED_FILE);
            ring.sq().next().fsync(NO_SUCH_FILE, 0).userData(1).hardLink();
            ring.sq().next().nop().userData(2);
            assertThat(Completion.next(ring, 2)).containsExactly(Completion.of(1, Errno.EBADF), Completion.of(2, 0));
        }
    }

    /** liburing#187: a read that is cut short counts as a failure of the chain. */
    @Test
    void aShortReadEndsALink() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0);
                IoUring ring = IoUring.open(8)) {
            pipe.writer().write(arena.allocate(3));
            ring.sq()
                    .next()
                    .read(pipe.reader(), arena.allocate(8), -1)
                    .userData(1)
                    .link();
            ring.sq().next().nop().userData(2);
            assertThat(Completion.next(ring, 2))
                    .containsExactly(Completion.of(1, 3), Completion.of(2, Errno.ECANCELED));
        }
    }

    /** liburing#510. */
    @Test
    void aLinkEndsWithTheSubmit() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next().fsync(NO_SUCH_FILE, 0).userData(1).link();
            ring.submit();
            ring.sq().next().nop().userData(2);
            assertThat(Completion.next(ring, 2))
                    .containsExactlyInAnyOrder(Completion.of(1, Errno.EBADF), Completion.of(2, 0));
        }
    }

    /** Wherever in the queue the chain begins: the flush of the full queue keeps it back, and it goes in whole. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8})
    void aFullQueueNeverCutsAChain(int before) throws IOException {
        for (RingVariant variant : new RingVariant[] {RingVariant.DEFAULT, RingVariant.PLAIN, RingVariant.SQPOLL}) {
            try (IoUring ring = variant.open(8)) {
                for (int i = 0; i < before; i++) {
                    ring.sq().next().nop().userData(100 + i);
                }
                fillFailingChain(ring, 5);
                List<Completion> completions = Completion.next(ring, before + 5);
                assertThat(completions)
                        .as(variant + ": the first fails, so nothing of the chain may run")
                        .contains(Completion.of(0, Errno.EBADF))
                        .filteredOn(c -> c.userData() > 0 && c.userData() < 100)
                        .hasSize(4)
                        .allMatch(c -> c.res() == Completion.error(Errno.ECANCELED));
            }
        }
    }

    @Test
    void aChainAsLongAsTheQueueGoesInWhole() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next().nop().userData(100);
            fillFailingChain(ring, 8);
            assertThat(Completion.next(ring, 9))
                    .filteredOn(c -> c.res() == Completion.error(Errno.ECANCELED))
                    .hasSize(7);
        }
    }

    @Test
    void aChainLongerThanTheQueueIsRefused() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            assertThatThrownBy(() -> fillFailingChain(ring, 9))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("a chain of linked entries is longer than the queue, which has 8");
        }
    }

    @Test
    void roomThatAnUnfinishedChainTakesCannotBeReserved() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next().nop();
            for (int i = 0; i < 5; i++) {
                ring.sq().next().nop().link();
            }
            ring.sq().reserve(3);
            assertThatThrownBy(() -> ring.sq().reserve(4))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("a chain of linked entries");
        }
    }

    @OnEveryRing
    @Covers("IOSQE_IO_DRAIN")
    void aDrainWaitsForAllBeforeIt(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0);
                IoUring ring = variant.open(8)) {
            ring.sq().next().read(pipe.reader(), arena.allocate(4), -1).userData(1);
            ring.sq().next().nop().userData(2).drain();
            ring.submit();
            pipe.writer().write(arena.allocate(4));
            assertThat(Completion.next(ring, 2)).containsExactly(Completion.of(1, 4), Completion.of(2, 0));
        }
    }

    @Test
    @Covers("IOSQE_IO_DRAIN")
    void whatComesAfterADrainWaitsForWhatComesBefore() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0);
                IoUring ring = IoUring.open(8)) {
            ring.sq().next().read(pipe.reader(), arena.allocate(4), -1).userData(1);
            ring.sq().next().nop().userData(2).drain();
            ring.sq().next().nop().userData(3);
            ring.submit();
            assertThat(ring.cq().peek()).isFalse();
            pipe.writer().write(arena.allocate(4));
            assertThat(Completion.userData(ring, 3)).startsWith(1).containsExactlyInAnyOrder(1, 2, 3);
        }
    }

    @Test
    @Covers("IOSQE_IO_DRAIN")
    void whatComesAfterADrainWaitsForIt() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0);
                IoUring ring = IoUring.open(8)) {
            assumeTrue(
                    ring.probe().supports(Opcode.IORING_OP_PIPE),
                    "needs a kernel that holds later entries back until a drain has ended, Linux 6.16");
            ring.sq().next().nop().userData(1);
            ring.sq()
                    .next()
                    .read(pipe.reader(), arena.allocate(4), -1)
                    .userData(2)
                    .drain();
            ring.sq().next().nop().userData(3);
            ring.submit();
            pipe.writer().write(arena.allocate(4));
            assertThat(Completion.userData(ring, 3)).containsExactly(1, 2, 3);
        }
    }

    @OnEveryRing
    @Covers("IOSQE_ASYNC")
    void aRequestSentToAWorkerDoesTheSame(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0);
                IoUring ring = variant.open(8)) {
            MemorySegment buffer = arena.allocate(6);
            pipe.writer().write(arena.allocateFrom("hello"));
            ring.sq().next().read(pipe.reader(), buffer, -1).async();
            assertThat(Completion.result(ring)).isEqualTo(6);
            assertThat(buffer.getString(0)).isEqualTo("hello");
        }
    }

    @OnEveryRing
    @Covers("IOSQE_CQE_SKIP_SUCCESS")
    void silentOnSuccessMeansLoudOnFailure(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(8)) {
            Kernel.needs(ring, Feature.IORING_FEAT_CQE_SKIP);
            ring.sq().next().nop().userData(1).skipSuccess();
            ring.sq().next().fsync(NO_SUCH_FILE, 0).userData(2).skipSuccess();
            ring.sq().next().nop().userData(3);
            assertThat(Completion.next(ring, 2))
                    .containsExactlyInAnyOrder(Completion.of(2, Errno.EBADF), Completion.of(3, 0));
            assertThat(ring.cq().next()).isFalse();
        }
    }

    @Test
    @Covers("IORING_OP_LINK_TIMEOUT")
    void aLinkedTimeoutEndsARequestThatTakesTooLong() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0);
                IoUring ring = IoUring.open(8)) {
            ring.sq()
                    .next()
                    .read(pipe.reader(), arena.allocate(4), -1)
                    .userData(1)
                    .link();
            ring.sq().next().linkTimeout(1_000_000, 0).userData(2);
            assertThat(Completion.next(ring, 2))
                    .containsExactlyInAnyOrder(Completion.of(1, Errno.ECANCELED), Completion.of(2, Errno.ETIME));
        }
    }

    @Test
    @Covers("IORING_OP_LINK_TIMEOUT")
    void aLinkedTimeoutIsCancelledByARequestThatIsInTime() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0);
                IoUring ring = IoUring.open(8)) {
            ring.sq()
                    .next()
                    .read(pipe.reader(), arena.allocate(4), -1)
                    .userData(1)
                    .link();
            ring.sq().next().linkTimeout(HOUR, 0).userData(2);
            ring.submit();
            pipe.writer().write(arena.allocate(4));
            assertThat(Completion.next(ring, 2))
                    .containsExactlyInAnyOrder(Completion.of(1, 4), Completion.of(2, Errno.ECANCELED));
        }
    }

    @Test
    void aLinkedTimeoutNeedsALink() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next().linkTimeout(HOUR, 0);
            assertThat(Completion.result(ring)).isEqualTo(Completion.error(Errno.EINVAL));
        }
    }

    /** The first fails, and so nothing else of it may run. */
    private static void fillFailingChain(IoUring ring, int length) {
        for (int i = 0; i < length; i++) {
            Sqe sqe = ring.sq().next();
            Sqe filled = i == 0 ? sqe.fsync(NO_SUCH_FILE, 0) : sqe.nop();
            filled.userData(i);
            if (i < length - 1) {
                filled.link();
            }
        }
    }
}

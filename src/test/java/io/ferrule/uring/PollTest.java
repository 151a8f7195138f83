package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.Pipe;
import io.ferrule.testing.Covers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting for readiness through the ring. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PollTest {
    @OnEveryRing
    @Covers("IORING_OP_POLL_ADD")
    void aPollCompletesWhenTheEventComes(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8);
                Pipe pipe = Pipe.open(0)) {
            ring.sq().next().pollAdd(pipe.reader(), LibC.POLLIN()).userData(1);
            ring.submit();
            assertThat(ring.cq().next()).isFalse();
            pipe.writer().write(arena.allocate(1));
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, LibC.POLLIN()));
        }
    }

    @OnEveryRing
    void aPollForWhatIsThereCompletesAtOnce(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(8);
                Pipe pipe = Pipe.open(0)) {
            ring.sq().next().pollAdd(pipe.writer(), LibC.POLLOUT());
            assertThat(Completion.result(ring)).isEqualTo(LibC.POLLOUT());
        }
    }

    @Test
    void aHangUpIsReportedUnasked() throws IOException {
        try (IoUring ring = IoUring.open(8);
                Pipe pipe = Pipe.open(0)) {
            ring.sq().next().pollAdd(pipe.reader(), LibC.POLLIN());
            ring.submit();
            pipe.writer().close();
            assertThat(Completion.result(ring)).isEqualTo(LibC.POLLHUP());
        }
    }

    @Test
    @Covers("IORING_OP_POLL_REMOVE")
    void aPollIsTakenBack() throws IOException {
        try (IoUring ring = IoUring.open(8);
                Pipe pipe = Pipe.open(0)) {
            ring.sq().next().pollAdd(pipe.reader(), LibC.POLLIN()).userData(1);
            ring.sq().next().pollRemove(1).userData(2);
            assertThat(Completion.next(ring, 2))
                    .containsExactlyInAnyOrder(Completion.of(1, Errno.ECANCELED), Completion.of(2, 0));
        }
    }

    @Test
    @Covers("IORING_OP_POLL_REMOVE")
    void anUnknownPollIsNotFound() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next().pollRemove(1);
            assertThat(Completion.result(ring)).isEqualTo(Completion.error(Errno.ENOENT));
        }
    }

    /** So a program may wait for a ring and for descriptors in one place. */
    @Test
    void aRingsDescriptorIsReadableWhenARequestCompletes() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0);
                IoUring watched = RingVariant.PLAIN.open(8);
                IoUring ring = IoUring.open(8)) {
            watched.sq().next().read(pipe.reader(), arena.allocate(4), -1);
            watched.submit();
            ring.sq().next().pollAdd(Fd.borrow(watched.descriptor()), LibC.POLLIN());
            ring.submit();
            assertThat(ring.cq().next()).isFalse();
            pipe.writer().write(arena.allocate(4));
            assertThat(Completion.result(ring)).isEqualTo(LibC.POLLIN());
            assertThat(Completion.result(watched)).isEqualTo(4);
        }
    }

    @Test
    void aRingsDescriptorIsReadableWhenARequestCompletesAtItsSubmission() throws IOException {
        try (IoUring watched = IoUring.open(8);
                IoUring ring = IoUring.open(8)) {
            assumeTrue(
                    ring.features().contains(Feature.IORING_FEAT_REG_REG_RING)
                            || !watched.setupFlags().contains(SetupFlag.IORING_SETUP_DEFER_TASKRUN),
                    "needs a kernel on which a ring with DEFER_TASKRUN wakes others than its owner, Linux 6.3");
            ring.sq().next().pollAdd(Fd.borrow(watched.descriptor()), LibC.POLLIN());
            ring.submit();
            assertThat(ring.cq().next()).isFalse();
            watched.sq().next().nop();
            watched.submit();
            assertThat(Completion.result(ring)).isEqualTo(LibC.POLLIN());
        }
    }

    @Test
    void aRegularFileIsAlwaysReady() throws IOException {
        Path file = Path.of("/proc/self/exe");
        try (IoUring ring = IoUring.open(8);
                Fd fd = Fd.open(file, LibC.O_RDONLY(), 0)) {
            ring.sq().next().pollAdd(fd, LibC.POLLIN());
            assertThat(Completion.result(ring)).isEqualTo(LibC.POLLIN());
        }
    }
}

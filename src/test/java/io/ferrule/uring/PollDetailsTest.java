package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.pollfd;
import io.ferrule.sys.Abi;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SystemCall;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Polls: the same answers as poll(2), many at a time, racing readers, and events that feed on themselves. */
class PollDetailsTest extends OperationTest {
    private static final int EFD_NONBLOCK = 0x800;
    private static final int EVENTS = LibC.POLLIN() | LibC.POLLOUT() | LibC.POLLRDHUP();

    @Test
    @Covers("IORING_OP_POLL_ADD")
    void theEventsAreThoseOfPoll() throws IOException {
        Pipe pipe = keep(Pipe.open());
        Pipe sockets = keep(Pipe.sockets());
        assertSame(pipe.writer());
        assertSame(sockets.reader());
        pipe.write("x");
        sockets.write("x");
        assertSame(pipe.reader());
        assertSame(sockets.reader());
        LibC.shutdown(sockets.writer().number(), LibC.SHUT_WR());
        assertSame(sockets.reader());
        sockets.writer().close();
        assertSame(sockets.reader());
        pipe.reader().close();
        assertSame(pipe.writer());
    }

    private void assertSame(Fd fd) throws IOException {
        MemorySegment poll = pollfd.allocate(arena);
        pollfd.fd(poll, fd.number());
        pollfd.events(poll, (short) EVENTS);
        assertThat(LibC.poll(poll, 1, 0)).as("ready").isEqualTo(1);
        sq().pollAdd(fd, EVENTS);
        assertThat(result()).isEqualTo(pollfd.revents(poll));
    }

    @Test
    @Covers({"IORING_OP_POLL_ADD", "IORING_OP_POLL_REMOVE"})
    void manyPipesArePolledAndMadeReadyInAnyOrder() throws IOException {
        int count = 300;
        Pipe[] pipes = new Pipe[count];
        boolean[] ready = new boolean[count];
        for (int i = 0; i < count; i++) {
            pipes[i] = keep(Pipe.open());
            sq().pollAdd(pipes[i].reader(), LibC.POLLIN()).userData(i);
        }
        expectNothing();
        Random random = new Random(7);
        for (int round = 0; round < 1_000; round++) {
            int next = random.nextInt(count);
            if (!ready[next]) {
                pipes[next].write("x");
                ready[next] = true;
            }
            if (round % 8 == 7) {
                for (int i = 0; i < count; i++) {
                    if (ready[i]) {
                        Completion completion = Completion.next(ring);
                        int which = (int) completion.userData();
                        assertThat(completion.res()).isEqualTo(LibC.POLLIN());
                        assertThat(pipes[which].read()).isEqualTo("x");
                        sq().pollAdd(pipes[which].reader(), LibC.POLLIN()).userData(which);
                    }
                }
                Arrays.fill(ready, false);
                expectNothing();
            }
        }
    }

    /** One that finds its bytes taken by another goes on waiting. */
    @Test
    @Covers({"IORING_OP_RECV", "IORING_FEAT_FAST_POLL"})
    void receiversThatRaceForTheSameSocketAllGetTheirShare() throws Exception {
        int count = 32;
        Pipe sockets = keep(Pipe.sockets());
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < count; i++) {
                sq().recv(sockets.reader(), arena.allocate(1), 0);
            }
            ring.submit();
            OtherThread<Void> writer = OtherThread.start("writer", () -> {
                for (int i = 0; i < count; i++) {
                    sockets.write("x");
                }
                return null;
            });
            for (int i = 0; i < count; i++) {
                assertThat(result()).isEqualTo(1);
            }
            writer.result();
        }
    }

    /** It can only be told in order with what did not fit, so it ends, and says so. */
    @Test
    @Covers({"IORING_OP_POLL_ADD", "IORING_CQE_F_MORE"})
    void aMultishotThatFindsTheQueueFullEndsAndLosesNothing() throws IOException {
        needs(Feature.IORING_FEAT_RSRC_TAGS); // multishot polls are of the same release
        Pipe pipe = keep(Pipe.open());
        try (IoUring small = IoUring.open(2, RingVariant.PLAIN.options().cqEntries(2))) {
            small.sq().next().pollMultishot(pipe.reader(), LibC.POLLIN()).userData(1);
            small.submit();
            int events = 0;
            for (int i = 0; i < 8; i++) {
                pipe.write("x");
            }
            do {
                assertThat(Completion.next(small)).isEqualTo(Completion.of(1, LibC.POLLIN()));
                events++;
            } while (small.cq().peek());
            assertThat(events).isBetween(1, 8);
            if (!small.cq().hasMore()) {
                small.sq().next().pollMultishot(pipe.reader(), LibC.POLLIN()).userData(2);
                assertThat(Completion.next(small)).isEqualTo(Completion.of(2, LibC.POLLIN()));
            }
        }
    }

    // ---- events that feed on themselves ----

    @Test
    @Covers({"IORING_OP_POLL_ADD", "IORING_REGISTER_EVENTFD"})
    void aPollOfTheRingsOwnEventfdDoesNotGoRoundForEver() throws IOException {
        Fd eventfd = descriptor(SystemCall.invoke(SystemCall.EVENTFD2, 0, EFD_NONBLOCK, 0));
        ring.register().eventDescriptor(eventfd);
        sq().pollMultishot(eventfd, LibC.POLLIN()).userData(1);
        ring.submit();
        sq().nop().userData(2);
        assertEndsWithin(8);
    }

    @Test
    @Covers({"IORING_OP_POLL_ADD", "IORING_OP_EPOLL_CTL"})
    void aPollOfAnInterestListThatHasTheRingItselfDoesNotGoRoundForEver() throws IOException {
        Fd epoll = descriptor(SystemCall.invoke(SystemCall.EPOLL_CREATE1, 0, 0, 0));
        MemorySegment event = arena.allocate(Abi.value("sizeof epoll_event"), 8); // packed on x86-64 only
        event.set(ValueLayout.JAVA_INT, 0, LibC.EPOLLIN());
        sq().epollCtl(epoll, Fd.borrow(ring.descriptor()), LibC.EPOLL_CTL_ADD(), event);
        assertThat(result()).isZero();
        sq().pollMultishot(epoll, LibC.POLLIN()).userData(1);
        ring.submit();
        sq().nop().userData(2);
        assertEndsWithin(8);
    }

    /** The completions there are, and then none: how many, kernels differ in. */
    private void assertEndsWithin(int most) throws IOException {
        int count = 0;
        boolean nop = false;
        ring.submit();
        while (ring.cq().next()) {
            nop |= ring.cq().userData() == 2;
            assertThat(++count).isLessThanOrEqualTo(most);
        }
        assertThat(nop).isTrue();
    }

    // ---- rings as what is polled ----

    @Test
    @Covers({"IORING_OP_POLL_ADD", "IORING_SETUP_R_DISABLED"})
    void aRingThatIsStillDisabledCanBePolled() throws IOException {
        needs(Opcode.IORING_OP_READ_MULTISHOT); // some kernels before that release never wake such a poll
        SetupFlag flag = SetupFlag.IORING_SETUP_DEFER_TASKRUN;
        try (IoUring polled = IoUring.open(4, RingOptions.defaults().with(flag, SetupFlag.IORING_SETUP_R_DISABLED))) {
            sq().pollAdd(Fd.borrow(polled.descriptor()), LibC.POLLIN()).userData(1);
            expectNothing();
            polled.enable();
            polled.sq().next().nop();
            polled.submit();
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, LibC.POLLIN()));
        }
    }

    @Test
    @Covers({"IORING_OP_FUTEX_WAIT", "IORING_OP_POLL_ADD"})
    void aFutexThatIsNotWaitedForLeavesNothingBehindForAPoll() throws IOException {
        needs(Opcode.IORING_OP_FUTEX_WAIT);
        Pipe pipe = keep(Pipe.open());
        sq().futexWait(arena.allocate(ValueLayout.JAVA_INT), 5, 0xffff_ffffL, 2).userData(1);
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, Errno.EAGAIN));
        sq().pollAdd(pipe.reader(), LibC.POLLIN()).userData(2);
        expectNothing();
        pipe.write("x");
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(2, LibC.POLLIN()));
    }
}

package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SystemCall;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An eventfd that is signalled when completions come. */
@Timeout(30)
class EventDescriptorTest {
    private static final int EFD_NONBLOCK = 0x800;
    private static final int EFD_CLOEXEC = 0x80000;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment value = arena.allocate(ValueLayout.JAVA_LONG);
    private Fd eventfd;
    private IoUring ring;

    @BeforeEach
    void open() throws IOException {
        ring = RingVariant.PLAIN.open(8);
        eventfd = Fd.own(SystemCall.invoke(SystemCall.EVENTFD2, 0, EFD_NONBLOCK | EFD_CLOEXEC, 0));
    }

    @AfterEach
    void close() throws IOException {
        ring.close();
        eventfd.close();
        arena.close();
    }

    @Test
    @Covers("IORING_REGISTER_EVENTFD")
    void aCompletionSignalsIt() throws IOException {
        ring.register().eventDescriptor(eventfd);
        assertThat(signals()).isZero();
        nop();
        assertThat(signals()).isPositive();
        assertThat(signals()).isZero();
    }

    /** Also where the completion itself waits for the ring's thread to enter the kernel. */
    @OnEveryRing
    @Covers("IORING_REGISTER_EVENTFD")
    void aRequestThatIsReadyToCompleteSignalsIt(RingVariant variant) throws IOException {
        try (Pipe pipe = Pipe.open();
                IoUring other = variant.open(8)) {
            other.register().eventDescriptor(eventfd);
            other.sq().next().read(pipe.reader(), arena.allocate(8), -1);
            other.submit();
            pipe.write("x");
            assertThat(awaitSignal()).isPositive();
            assertThat(Completion.result(other)).isEqualTo(1);
        }
    }

    @Test
    @Covers("IORING_REGISTER_EVENTFD_ASYNC")
    void aCompletionAtSubmissionDoesNotSignalTheAsynchronousOne() throws IOException {
        ring.register().asyncEventDescriptor(eventfd);
        nop();
        assertThat(signals()).isZero();
    }

    @Test
    @Covers("IORING_REGISTER_EVENTFD_ASYNC")
    void aWorkersCompletionSignalsTheAsynchronousOne() throws IOException {
        ring.register().asyncEventDescriptor(eventfd);
        try (Pipe pipe = Pipe.open()) {
            pipe.write("x"); // or the worker would leave the waiting to the ring's thread
            ring.sq().next().read(pipe.reader(), arena.allocate(8), -1).async();
            ring.submit();
            assertThat(Completion.result(ring)).isEqualTo(1);
            assertThat(awaitSignal()).isPositive();
        }
    }

    @Test
    @Covers("IORING_UNREGISTER_EVENTFD")
    void nothingSignalsItAnyMoreOnceUnregistered() throws IOException {
        ring.register().eventDescriptor(eventfd);
        ring.register().unregisterEventDescriptor();
        nop();
        assertThat(signals()).isZero();
    }

    @Test
    @Covers({"IORING_REGISTER_EVENTFD", "IORING_UNREGISTER_EVENTFD"})
    void thereIsOneAtATime() throws IOException {
        Kernel.refuses(Errno.ENXIO, () -> ring.register().unregisterEventDescriptor());
        ring.register().eventDescriptor(eventfd);
        Kernel.refuses(Errno.EBUSY, () -> ring.register().eventDescriptor(eventfd));
        Kernel.refuses(Errno.EBUSY, () -> ring.register().asyncEventDescriptor(eventfd));
        ring.register().unregisterEventDescriptor();
        ring.register().asyncEventDescriptor(eventfd);
    }

    @Test
    @Covers("IORING_REGISTER_EVENTFD")
    void anotherKindOfDescriptorIsRefused() throws IOException {
        try (Pipe pipe = Pipe.open()) {
            Kernel.refuses(Errno.EINVAL, () -> ring.register().eventDescriptor(pipe.reader()));
        }
    }

    @Test
    @Covers({"IORING_REGISTER_EVENTFD", "IORING_CQ_EVENTFD_DISABLED"})
    void itCanBeMuted() throws IOException {
        ring.register().eventDescriptor(eventfd);
        ring.register().signalEvents(false);
        nop();
        assertThat(signals()).isZero();
        ring.register().signalEvents(true);
        nop();
        assertThat(signals()).isPositive();
    }

    private void nop() throws IOException {
        ring.sq().next().nop();
        assertThat(Completion.result(ring)).isZero();
    }

    /** Waits for a signal that may come a moment after its completion. */
    private long awaitSignal() throws IOException {
        try (IoUring other = IoUring.open(1)) {
            other.sq().next().pollAdd(eventfd, 1);
            assertThat(Completion.result(other)).isEqualTo(1);
        }
        return signals();
    }

    /** How often it was signalled since it was last read. */
    private long signals() {
        int read = eventfd.read(value);
        return read == Completion.error(Errno.EAGAIN) ? 0 : value.get(ValueLayout.JAVA_LONG, 0);
    }
}

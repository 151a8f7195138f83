package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Descriptor;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Errno;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cancelling what matches both a descriptor and user data, in this ring only, and many at a time. */
class CancelByBothTest extends OperationTest {
    private Pipe one;
    private Pipe other;

    @BeforeEach
    void openPipes() throws IOException {
        one = keep(Pipe.open());
        other = keep(Pipe.open());
    }

    @ParameterizedTest(name = "direct: {0}")
    @ValueSource(booleans = {false, true})
    @Covers({"IORING_OP_ASYNC_CANCEL", "IORING_OP_POLL_ADD"})
    void onlyWhatMatchesBothIsCancelled(boolean direct) throws IOException {
        needs(Opcode.IORING_OP_READ_MULTISHOT); // the release after that of the flag, which is passed over in
        // silence before
        ring.register().files(one.reader(), other.reader());
        Descriptor fd = direct ? DirectDescriptor.of(0) : one.reader();
        Descriptor otherFd = direct ? DirectDescriptor.of(1) : other.reader();
        sq().pollAdd(fd, LibC.POLLIN()).userData(1);
        sq().pollAdd(fd, LibC.POLLIN()).userData(2);
        sq().pollAdd(otherFd, LibC.POLLIN()).userData(1);
        sq().cancel(fd, 1, UringFlags.IORING_ASYNC_CANCEL_ALL).userData(9);
        assertThat(Completion.next(ring, 2))
                .containsExactlyInAnyOrder(Completion.of(1, Errno.ECANCELED), Completion.of(9, 1));
        expectNothing();
        one.write("x");
        other.write("x");
        assertThat(Completion.next(ring, 2))
                .containsExactlyInAnyOrder(Completion.of(1, LibC.POLLIN()), Completion.of(2, LibC.POLLIN()));
    }

    @Test
    @Covers("IORING_OP_ASYNC_CANCEL")
    void anotherRingsRequestsAreNotFound() throws IOException {
        try (IoUring stranger = IoUring.open(4)) {
            sq().read(one.reader(), arena.allocate(1), -1).userData(1);
            expectNothing();
            stranger.sq().next().cancel(1, 0).userData(2);
            assertThat(Completion.next(stranger)).isEqualTo(Completion.of(2, Errno.ENOENT));
            expectNothing();
            one.write("x");
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, 1));
        }
    }

    @Test
    @Covers({"IORING_OP_POLL_ADD", "IORING_OP_POLL_REMOVE"})
    void thousandsOfPollsAreTakenBack() throws IOException {
        int count = 5_000;
        for (int i = 0; i < count; i++) {
            sq().pollAdd(one.reader(), LibC.POLLIN()).userData(i);
        }
        expectNothing();
        int ended = 0;
        for (int i = 0; i < count; i++) {
            sq().pollRemove(i).userData(count + i);
        }
        for (int i = 0; i < 2 * count; i++) {
            Completion completion = Completion.next(ring);
            assertThat(completion.res()).isEqualTo(completion.userData() < count ? error(Errno.ECANCELED) : 0);
            ended += completion.userData() < count ? 1 : 0;
        }
        assertThat(ended).isEqualTo(count);
        assertThat(ring.inFlight()).isZero();
    }

    /** A chain with a link timeout is cancelled from its head; its timeout says that it went with it. */
    @Test
    @Covers({"IORING_OP_ASYNC_CANCEL", "IORING_OP_LINK_TIMEOUT"})
    void aRequestWithALinkedTimeoutIsCancelledWithIt() throws IOException {
        sq().pollAdd(one.reader(), LibC.POLLIN()).userData(1).link();
        sq().linkTimeout(3_600_000_000_000L, 0).userData(2);
        expectNothing();
        sq().cancel(1, 0).userData(3);
        assertThat(results(3)).containsExactly(error(Errno.ECANCELED), error(Errno.ECANCELED), 0);
    }
}

package io.ferrule.uring;

import static io.ferrule.uring.Opcode.IORING_OP_MKDIRAT;
import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Polls that go on, and polls that are changed while they are under way. */
class PollMultishotTest extends OperationTest {
    private static final int UPDATE_EVENTS = UringFlags.IORING_POLL_UPDATE_EVENTS;
    private static final int UPDATE_USER_DATA = UringFlags.IORING_POLL_UPDATE_USER_DATA;

    private Pipe pipe;

    @BeforeEach
    void openPipe() throws IOException {
        needs(IORING_OP_MKDIRAT); // the first operation newer than multishot polls and their updates
        pipe = keep(Pipe.open());
    }

    @Test
    @Covers({"IORING_OP_POLL_ADD", "IORING_CQE_F_MORE"})
    void aMultishotReportsEachTimeSomethingComes() throws IOException {
        sq().pollMultishot(pipe.reader(), LibC.POLLIN());
        expectNothing();
        for (int i = 0; i < 3; i++) {
            pipe.write("x");
            assertThat(result() & LibC.POLLIN()).isNotZero();
            assertThat(ring.cq().hasMore()).isTrue();
            assertThat(pipe.read()).isEqualTo("x");
        }
    }

    @Test
    @Covers("IORING_OP_POLL_ADD")
    void aMultishotReportsTheHangUp() throws IOException {
        sq().pollMultishot(pipe.reader(), LibC.POLLIN());
        expectNothing();
        pipe.writer().close();
        assertThat(result() & LibC.POLLHUP()).isNotZero();
    }

    @Test
    @Covers({"IORING_OP_POLL_ADD", "IORING_OP_POLL_REMOVE"})
    void aMultishotEndsWhenItIsRemoved() throws IOException {
        sq().pollMultishot(pipe.reader(), LibC.POLLIN()).userData(1);
        expectNothing();
        sq().pollRemove(1).userData(2);
        assertThat(results(2)).containsExactly(error(Errno.ECANCELED), 0);
        assertThat(ring.inFlight()).isZero();
    }

    @Test
    @Covers({"IORING_OP_POLL_ADD", "IORING_OP_POLL_REMOVE"})
    void theEventsOfAPollAreChanged() throws IOException {
        Pipe sockets = keep(Pipe.sockets());
        sq().pollAdd(sockets.reader(), LibC.POLLIN()).userData(1);
        expectNothing();
        sq().pollUpdate(1, 0, LibC.POLLOUT(), UPDATE_EVENTS).userData(2);
        int[] results = results(2);
        assertThat(results[0]).isEqualTo(LibC.POLLOUT());
        assertThat(results[1]).isZero();
    }

    @Test
    @Covers({"IORING_OP_POLL_ADD", "IORING_OP_POLL_REMOVE"})
    void theUserDataOfAPollIsChanged() throws IOException {
        sq().pollAdd(pipe.reader(), LibC.POLLIN()).userData(1);
        sq().pollUpdate(1, 77, 0, UPDATE_USER_DATA).userData(2);
        assertThat(result()).isZero();
        pipe.write("x");
        assertThat(result() & LibC.POLLIN()).isNotZero();
        assertThat(ring.cq().userData()).isEqualTo(77);
    }

    @Test
    @Covers({"IORING_OP_POLL_ADD", "IORING_OP_POLL_REMOVE", "IORING_CQE_F_MORE"})
    void aChangedMultishotGoesOn() throws IOException {
        sq().pollMultishot(pipe.reader(), LibC.POLLPRI()).userData(1);
        expectNothing();
        sq().pollUpdate(1, 0, LibC.POLLIN(), UPDATE_EVENTS | UringFlags.IORING_POLL_ADD_MULTI)
                .userData(2);
        assertThat(result()).isZero();
        pipe.write("x");
        assertThat(result() & LibC.POLLIN()).isNotZero();
        assertThat(ring.cq().hasMore()).isTrue();
    }

    @Test
    @Covers({"IORING_OP_POLL_ADD", "IORING_OP_POLL_REMOVE"})
    void aPollForOnceStaysOneThoughTheChangeAsksForMore() throws IOException {
        sq().pollAdd(pipe.reader(), LibC.POLLIN()).userData(1);
        sq().pollUpdate(1, 0, LibC.POLLIN(), UPDATE_EVENTS | UringFlags.IORING_POLL_ADD_MULTI)
                .userData(2);
        assertThat(result()).isZero();
        pipe.write("x");
        assertThat(result() & LibC.POLLIN()).isNotZero();
        assertThat(ring.cq().hasMore()).isFalse();
    }

    @Test
    @Covers("IORING_OP_POLL_REMOVE")
    void thereIsNothingToChangeInAPollThatIsNotThere() throws IOException {
        sq().pollUpdate(1, 0, LibC.POLLIN(), UPDATE_EVENTS);
        assertThat(result()).isEqualTo(error(Errno.ENOENT));
    }

    @Test
    @Covers("IORING_OP_POLL_ADD")
    void noPollIsLevelTriggeredThoughThereIsAFlag() throws IOException {
        pipe.write("x");
        int flags = UringFlags.IORING_POLL_ADD_MULTI | UringFlags.IORING_POLL_ADD_LEVEL;
        sq().raw(Opcode.IORING_OP_POLL_ADD.number(), pipe.reader().number(), 0, flags, 0)
                .operationFlags(LibC.POLLIN());
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }
}

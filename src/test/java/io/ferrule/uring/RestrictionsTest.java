package io.ferrule.uring;

import static io.ferrule.uring.SetupFlag.IORING_SETUP_R_DISABLED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

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

/** A locked-down ring does what it was allowed before it was enabled, and nothing else. */
@Covers({"IORING_REGISTER_RESTRICTIONS", "IORING_REGISTER_ENABLE_RINGS", "IORING_SETUP_R_DISABLED"})
@Timeout(30)
class RestrictionsTest extends OperationTest {
    private static final int DENIED = Completion.error(Errno.EACCES);

    private final MemorySegment buffer = arena.allocate(8);
    private Pipe pipe;

    RestrictionsTest() {
        super(RingOptions.defaults().with(IORING_SETUP_R_DISABLED));
    }

    @BeforeEach
    void open() throws IOException {
        pipe = keep(Pipe.open());
    }

    @Test
    void anOperationThatIsListedWorksAndAnotherIsDenied() throws IOException {
        enable(new Restrictions().allow(Opcode.IORING_OP_WRITE));
        ring.sq().next().write(pipe.writer(), buffer, -1);
        assertThat(Completion.result(ring)).isEqualTo(8);
        ring.sq().next().read(pipe.reader(), buffer, -1);
        assertThat(Completion.result(ring)).isEqualTo(DENIED);
    }

    @Test
    void aRegistrationThatIsListedWorksAndAnotherIsDenied() throws IOException {
        enable(new Restrictions().allow(RegisterOpcode.IORING_REGISTER_BUFFERS));
        ring.register().buffers(buffer);
        Kernel.refuses(Errno.EACCES, () -> ring.register().files(pipe.reader()))
                .hasMessageContaining("The ring's restrictions do not allow it");
    }

    @Test
    void nothingWorksWhereNothingIsListed() throws IOException {
        enable(new Restrictions());
        ring.sq().next().nop();
        assertThat(Completion.result(ring)).isEqualTo(DENIED);
        Kernel.refuses(Errno.EACCES, () -> ring.register().buffers(buffer));
    }

    @Test
    void noOperationWorksWhereOnlyARegistrationIsListed() throws IOException {
        enable(new Restrictions().allow(RegisterOpcode.IORING_REGISTER_BUFFERS));
        ring.sq().next().nop();
        assertThat(Completion.result(ring)).isEqualTo(DENIED);
    }

    @Test
    void noRegistrationWorksWhereOnlyAnOperationIsListed() throws IOException {
        enable(new Restrictions().allow(Opcode.IORING_OP_NOP));
        Kernel.refuses(Errno.EACCES, () -> ring.register().buffers(buffer));
    }

    @Test
    void aRingCanBeEnabledWithoutBeingAllowedTo() throws IOException {
        enable(new Restrictions().allow(Opcode.IORING_OP_NOP));
        ring.sq().next().nop();
        assertThat(Completion.result(ring)).isZero();
    }

    @Test
    void beforeItIsEnabledEverythingCanBeRegistered() throws IOException {
        ring.register().restrictions(new Restrictions().allow(Opcode.IORING_OP_NOP));
        ring.register().files(pipe.reader());
        ring.enable();
        Kernel.refuses(Errno.EACCES, () -> ring.register().unregisterFiles());
    }

    @Test
    @Covers("IOSQE_FIXED_FILE")
    void aFlagCanBeDemanded() throws IOException {
        ring.register().files(pipe.reader(), pipe.writer());
        enable(new Restrictions().allow(Opcode.IORING_OP_WRITE).requireFlags(Sqe.IOSQE_FIXED_FILE));
        ring.sq().next().write(DirectDescriptor.of(1), buffer, -1);
        assertThat(Completion.result(ring)).isEqualTo(8);
        ring.sq().next().write(pipe.writer(), buffer, -1);
        assertThat(Completion.result(ring)).isEqualTo(DENIED);
    }

    @Test
    @Covers({"IOSQE_ASYNC", "IOSQE_IO_DRAIN"})
    void flagsThatAreNotListedAreDenied() throws IOException {
        enable(new Restrictions().allow(Opcode.IORING_OP_NOP).allowFlags(Sqe.IOSQE_ASYNC));
        ring.sq().next().nop().async();
        assertThat(Completion.result(ring)).isZero();
        ring.sq().next().nop().drain();
        assertThat(Completion.result(ring)).isEqualTo(DENIED);
        ring.sq().next().nop();
        assertThat(Completion.result(ring)).isZero();
    }

    @Test
    void flagsThatAreListedOneAfterTheOtherAddUp() throws IOException {
        enable(new Restrictions()
                .allow(Opcode.IORING_OP_NOP)
                .allowFlags(Sqe.IOSQE_ASYNC)
                .allowFlags(Sqe.IOSQE_IO_LINK));
        ring.sq().next().nop().async().link();
        ring.sq().next().nop();
        assertThat(Completion.result(ring)).isZero();
        assertThat(Completion.result(ring)).isZero();
    }

    @Test
    void aRingThatIsEnabledTakesNoRestrictions() throws IOException {
        ring.enable();
        Kernel.refuses(Errno.EBADFD, () -> ring.register().restrictions(new Restrictions().allow(Opcode.IORING_OP_NOP)))
                .hasMessageContaining("The ring must be disabled for this");
    }

    @Test
    void restrictionsAreRegisteredOnce() throws IOException {
        ring.register().restrictions(new Restrictions().allow(Opcode.IORING_OP_NOP));
        Kernel.refuses(
                Errno.EBUSY, () -> ring.register().restrictions(new Restrictions().allow(Opcode.IORING_OP_READ)));
    }

    /** Closing must be able to end what is in flight, whatever else is denied. */
    @Test
    void aRestrictedRingWithRequestsInFlightCloses() throws IOException {
        Kernel.needs(RegisterOpcode.IORING_REGISTER_SYNC_CANCEL, RestrictionsTest::cancel);
        enable(new Restrictions().allow(Opcode.IORING_OP_READ));
        closeWithARequestInFlight();
    }

    @Test
    void aRestrictedRingThatMayRegisterFilesClosesOnAnyKernel() throws IOException {
        enable(new Restrictions().allow(Opcode.IORING_OP_READ).allow(RegisterOpcode.IORING_REGISTER_FILES));
        closeWithARequestInFlight();
    }

    @Test
    void aRestrictedRingThatCanNeitherCancelNorRegisterStaysOpenUntilItsRequestsHaveCompleted() throws IOException {
        assumeFalse(canCancel(), "this kernel has IORING_REGISTER_SYNC_CANCEL");
        enable(new Restrictions().allow(Opcode.IORING_OP_READ));
        ring.sq().next().read(pipe.reader(), buffer, -1);
        ring.submit();
        assertThatThrownBy(ring::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the ring stays open")
                .hasMessageContaining("allow a restricted ring IORING_REGISTER_FILES");
        pipe.write("late");
        assertThat(Completion.result(ring)).isEqualTo(4);
        ring.close();
        assertThatThrownBy(ring::submit)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    private void closeWithARequestInFlight() throws IOException {
        ring.sq().next().read(pipe.reader(), buffer, -1);
        ring.submit();
        ring.close();
        pipe.write("late");
        assertThat(pipe.read()).isEqualTo("late"); // no request is left that could have taken it
    }

    private static boolean canCancel() throws IOException {
        try {
            cancel();
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    /** Cancels nothing, in a ring without restrictions. */
    private static void cancel() throws IOException {
        try (IoUring other = IoUring.open(1)) {
            other.register().cancel(0, UringFlags.IORING_ASYNC_CANCEL_ANY | UringFlags.IORING_ASYNC_CANCEL_ALL, 0);
        }
    }

    private void enable(Restrictions restrictions) throws IOException {
        ring.register().restrictions(restrictions);
        ring.enable();
    }
}

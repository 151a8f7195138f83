package io.ferrule.uring;

import static io.ferrule.uring.Completion.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.bindings.liburing.io_cqring_offsets;
import io.ferrule.bindings.liburing.io_uring_params;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the kernel answers to system calls that are wrong, by the bindings that the ring itself goes through: the errors that our checks rely on. */
@Timeout(30)
class RawSystemCallsTest {
    private static final int ALL_FLAGS = -1;
    private static final int NO_FD = -1;

    private final Arena arena = Arena.ofConfined();
    private IoUring ring;
    private Fd devNull;

    @BeforeEach
    void open() throws IOException {
        ring = IoUring.open(4, RingOptions.defaults().registerRingDescriptor(false));
        devNull = Fd.open(Path.of("/dev/null"), LibC.O_RDWR(), 0);
    }

    @AfterEach
    void close() throws IOException {
        ring.close();
        devNull.close();
        arena.close();
    }

    // ---- io_uring_enter ----

    @Test
    void enteringWithNothingToDoDoesNothing() {
        assertThat(enter(ring.descriptor(), 0)).isZero();
    }

    @Test
    void enteringWithFlagsThatAreNoneIsInvalid() {
        assertThat(enter(ring.descriptor(), ALL_FLAGS)).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    void enteringWhatIsNotOpenIsABadDescriptor() {
        assertThat(enter(NO_FD, 0)).isEqualTo(error(Errno.EBADF));
    }

    @Test
    void enteringWhatIsNoRingIsNotSupported() {
        assertThat(enter(devNull.number(), 0)).isEqualTo(error(Errno.EOPNOTSUPP));
    }

    @Test
    @Covers("IORING_ENTER_REGISTERED_RING")
    void enteringAPlaceWhereNoRingIsRegisteredIsABadDescriptor() {
        assertThat(enter(15, LibUring.IORING_ENTER_REGISTERED_RING()))
                .isIn(error(Errno.EBADF), error(Errno.EINVAL)); // EINVAL where the thread has never registered one
        assertThat(enter(1 << 20, LibUring.IORING_ENTER_REGISTERED_RING())).isEqualTo(error(Errno.EINVAL));
    }

    /** Its kernel thread may be asleep, and is not dead for that. */
    @Test
    @Covers("IORING_SETUP_SQPOLL")
    void enteringAPolledRingWithNothingToDoDoesNothing() throws IOException {
        RingOptions options = RingOptions.defaults().sqPoll(Duration.ofMillis(10));
        try (IoUring polled = IoUring.open(4, options)) {
            assertThat(enter(polled.descriptor(), 0)).isZero();
        }
    }

    @Test
    @Covers("IORING_SETUP_R_DISABLED")
    void aDisabledRingIsNotEntered() throws IOException {
        try (IoUring disabled = IoUring.open(4, RingOptions.defaults().with(SetupFlag.IORING_SETUP_R_DISABLED))) {
            assertThat(enter(disabled.descriptor(), 0)).isEqualTo(error(Errno.EBADFD));
        }
    }

    @Test
    void aRingsDescriptorIsNeitherReadNorWritten() {
        Fd descriptor = Fd.borrow(ring.descriptor());
        assertThat(descriptor.read(arena.allocate(8))).isEqualTo(error(Errno.EINVAL));
        assertThat(descriptor.write(arena.allocate(8))).isEqualTo(error(Errno.EINVAL));
    }

    // ---- io_uring_register ----

    @Test
    void registeringWithWhatIsNotOpenIsABadDescriptor() {
        assertThat(register(NO_FD, RegisterOpcode.IORING_REGISTER_BUFFERS.number()))
                .isIn(
                        error(Errno.EBADF),
                        error(Errno.EINVAL)); // EINVAL since some operations need no ring (Linux 6.13)
        assertThat(register(1_000_000, RegisterOpcode.IORING_REGISTER_BUFFERS.number()))
                .isEqualTo(error(Errno.EBADF));
    }

    @Test
    void registeringWithWhatIsNoRingIsNotSupported() {
        assertThat(register(devNull.number(), RegisterOpcode.IORING_REGISTER_BUFFERS.number()))
                .isEqualTo(error(Errno.EOPNOTSUPP));
    }

    @Test
    void anOperationThatThereIsNotIsInvalid() {
        assertThat(register(ring.descriptor(), ALL_FLAGS)).isEqualTo(error(Errno.EINVAL));
        assertThat(register(ring.descriptor(), 10_000)).isEqualTo(error(Errno.EINVAL));
    }

    // ---- io_uring_setup ----

    @Test
    void aRingWithoutEntriesIsInvalid() throws IOException {
        assertThat(setup(0, params())).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    void parametersThatAreNotThereAreAFault() throws IOException {
        assertThat(setup(1, MemorySegment.NULL)).isEqualTo(error(Errno.EFAULT));
    }

    @Test
    void whatIsReservedMustBeZero() throws IOException {
        MemorySegment params = params();
        io_uring_params.resv(params, 0, 1);
        assertThat(setup(1, params)).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    void flagsThatAreNoneAreInvalid() throws IOException {
        MemorySegment params = params();
        io_uring_params.flags(params, ALL_FLAGS);
        assertThat(setup(1, params)).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers("IORING_SETUP_SQ_AFF")
    void aProcessorForNoThreadIsInvalid() throws IOException {
        MemorySegment params = params();
        io_uring_params.flags(params, SetupFlag.IORING_SETUP_SQ_AFF.bit());
        assertThat(setup(1, params)).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers("IORING_SETUP_NO_MMAP")
    void memoryOfOursThatIsNotMappedIsAFault() throws IOException {
        SetupFlag flag = SetupFlag.IORING_SETUP_NO_MMAP;
        Kernel.needs(flag);
        MemorySegment params = params();
        io_uring_params.flags(params, flag.bit());
        io_cqring_offsets.user_addr(io_uring_params.cq_off(params), 4096);
        assertThat(setup(2, params)).isIn(error(Errno.EFAULT), error(Errno.ENOMEM));
    }

    private static int enter(int descriptor, int flags) {
        return EnterCall.invoke(descriptor, 0, 0, flags, 0, 0);
    }

    private int register(int descriptor, int operation) {
        return LibUring.io_uring_register(descriptor, operation, arena.allocate(64), 1);
    }

    /** Closes what it opens against expectation. */
    private static int setup(int entries, MemorySegment params) throws IOException {
        int result = LibUring.io_uring_setup(entries, params);
        if (result >= 0) {
            Fd.own(result).close();
        }
        return result;
    }

    private MemorySegment params() {
        return io_uring_params.allocate(arena);
    }
}

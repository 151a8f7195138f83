package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.ferrule.bindings.liburing.io_uring_bpf;
import io.ferrule.bindings.liburing.io_uring_zcrx_ifq_reg;
import io.ferrule.bindings.liburing.zcrx_ctrl;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Registrations for which many a kernel or machine lacks something: they work, or say what was refused. */
@Timeout(30)
class OtherRegistrationsTest extends OperationTest {
    // ---- messages without a ring ----

    @OnEveryRing
    @Covers("IORING_REGISTER_SEND_MSG_RING")
    void aMessageIsPostedWithoutARing(RingVariant variant) throws IOException {
        try (IoUring target = IoUring.open(4, variant.options().messageTarget())) {
            send(target, 42, 7);
            assertThat(Completion.next(target)).isEqualTo(Completion.of(7, 42));
        }
    }

    @Test
    @Covers("IORING_REGISTER_SEND_MSG_RING")
    void anotherThreadsMessageEndsAWait() throws Exception {
        try (IoUring target = IoUring.open(4, RingOptions.defaults().messageTarget())) {
            send(target, 1, 1);
            Completion.next(target);
            Fd descriptor = Fd.borrow(target.descriptor());
            OtherThread<Void> sender = OtherThread.start("sender", () -> {
                Registration.message(descriptor, -5, Long.MIN_VALUE);
                return null;
            });
            assertThat(Completion.next(target)).isEqualTo(Completion.of(Long.MIN_VALUE, -5));
            sender.result();
        }
    }

    @Test
    @Covers("IORING_REGISTER_SEND_MSG_RING")
    void whatIsNoRingTakesNoMessage() throws IOException {
        try (IoUring target = IoUring.open(4, RingOptions.defaults().messageTarget());
                Pipe pipe = Pipe.open()) {
            send(target, 1, 1);
            Kernel.refuses(Errno.EBADFD, () -> Registration.message(pipe.reader(), 0, 0));
            Kernel.refuses(Errno.EBADF, () -> Registration.message(Fd.borrow(1_000_000), 0, 0));
        }
    }

    // ---- NAPI ----

    @Test
    @Covers({"IORING_REGISTER_NAPI", "IORING_UNREGISTER_NAPI"})
    void busyPollingIsTurnedOnAndOff() throws IOException {
        Pipe sockets = keep(Pipe.sockets());
        try {
            ring.register().napi(50, true);
        } catch (ErrnoException e) {
            assertThat(e.errno()).isIn(Errno.EINVAL, Errno.EOPNOTSUPP);
            abort("needs a kernel that can busy-poll (NAPI, Linux 6.9): " + e.getMessage());
        }
        ring.sq().next().recv(sockets.reader(), arena.allocate(8), 0);
        ring.submit();
        sockets.write("x");
        assertThat(Completion.result(ring)).isEqualTo(1);
        ring.register().napi(0, false);
        ring.register().unregisterNapi();
        ring.sq().next().nop();
        assertThat(Completion.result(ring)).isZero();
    }

    @Test
    @Covers({"IORING_REGISTER_NAPI", "IORING_UNREGISTER_NAPI"})
    void devicesToPollAreAddedAndRemovedByTheirIds() throws IOException {
        int id = 1_000_000; // beyond the numbers that are processors'; no device need have it
        Registration registration = ring.register();
        try {
            registration.staticNapi(50, false);
        } catch (ErrnoException e) {
            assertThat(e.errno()).isIn(Errno.EINVAL, Errno.EOPNOTSUPP);
            abort("needs a kernel that can busy-poll devices by id (NAPI, Linux 6.13): " + e.getMessage());
        }
        registration.addNapi(id);
        Kernel.refuses(Errno.EEXIST, () -> registration.addNapi(id));
        registration.removeNapi(id);
        Kernel.refuses(Errno.ENOENT, () -> registration.removeNapi(id));
        Kernel.refuses(Errno.EINVAL, () -> registration.addNapi(1));
        registration.napi(50, false);
        Kernel.refuses(Errno.EINVAL, () -> registration.addNapi(id));
        registration.unregisterNapi();
    }

    // ---- what needs a device, or a newer kernel ----

    @Test
    @Covers(value = "IORING_REGISTER_ZCRX_IFQ", butOnly = "it is refused without a device")
    void aReceiveQueueOfNoDeviceIsRefused() throws IOException {
        MemorySegment queue = io_uring_zcrx_ifq_reg.allocate(arena);
        assertRefused("ZCRX_IFQ", () -> ring.register().zeroCopyReceiveQueue(queue));
    }

    @Test
    @Covers(value = "IORING_REGISTER_ZCRX_CTRL", butOnly = "it is refused without a device's queue")
    void aReceiveQueueThatIsNotThereCannotBeControlled() throws IOException {
        MemorySegment control = zcrx_ctrl.allocate(arena);
        assertRefused("ZCRX_CTRL", () -> ring.register().zeroCopyReceiveControl(control));
    }

    @Test
    @Covers(value = "IORING_REGISTER_BPF_FILTER", butOnly = "an empty one is refused")
    void anEmptyFilterIsRefused() throws IOException {
        MemorySegment filter = io_uring_bpf.allocate(arena);
        assertRefused("BPF_FILTER", () -> ring.register().bpfFilter(filter));
        assertRefused("BPF_FILTER", () -> Registration.bpfFilterForThread(filter));
    }

    @Test
    void anOperationThatTheKernelLacksIsSaidToBeMissing() throws IOException {
        MemorySegment filter = io_uring_bpf.allocate(arena);
        Kernel.refuses(Errno.EINVAL, () -> ring.register().bpfFilter(filter))
                .hasMessageContaining("this kernel does not have the operation");
    }

    // ---- the ring's descriptor ----

    /** A thread has room for 16: had one not been taken back, the next would find none. */
    @Test
    @Covers({
        "IORING_REGISTER_RING_FDS",
        "IORING_UNREGISTER_RING_FDS",
        "IORING_ENTER_REGISTERED_RING",
        "IORING_ENTER_NO_IOWAIT",
        "IORING_FEAT_NO_IOWAIT"
    })
    void theDescriptorIsRegisteredAtOpenAndTakenBackAtClose() throws IOException {
        needs(Feature.IORING_FEAT_NO_IOWAIT);
        int both = 1 << 4 | 1 << 7;
        for (int i = 0; i < 40; i++) {
            RingHandle handle = RingHandle.open(4, RingOptions.defaults());
            handle.prepareEnter(true);
            assertThat(handle.enterFlags()).isEqualTo(both);
            assertThat(handle.enter(handle.enterDescriptor(), 0, 0, handle.enterFlags()))
                    .isZero();
            handle.exit();
        }
    }

    @Test
    @Covers("IORING_REGISTER_RING_FDS")
    void aThreadWithManyRingsUsesPlainDescriptorsForTheRest() throws IOException {
        IoUring[] rings = new IoUring[20];
        try {
            for (int i = 0; i < rings.length; i++) {
                rings[i] = IoUring.open(2);
            }
            for (IoUring ring : rings) {
                ring.sq().next().nop().userData(1);
                assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, 0));
            }
        } finally {
            for (IoUring ring : rings) {
                if (ring != null) {
                    ring.close();
                }
            }
        }
    }

    private static void send(IoUring target, int result, long userData) throws IOException {
        Kernel.needs(
                RegisterOpcode.IORING_REGISTER_SEND_MSG_RING,
                () -> Registration.message(Fd.borrow(target.descriptor()), result, userData));
    }

    private static void assertRefused(String operation, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        e -> assertThat(e.operation()).isEqualTo("io_uring_register " + operation));
    }
}

package io.ferrule.uring;

import static io.ferrule.uring.Opcode.IORING_OP_NOP128;
import static io.ferrule.uring.Opcode.IORING_OP_RECV_ZC;
import static io.ferrule.uring.Opcode.IORING_OP_URING_CMD128;
import static io.ferrule.uring.SetupFlag.IORING_SETUP_SQE128;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** Operations that few kernels have, or that need a device: where they are missing, the completion says so, and nothing else happens. */
class NewerOperationsTest extends SocketTest {
    @Test
    @Covers({"IORING_OP_NOP128", "IORING_SETUP_SQE128"})
    void nothingIsDoneInAWideEntry() throws IOException {
        needs(IORING_OP_NOP128);
        IoUring wide = keep(openRing(RingOptions.defaults().with(IORING_SETUP_SQE128)));
        wide.sq().next().nop128().userData(3);
        assertThat(Completion.next(wide)).isEqualTo(Completion.of(3, 0));
    }

    @Test
    void aKernelWithoutWideEntriesRefusesThem() throws IOException {
        assumeFalse(ring.probe().supports(IORING_OP_NOP128), "this kernel has IORING_OP_NOP128");
        sq().nop128();
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
        sq().uringCommand128(stream(), UringFlags.SOCKET_URING_OP_SIOCINQ, 0);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers({"IORING_OP_URING_CMD128", "IORING_SETUP_SQE128"})
    void aCommandIsGivenInAWideEntry() throws IOException {
        needs(IORING_OP_URING_CMD128);
        IoUring wide = keep(openRing(RingOptions.defaults().with(IORING_SETUP_SQE128)));
        Fd socket = connection()[0];
        wide.sq().next().uringCommand128(socket, UringFlags.SOCKET_URING_OP_SIOCINQ, 0);
        assertThat(result(wide)).isZero();
    }

    @Test
    @Covers(value = "IORING_OP_RECV_ZC", butOnly = "it is refused without a device's queue")
    void receivingWithoutCopyingNeedsAQueueOfADevice() throws IOException {
        assumeTrue(ring.probe().lastOperation() >= IORING_OP_RECV_ZC.number(), "needs IORING_OP_RECV_ZC, Linux 6.15");
        sq().recvZc(connection()[0], 0, 0);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers("IORING_OP_URING_CMD")
    void whatIsNoBlockDeviceIsNeitherDiscardedNorReset() throws IOException {
        needs(Opcode.IORING_OP_URING_CMD);
        sq().discard(stream(), 0, 4096);
        assertThat(result()).isEqualTo(error(Errno.EOPNOTSUPP));
        sq().zoneResetAll(stream());
        assertThat(result()).isEqualTo(error(Errno.EOPNOTSUPP));
    }
}

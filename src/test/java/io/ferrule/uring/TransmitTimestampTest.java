package io.ferrule.uring;

import static io.ferrule.uring.CompletionQueue.IORING_CQE_F_MORE;
import static io.ferrule.uring.CompletionQueue.IORING_CQE_F_TSTAMP_HW;
import static io.ferrule.uring.UringFlags.SOCKET_URING_OP_TX_TIMESTAMP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** A socket tells when its datagrams went out, in completions with 16 bytes more. */
class TransmitTimestampTest extends SocketTest {
    /** Of {@code linux/net_tstamp.h}: TX_SOFTWARE, SOFTWARE, OPT_ID, OPT_TSONLY. */
    private static final int STAMPS_OF_THE_KERNEL = 1 << 1 | 1 << 4 | 1 << 7 | 1 << 11;

    @Test
    @Covers(value = "IORING_CQE_F_TSTAMP_HW", butOnly = "the stamps that the kernel takes come without it")
    void aStampOfTheKernelHasTheNumberOfItsDatagramAndATime() throws IOException {
        Fd socket = stampingSocket();
        try (IoUring wide = RingVariant.CQE32.open(8)) {
            wide.sq().next().uringCommand(socket, SOCKET_URING_OP_TX_TIMESTAMP, 0);
            Pipe.write(socket, "first");
            Pipe.write(socket, "second");
            for (int number = 0; number < 2; number++) {
                int result = Completion.result(wide);
                assumeTrue(result != error(Errno.EOPNOTSUPP), "needs SOCKET_URING_OP_TX_TIMESTAMP, Linux 6.17");
                assertThat(result).isEqualTo(number);
                assertThat(wide.cq().flags() & (IORING_CQE_F_MORE | IORING_CQE_F_TSTAMP_HW))
                        .isEqualTo(IORING_CQE_F_MORE);
                assertThat(wide.cq().extra1()).as("seconds since 1970").isPositive();
                assertThat(wide.cq().extra2()).as("nanoseconds").isBetween(0L, 999_999_999L);
            }
        }
    }

    /** Connected to itself. */
    private Fd stampingSocket() {
        Fd socket = datagrams();
        MemorySegment address = address(socket);
        check(LibC.connect(socket.number(), address, (int) address.byteSize()), "connect");
        MemorySegment flags = arena.allocateFrom(ValueLayout.JAVA_INT, STAMPS_OF_THE_KERNEL);
        check(
                LibC.setsockopt(socket.number(), LibC.SOL_SOCKET(), LibC.SO_TIMESTAMPING(), flags, Integer.BYTES),
                "setsockopt");
        return socket;
    }
}

package io.ferrule.uring;

import static io.ferrule.uring.SetupFlag.IORING_SETUP_CQE32;
import static io.ferrule.uring.UringFlags.IORING_NOP_CQE32;
import static io.ferrule.uring.UringFlags.IORING_NOP_FILE;
import static io.ferrule.uring.UringFlags.IORING_NOP_FIXED_BUFFER;
import static io.ferrule.uring.UringFlags.IORING_NOP_FIXED_FILE;
import static io.ferrule.uring.UringFlags.IORING_NOP_INJECT_RESULT;
import static io.ferrule.uring.UringFlags.IORING_NOP_TW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.sys.Errno;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the operation that does nothing can be made to do for tests; by way of it, entries that are filled field by field. */
class NopFlagsTest extends OperationTest {
    private static final int NOP = Opcode.IORING_OP_NOP.number();

    @BeforeEach
    void needFlags() throws IOException {
        sq().nop(-1, IORING_NOP_INJECT_RESULT);
        assumeTrue(result() == -1, "needs IORING_NOP_INJECT_RESULT, Linux 6.10");
    }

    /** A flag that this kernel has, or the test is skipped. */
    private int needs(int flag, String name) throws IOException {
        sq().nop(0, flag);
        assumeTrue(result() != error(Errno.EINVAL), "needs " + name);
        return flag;
    }

    @Test
    @Covers("IORING_OP_NOP")
    void theResultIsTheOneInjected() throws IOException {
        sq().nop(1234, IORING_NOP_INJECT_RESULT);
        assertThat(result()).isEqualTo(1234);
        sq().nop(error(Errno.EIO), IORING_NOP_INJECT_RESULT);
        assertThat(result()).isEqualTo(error(Errno.EIO));
    }

    @Test
    @Covers("IORING_OP_NOP")
    void withoutTheFlagTheResultIsZero() throws IOException {
        sq().nop(1234, 0);
        assertThat(result()).isZero();
    }

    @Test
    @Covers("IORING_OP_NOP")
    void unknownFlagsAreRefused() throws IOException {
        sq().nop(0, 1 << 30);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers({"IORING_OP_NOP", "IOSQE_IO_LINK"})
    void anInjectedFailureBreaksItsChain() throws IOException {
        sq().nop(-5, IORING_NOP_INJECT_RESULT).userData(1).link();
        sq().nop().userData(2);
        assertThat(results(2)).containsExactly(-5, error(Errno.ECANCELED));
    }

    @Test
    @Covers("IORING_OP_NOP")
    void aFileIsLookedUp() throws IOException {
        needs(IORING_NOP_FILE, "IORING_NOP_FILE");
        int fd = keep(Pipe.open()).reader().number();
        sq().raw(NOP, fd, 0, 0, 0).operationFlags(IORING_NOP_FILE);
        assertThat(result()).isZero();
        sq().raw(NOP, -1, 0, 0, 0).operationFlags(IORING_NOP_FILE);
        assertThat(result()).isEqualTo(error(Errno.EBADF));
    }

    @Test
    @Covers("IORING_OP_NOP")
    void aRegisteredFileIsLookedUp() throws IOException {
        int flags = IORING_NOP_FILE | needs(IORING_NOP_FIXED_FILE, "IORING_NOP_FIXED_FILE");
        ring.register().files(keep(Pipe.open()).reader());
        sq().raw(NOP, 0, 0, 0, 0).operationFlags(flags);
        assertThat(result()).isZero();
        sq().raw(NOP, 1, 0, 0, 0).operationFlags(flags);
        assertThat(result()).isEqualTo(error(Errno.EBADF));
    }

    @Test
    @Covers("IORING_OP_NOP")
    void aRegisteredBufferIsLookedUp() throws IOException {
        needs(IORING_NOP_FIXED_BUFFER, "IORING_NOP_FIXED_BUFFER");
        sq().nop(0, IORING_NOP_FIXED_BUFFER);
        assertThat(result()).isEqualTo(error(Errno.EFAULT));
        ring.register().buffers(arena.allocate(64));
        sq().nop(0, IORING_NOP_FIXED_BUFFER);
        assertThat(result()).isZero();
    }

    @Test
    @Covers("IORING_OP_NOP")
    void itCompletesByTaskWork() throws IOException {
        needs(IORING_NOP_TW, "IORING_NOP_TW");
        sq().nop(8, IORING_NOP_TW | IORING_NOP_INJECT_RESULT);
        assertThat(result()).isEqualTo(8);
    }

    @Test
    @Covers({"IORING_OP_NOP", "IORING_SETUP_CQE32"})
    void aWideCompletionCarriesTwoWords() throws IOException {
        IoUring wide = keep(openRing(RingOptions.defaults().with(IORING_SETUP_CQE32)));
        wide.sq().next().raw(NOP, -1, 222, 0, 111).operationFlags(IORING_NOP_CQE32);
        int result = result(wide);
        assumeTrue(result != error(Errno.EINVAL), "needs IORING_NOP_CQE32, Linux 6.18");
        assertThat(result).isZero();
        assertThat(wide.cq().extra1()).isEqualTo(111);
        assertThat(wide.cq().extra2()).isEqualTo(222);
    }

    @Test
    @Covers("IORING_OP_NOP")
    void aNarrowQueueHasNoRoomForTwoWords() throws IOException {
        sq().nop(0, IORING_NOP_CQE32);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    void anOperationThatTheKernelDoesNotKnowIsRefused() throws IOException {
        sq().raw(255, -1, 0, 0, 0).userData(1);
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, Errno.EINVAL));
    }
}

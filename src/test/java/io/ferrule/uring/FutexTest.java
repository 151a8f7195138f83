package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.futex_waitv;
import io.ferrule.sys.Errno;
import io.ferrule.testing.Covers;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Waiting for futexes and waking those who wait. */
class FutexTest extends OperationTest {
    private static final int U32 = LibC.FUTEX2_SIZE_U32() | LibC.FUTEX2_PRIVATE();
    private static final long ANY = Integer.toUnsignedLong(LibC.FUTEX_BITSET_MATCH_ANY());

    private final MemorySegment futex = arena.allocateFrom(ValueLayout.JAVA_INT, 5);

    @BeforeEach
    void needFutexes() throws IOException {
        needs(Opcode.IORING_OP_FUTEX_WAIT);
    }

    @Test
    @Covers({"IORING_OP_FUTEX_WAIT", "IORING_OP_FUTEX_WAKE"})
    void aWaiterIsWoken() throws IOException {
        sq().futexWait(futex, 5, ANY, U32).userData(1);
        expectNothing();
        sq().futexWake(futex, 1, ANY, U32).userData(2);
        assertThat(results(2)).containsExactly(0, 1);
    }

    @Test
    @Covers({"IORING_OP_FUTEX_WAIT", "IORING_OP_FUTEX_WAKE"})
    void asManyAreWokenAsAsked() throws IOException {
        for (int i = 0; i < 3; i++) {
            sq().futexWait(futex, 5, ANY, U32).userData(1);
        }
        expectNothing();
        sq().futexWake(futex, 2, ANY, U32).userData(2);
        for (int i = 0; i < 3; i++) {
            int woken = result();
            assertThat(woken).isEqualTo(ring.cq().userData() == 2 ? 2 : 0);
        }
        expectNothing();
        assertThat(ring.inFlight()).isEqualTo(1);
    }

    @Test
    @Covers("IORING_OP_FUTEX_WAKE")
    void wakingNobodyIsNoError() throws IOException {
        sq().futexWake(futex, 1, ANY, U32);
        assertThat(result()).isZero();
    }

    @Test
    @Covers({"IORING_OP_FUTEX_WAIT", "IORING_OP_FUTEX_WAKE"})
    void oneWhoseMaskDiffersSleepsOn() throws IOException {
        sq().futexWait(futex, 5, 0b01, U32).userData(1);
        expectNothing();
        sq().futexWake(futex, 1, 0b10, U32).userData(2);
        assertThat(result()).isZero();
        sq().futexWake(futex, 1, 0b11, U32).userData(2);
        assertThat(results(2)).containsExactly(0, 1);
    }

    @Test
    @Covers("IORING_OP_FUTEX_WAIT")
    void aValueThatHasChangedIsNotWaitedFor() throws IOException {
        sq().futexWait(futex, 6, ANY, U32);
        assertThat(result()).isEqualTo(error(Errno.EAGAIN));
    }

    @Test
    @Covers({"IORING_OP_FUTEX_WAIT", "IORING_OP_FUTEX_WAKE"})
    void unknownFlagsAreRefused() throws IOException {
        sq().futexWait(futex, 5, ANY, 1 << 20);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
        sq().futexWake(futex, 1, ANY, 1 << 20);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers("IORING_OP_FUTEX_WAIT")
    void oneWhoWaitsCanBeCancelled() throws IOException {
        sq().futexWait(futex, 5, ANY, U32).userData(1);
        expectNothing();
        sq().cancel(1, 0).userData(2);
        int[] results = results(2);
        assertThat(results[0]).isEqualTo(error(Errno.ECANCELED));
        assertThat(results[1]).as("how many, other than for most operations").isEqualTo(1);
    }

    @Test
    @Covers({"IORING_OP_FUTEX_WAITV", "IORING_OP_FUTEX_WAKE"})
    void oneOfSeveralFutexesWakes() throws IOException {
        MemorySegment other = arena.allocateFrom(ValueLayout.JAVA_INT, 8);
        sq().futexWaitv(waiters(5, other, 8)).userData(1);
        expectNothing();
        sq().futexWake(other, 1, ANY, U32).userData(2);
        assertThat(results(2)).as("the index, how many were woken").containsExactly(1, 1);
    }

    @Test
    @Covers("IORING_OP_FUTEX_WAITV")
    void oneOfSeveralThatHasChangedIsNotWaitedFor() throws IOException {
        sq().futexWaitv(waiters(5, arena.allocateFrom(ValueLayout.JAVA_INT, 8), 9));
        assertThat(result()).isEqualTo(error(Errno.EAGAIN));
    }

    /** Waiters for our futex and another one, with the values expected of them. */
    private MemorySegment waiters(int expected, MemorySegment other, int otherExpected) {
        long size = futex_waitv.sizeof();
        MemorySegment waiters = arena.allocate(2 * size, 8);
        set(waiters.asSlice(0, size), futex, expected);
        set(waiters.asSlice(size, size), other, otherExpected);
        return waiters;
    }

    private static void set(MemorySegment waiter, MemorySegment futex, int expected) {
        futex_waitv.uaddr(waiter, futex.address());
        futex_waitv.val(waiter, expected);
        futex_waitv.flags(waiter, U32);
    }
}

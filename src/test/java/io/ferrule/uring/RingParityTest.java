package io.ferrule.uring;

import static io.ferrule.uring.SetupFlag.*;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.bindings.liburing.io_uring;
import io.ferrule.bindings.liburing.io_uring_cq;
import io.ferrule.bindings.liburing.io_uring_cqe;
import io.ferrule.bindings.liburing.io_uring_sq;
import io.ferrule.testing.Covers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Where we take a ring's memory to be is where liburing takes it to be: the pointers, masks, counts and strides of its {@code struct io_uring}, and
 * the entries and completions that its own functions find. For rings of many sizes and flags.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RingParityTest {
    /** A ring to open. The completion queue has {@code cqFactor} times the entries; 0 leaves its size to the kernel. */
    record Shape(int entries, int cqFactor, Set<SetupFlag> flags) {
        IoUring open() throws IOException {
            for (SetupFlag flag : flags) {
                Kernel.needs(flag);
            }
            RingOptions options = RingOptions.defaults();
            if (flags.contains(IORING_SETUP_SQPOLL)) {
                options.sqPoll(Duration.ofMillis(1));
            }
            if (cqFactor != 0) {
                options.cqEntries(entries * cqFactor);
            }
            return IoUring.open(entries, options.with(flags.toArray(SetupFlag[]::new)));
        }

        @Override
        public String toString() {
            return entries + " entries, completions x" + (cqFactor == 0 ? "default" : cqFactor) + ", " + flags;
        }
    }

    private static final List<Set<SetupFlag>> FLAGS = List.of(
            Set.of(),
            Set.of(IORING_SETUP_SQE128),
            Set.of(IORING_SETUP_CQE32),
            Set.of(IORING_SETUP_SQE128, IORING_SETUP_CQE32),
            Set.of(IORING_SETUP_CQE_MIXED),
            Set.of(IORING_SETUP_NO_SQARRAY),
            Set.of(IORING_SETUP_NO_SQARRAY, IORING_SETUP_SQE128, IORING_SETUP_CQE_MIXED),
            Set.of(IORING_SETUP_SQPOLL),
            Set.of(IORING_SETUP_SQPOLL, IORING_SETUP_SQE128, IORING_SETUP_CQE32));

    static List<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>();
        for (Set<SetupFlag> flags : FLAGS) {
            for (int entries : new int[] {1, 2, 3, 8, 100, 1024, 4096}) {
                for (int factor : new int[] {0, 1, 3, 16}) {
                    boolean tooSmall = flags.contains(IORING_SETUP_CQE_MIXED) && entries * factor == 1;
                    if (!tooSmall) {
                        shapes.add(new Shape(entries, factor, flags));
                    }
                }
            }
        }
        return shapes;
    }

    static Stream<Shape> smallShapes() {
        return shapes().stream().filter(shape -> shape.entries() <= 100 && shape.cqFactor() != 3);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    @Covers({
        "IORING_SETUP_SQE128",
        "IORING_SETUP_CQE32",
        "IORING_SETUP_CQE_MIXED",
        "IORING_SETUP_NO_SQARRAY",
        "IORING_SETUP_CQSIZE"
    })
    void aRingLiesWhereLiburingSays(Shape shape) throws IOException {
        try (IoUring ring = shape.open()) {
            assertParity(ring);
        }
    }

    @ParameterizedTest
    @MethodSource("smallShapes")
    @Covers("IORING_REGISTER_RESIZE_RINGS")
    void aRingOfAnotherSizeLiesWhereLiburingSays(Shape shape) throws IOException {
        try (IoUring ring = shape.open()) {
            assumeTrue(
                    ring.setupFlags().contains(IORING_SETUP_DEFER_TASKRUN), "resizing needs a ring with DEFER_TASKRUN");
            try {
                ring.resize(2 * shape.entries(), 8 * shape.entries());
            } catch (IOException e) {
                assumeTrue(false, "needs a kernel that resizes rings, Linux 6.13: " + e.getMessage());
            }
            assertParity(ring);
        }
    }

    /** The tail that liburing counts is its own, so that it hands out every slot from the first on, and the kernel sees none of it. */
    @ParameterizedTest
    @MethodSource("shapes")
    void entriesLieWhereLiburingHandsThemOut(Shape shape) throws IOException {
        try (IoUring ring = shape.open()) {
            RingMemory memory = memory(ring);
            long[] ours = IntStream.range(0, memory.sqEntries())
                    .mapToLong(slot -> memory.sqes() + slot * memory.sqeStride())
                    .toArray();
            long[] theirs = IntStream.range(0, memory.sqEntries())
                    .mapToLong(slot -> LibUring.io_uring_get_sqe(ring.struct()).address())
                    .toArray();
            assertThat(ours).isEqualTo(theirs);
            assertThat(LibUring.io_uring_get_sqe(ring.struct()).address())
                    .as("the queue is full for liburing too")
                    .isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("smallShapes")
    @Covers("IORING_OP_NOP")
    void completionsAreThoseThatLiburingFinds(Shape shape) throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = shape.open()) {
            MemorySegment found = arena.allocate(ADDRESS);
            int rounds = 2 * ring.cq().entries() / ring.sq().entries() + 1; // so that the queue wraps around
            for (long i = 0; i < (long) rounds * ring.sq().entries(); i++) {
                ring.sq().next().nop().userData(~i);
                if (ring.sq().spaceLeft() == 0) {
                    ring.submitAndWait(ring.sq().entries());
                    while (ring.cq().peek()) {
                        assertThat(LibUring.io_uring_peek_cqe(ring.struct(), found))
                                .isZero();
                        MemorySegment theirs = found.get(ADDRESS, 0).reinterpret(io_uring_cqe.sizeof());
                        assertThat(ring.cq().userData()).isEqualTo(io_uring_cqe.user_data(theirs));
                        assertThat(ring.cq().res()).isEqualTo(io_uring_cqe.res(theirs));
                        assertThat(ring.cq().flags()).isEqualTo(io_uring_cqe.flags(theirs));
                        ring.cq().advance(1);
                    }
                }
            }
            assertThat(LibUring.io_uring_peek_cqe(ring.struct(), found))
                    .as("none is left for liburing either")
                    .isNegative();
        }
    }

    private static void assertParity(IoUring ring) {
        MemorySegment sq = io_uring.sq(ring.struct());
        MemorySegment cq = io_uring.cq(ring.struct());
        assertThat(memory(ring))
                .isEqualTo(new RingMemory(
                        io_uring_sq.khead(sq).address(),
                        io_uring_sq.ktail(sq).address(),
                        io_uring_sq.kflags(sq).address(),
                        io_uring_sq.sqes(sq).address(),
                        io_uring_sq.ring_entries(sq),
                        RingLayout.SQE_SIZE << LibUring.io_uring_sqe_shift(ring.struct()),
                        io_uring_cq.khead(cq).address(),
                        io_uring_cq.ktail(cq).address(),
                        io_uring_cq.koverflow(cq).address(),
                        io_uring_cq.cqes(cq).address(),
                        io_uring_cq.ring_entries(cq),
                        RingLayout.CQE_SIZE << LibUring.io_uring_cqe_shift(ring.struct()),
                        (io_uring.flags(ring.struct()) & LibUring.IORING_SETUP_CQE_MIXED()) != 0));
        assertThat(ring.sq().entries() - 1)
                .as("mask of the submission queue: ours, liburing's and the kernel's")
                .isEqualTo(io_uring_sq.ring_mask(sq))
                .isEqualTo(word(io_uring_sq.kring_mask(sq)));
        assertThat(ring.cq().entries() - 1)
                .as("mask of the completion queue: ours, liburing's and the kernel's")
                .isEqualTo(io_uring_cq.ring_mask(cq))
                .isEqualTo(word(io_uring_cq.kring_mask(cq)));
        assertThat(ring.sq().spaceLeft()).isEqualTo(LibUring.io_uring_sq_space_left(ring.struct()));
    }

    /** As the ring itself reads it. */
    private static RingMemory memory(IoUring ring) {
        return RingMemory.of(ring.struct(), SetupFlag.bits(ring.setupFlags()));
    }

    private static int word(MemorySegment pointer) {
        return pointer.reinterpret(Integer.BYTES).get(JAVA_INT, 0);
    }
}

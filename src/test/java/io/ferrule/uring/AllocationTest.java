package io.ferrule.uring;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import io.ferrule.testing.Allocation;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;

/** Filling, submitting, waiting and reading completions leaves no garbage. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AllocationTest {
    private static final int RUNS = 20_000;

    @BeforeAll
    static void needTheCompiler() {
        assumeTrue(Allocation.isOptimised(), "needs a JVM that optimises allocations away: not one kept to C1");
    }

    @OnEveryRing
    void nops(RingVariant variant) throws Exception {
        try (IoUring ring = variant.open(8)) {
            Allocation.assertNone(RUNS, () -> {
                ring.sq().next().nop().userData(1);
                ring.submitAndWait(1);
                ring.cq().next();
            });
        }
    }

    @OnEveryRing
    void readsAndAllThatGoesWithThem(RingVariant variant) throws Exception {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8);
                Fd zero = Fd.open(Path.of("/dev/zero"), LibC.O_RDONLY(), 0)) {
            MemorySegment buffer = arena.allocate(64);
            IovecArray pieces = IovecArray.of(arena, buffer);
            ring.register().buffers(buffer);
            Allocation.assertNone(RUNS, () -> {
                ring.sq().next().read(zero, buffer, 0).userData(1).link();
                ring.sq().next().read(zero, buffer, 8, 16, 0).userData(2).link();
                pieces.set(0, buffer);
                ring.sq().next().readv(zero, pieces, 1, 0).userData(3).link();
                ring.sq().next().readFixed(zero, buffer, 0, 0).userData(4);
                ring.submitAndWait(4, 1_000_000_000L);
                while (ring.cq().peek()) {
                    ring.cq().next();
                }
            });
        }
    }

    @OnEveryRing
    void forEachAndTimeoutsAndFullQueues(RingVariant variant) throws Exception {
        try (IoUring ring = variant.open(4)) {
            CompletionHandler handler = (userData, res, flags) -> {};
            Allocation.assertNone(RUNS, () -> {
                ring.sq().reserve(1);
                ring.sq().next().timeout(1, 0, 0);
                ring.sq().next().cancel(1, 0);
                ring.sq().next().pollRemove(1);
                for (int i = 0; i < 4; i++) {
                    ring.sq().next().nop();
                }
                ring.submit();
                ring.await(1, 1_000_000_000L);
                ring.cq().forEach(handler);
            });
        }
    }
}

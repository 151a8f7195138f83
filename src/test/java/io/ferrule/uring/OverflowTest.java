package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.sys.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.BitSet;
import org.junit.jupiter.api.Timeout;

/** More completions than the queue holds: the kernel keeps them, and none is lost or doubled. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OverflowTest {
    private static final int OPERATIONS = Integer.getInteger("ferrule.test.operations", 100_000);
    private static final int BURST = 1_000;

    @OnEveryRing
    void eachOfManyOperationsCompletesExactlyOnce(RingVariant variant) throws IOException {
        try (IoUring ring = IoUring.open(8, variant.options().cqEntries(8))) {
            BitSet seen = new BitSet();
            for (int i = 0; i < OPERATIONS; i++) {
                ring.sq().next().nop().userData(i);
                if (i % BURST == BURST - 1) {
                    ring.submit();
                    take(ring, seen, BURST);
                }
            }
            assertThat(seen.cardinality()).isEqualTo(OPERATIONS);
            assertThat(ring.inFlight()).isZero();
            assertThat(ring.cq().next()).isFalse();
            assertThat(ring.cq().overflows()).isPositive();
            assertThat(ring.cq().lost()).isZero();
        }
    }

    @OnEveryRing
    void aQueueThatIsReadInTimeNeverOverflows(RingVariant variant) throws IOException {
        try (IoUring ring = variant.open(8)) {
            BitSet seen = new BitSet();
            for (int i = 0; i < 1_000; i++) {
                ring.sq().next().nop().userData(i);
                if (i % 8 == 7) {
                    ring.submit();
                    take(ring, seen, 8);
                }
            }
            assertThat(seen.cardinality()).isEqualTo(1_000);
            assertThat(ring.cq().overflows()).isZero();
        }
    }

    @OnEveryRing
    void theOrderIsKept(RingVariant variant) throws IOException {
        try (IoUring ring = IoUring.open(8, variant.options().cqEntries(8))) {
            for (int i = 0; i < 100; i++) {
                ring.sq().next().nop().userData(i);
            }
            long[] userData = Completion.userData(ring, 100);
            assertThat(userData).isSorted().hasSize(100);
        }
    }

    @OnEveryRing
    void aRingThatHasOverflownCloses(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofShared();
                Pipe pipe = Pipe.open(0)) {
            IoUring ring = IoUring.open(8, variant.options().cqEntries(8));
            for (int i = 0; i < 100; i++) {
                ring.sq().next().nop();
            }
            ring.sq().next().read(pipe.reader(), arena.allocate(4), -1);
            ring.submit();
            ring.close();
            assertThat(ring).hasToString("ring of 8 (closed)");
        }
    }

    private static void take(IoUring ring, BitSet seen, int count) throws IOException {
        CompletionQueue cq = ring.cq();
        for (int taken = 0; taken < count; ) {
            if (!cq.next()) {
                ring.await(1);
                continue;
            }
            assertThat(seen.get((int) cq.userData())).as("once").isFalse();
            assertThat(cq.res()).isZero();
            seen.set((int) cq.userData());
            taken++;
        }
    }
}

package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.testing.Allocation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Buffers that are used again and again. */
class BufferPoolTest {
    private final BufferPool pool = BufferPool.allocate(2, 100);

    @Test
    void handsOutAsManyAsItHas() {
        assertThat(pool.take()).isNotSameAs(pool.take());
        assertThat(pool.available()).isZero();
        assertThat(pool.tryTake()).isNull();
        assertThatIllegalStateException().isThrownBy(pool::take).withMessageContaining("none of the pool's 2 buffers");
    }

    @Test
    void handsOutAgainTheMemoryThatWasGivenBack() {
        pool.take();
        Buffer buffer = pool.take();
        long address = buffer.segment().address();
        buffer.close();
        assertThat(pool.take().segment().address()).isEqualTo(address);
    }

    @Test
    void aSecondCloseLeavesTheNextOwnerOfTheMemoryAlone() {
        Buffer first = pool.take();
        first.close();
        Buffer second = pool.take();
        first.close();
        first.closeWhenFree();
        assertThat(pool.available()).isEqualTo(1);
        second.put(0, (byte) 1);
        assertThat(second.isInFlight()).isFalse();
    }

    @Test
    void whoGoesOnToUseABufferAfterItsCloseDoesNotSeeTheNextOwnersBytes() {
        Buffer first = pool.take();
        first.close();
        Buffer second = pool.take().put(0, (byte) 1);
        assertThatIllegalStateException().isThrownBy(() -> first.get(0)).withMessageContaining("closed");
        assertThatIllegalStateException()
                .isThrownBy(() -> first.put(0, (byte) 2))
                .withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(first::pinToFill).withMessageContaining("closed");
        assertThat(second.get(0)).isEqualTo((byte) 1);
    }

    @Test
    void takingABufferAndGivingItBackCostsOneSmallObject() throws Exception {
        assumeTrue(Allocation.isOptimised(), "counts what compiled code allocates");
        Buffer[] kept = {null}; // where the compiler cannot do away with it
        Allocation.assertAtMost(24.5, 20_000, () -> {
            kept[0] = pool.take();
            kept[0].close();
        });
    }

    @Test
    void aSecondCloseDoesNotGiveABufferBackTwice() {
        Buffer buffer = pool.take();
        buffer.close();
        buffer.close();
        assertThat(pool.available()).isEqualTo(2);
    }

    @Test
    void eachStartsOnAPageAndHasTheSizeAskedFor() {
        assertThat(pool.bufferSize()).isEqualTo(100);
        assertThat(List.of(pool.take(), pool.take())).allSatisfy(buffer -> {
            assertThat(buffer.size()).isEqualTo(100);
            assertThat(buffer.segment().address() % 4096).isZero();
        });
    }

    @Test
    void comesBackByItselfWhenTheLastRequestIsOver() {
        Buffer buffer = pool.take();
        buffer.pinToWriteOut();
        buffer.closeWhenFree();
        assertThat(pool.available()).isEqualTo(1);
        buffer.unpin();
        assertThat(pool.available()).isEqualTo(2);
    }

    @Test
    void doesNotCloseWhileABufferIsOut() {
        Buffer buffer = pool.take();
        assertThatIllegalStateException().isThrownBy(pool::close).withMessageContaining("1 of the pool's 2 buffers");
        buffer.close();
        pool.close();
        pool.close();
        assertThatIllegalStateException().isThrownBy(pool::take).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(pool::tryTake).withMessageContaining("closed");
    }

    @EveryDriver
    void theKernelForgetsThePoolWhenItIsClosed(String driver) throws Exception {
        try (Loop loop = Loop.open(LoopOptions.defaults().driver(driver))) {
            BufferPool first = loop.pool(1, 64);
            int index = first.registered(loop);
            assumeTrue(index >= 0, "the " + driver + " driver registers no memory");
            first.close();
            first.close();
            assertThat(loop.pool(1, 64).registered(loop))
                    .as("its place is free")
                    .isEqualTo(index);
        }
    }

    @EveryDriver
    void aPoolMayBeClosedOnAnotherThreadAndAfterItsLoop(String driver) throws Exception {
        BufferPool pool;
        try (Loop loop = Loop.open(LoopOptions.defaults().driver(driver))) {
            BufferPool other = loop.pool(1, 64);
            int index = other.registered(loop);
            Thread.startVirtualThread(other::close).join();
            loop.turn(0);
            pool = loop.pool(1, 64);
            assertThat(pool.registered(loop)).isEqualTo(index);
        }
        pool.close();
        assertThatIllegalStateException().isThrownBy(pool::take).withMessageContaining("closed");
    }

    @Test
    void hasOneBufferOfOneByteOrMore() {
        assertThatIllegalArgumentException().isThrownBy(() -> BufferPool.allocate(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> BufferPool.allocate(1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> BufferPool.allocate(-1, -1));
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void noTwoThreadsHaveTheSameBuffer() throws InterruptedException {
        AtomicInteger shared = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            byte mark = (byte) i;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int run = 0; run < 10_000; run++) {
                    Buffer buffer = pool.tryTake();
                    if (buffer != null) {
                        buffer.put(0, mark);
                        Thread.onSpinWait();
                        shared.addAndGet(buffer.get(0) == mark ? 0 : 1);
                        buffer.close();
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(shared).hasValue(0);
        assertThat(pool.available()).isEqualTo(2);
    }
}

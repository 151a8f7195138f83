package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Rule 2: the safe layer takes only memory whose life it can vouch for. */
class Rule02OnlyMemoryThatStaysTest extends LoopContract {
    @Test
    void aHeapSegmentIsRefused() {
        assertThatThrownBy(() -> Buffer.wrap(MemorySegment.ofArray(new byte[16])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("heap");
    }

    @Test
    void memoryThatCouldBeFreedIsRefused() {
        try (Arena confined = Arena.ofConfined();
                Arena shared = Arena.ofShared()) {
            for (Arena arena : new Arena[] {confined, shared}) {
                assertThatThrownBy(() -> Buffer.wrap(arena.allocate(16)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("could be closed while the kernel uses it")
                        .hasMessageContaining("Arena.ofAuto()");
            }
        }
    }

    @Test
    void anAddressWithoutBoundsIsRefused() {
        assertThatThrownBy(() -> Buffer.wrap(MemorySegment.ofAddress(4096)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void memoryThatMayNotBeWrittenIsRefused() {
        assertThatThrownBy(() -> Buffer.wrap(Arena.global().allocate(16).asReadOnly()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatNobodyCanFreeIsTaken() throws Exception {
        Pair pair = connected();
        for (MemorySegment memory : new MemorySegment[] {
            Arena.ofAuto().allocate(4), Arena.global().allocate(4), MemorySegment.ofBuffer(ByteBuffer.allocateDirect(4))
        }) {
            send(pair.client(), "four");
            assertThat(pair.server().receiveFully(Buffer.wrap(memory), 0, 4).await())
                    .isEqualTo(4);
        }
    }

    @Test
    void wrappedMemoryThatNobodyRefersToIsKeptWhileARequestIsInFlight() throws Exception {
        Pair pair = connected();
        WeakReference<Arena> arena = receiveAndForget(pair.server());
        settle();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Canary inItsPlace = new Canary(1 << 16);
        send(pair.client(), "bytes for memory that nobody refers to");
        while (loop.counters().inFlight() > 0) {
            Thread.onSpinWait();
        }
        inItsPlace.assertUntouched();
        while (arena.get() != null) {
            System.gc(); // now it goes; the test has a time limit
        }
    }

    private static WeakReference<Arena> receiveAndForget(Connection connection) {
        Arena arena = Arena.ofAuto();
        CompletableFuture<Integer> receive =
                connection.receive(Buffer.wrap(arena.allocate(1 << 16))).future();
        assertThat(receive).isNotDone();
        return new WeakReference<>(arena);
    }
}

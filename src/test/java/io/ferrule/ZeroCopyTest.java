package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sends that leave the bytes where they are: their memory is in flight until the kernel has let go of it, on every driver that has such. */
class ZeroCopyTest extends LoopContract {
    private static final int SIZE = 100_000;

    @TempDir
    Path folder;

    @BeforeEach
    void needZeroCopy() {
        Drivers.need(driver, Drivers.Feature.ZERO_COPY);
    }

    private void awaitFree(Buffer buffer) throws Exception {
        while (buffer.isInFlight()) {
            settle();
        }
    }

    @Test
    void whetherTheKernelCopiedIsCounted() throws Exception {
        Pair pair = connected();
        Buffer out = Buffer.allocate(SIZE);
        pair.client().sendFullyZeroCopy(out, 0, SIZE).await();
        pair.server().receiveFully(Buffer.allocate(SIZE), 0, SIZE).await();
        awaitFree(out);
        LoopCounters counters = loop.counters();
        assertThat(counters.zeroCopySends()).isPositive();
        // Over the loopback device it has to copy: the receiver could keep the sender's memory for ever.
        assertThat(counters.zeroCopyCopied()).isEqualTo(counters.zeroCopySends());
    }

    @Test
    void aBufferThatIsSentTwiceIsFreeWhenBothAreOver() throws Exception {
        Pair pair = connected();
        Buffer out = buffer("twice");
        List<CompletableFuture<Integer>> sends = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            sends.add(pair.client().sendZeroCopy(out, 0, 5).future());
        }
        for (CompletableFuture<Integer> each : sends) {
            assertThat(each.get()).isEqualTo(5);
        }
        assertThat(receive(pair.server(), 10)).isEqualTo("twicetwice");
        awaitFree(out);
        out.close();
    }

    @Test
    void manySendsComeBackOnceEach() throws Exception {
        Pair pair = connected();
        int count = 2000;
        CompletableFuture<Integer> received = pair.server()
                .receiveFully(Buffer.allocate(count * 100), 0, count * 100)
                .future();
        for (int i = 0; i < count; i++) {
            Buffer out = Buffer.allocate(100);
            pair.client().sendFullyZeroCopy(out, 0, 100).await();
            out.closeWhenFree();
        }
        assertThat(received.get()).isEqualTo(count * 100);
        while (loop.counters().inFlight() > 0) {
            settle();
        }
    }

    @Test
    void closingTheLoopGivesTheMemoryOfWhatNobodyReceivesBack() throws Exception {
        Pair pair = connected();
        Buffer out = Buffer.allocate(SIZE);
        pair.client().sendZeroCopy(out, 0, SIZE).await();
        loop.close();
        assertThat(out.isInFlight()).isFalse();
    }

    @Test
    void aSocketThatCannotDoItCopies() throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        Drivers.need(driver, Drivers.Feature.ABSTRACT_ADDRESSES);
        ConnectionPair pair = loop.socketPair().await();
        Buffer out = buffer("copied");
        assertThat(pair.first().sendFullyZeroCopy(out, 0, 6).await()).isEqualTo(6);
        assertThat(receive(pair.second(), 6)).isEqualTo("copied");
        awaitFree(out);
    }

    @Test
    void aSocketOfTheSameNumberBeginsAnew() throws Exception {
        for (int i = 0; i < 3; i++) {
            Pair pair = connected();
            Buffer out = buffer("again");
            pair.client().sendFullyZeroCopy(out, 0, 5).await();
            assertThat(receive(pair.server(), 5)).isEqualTo("again");
            awaitFree(out);
            pair.client().close();
            pair.server().close();
        }
    }

    @Test
    void itFailsAsAnySendWhenTheStreamHasEnded() throws Exception {
        Pair pair = connected();
        pair.client().shutdownOutput().await();
        Buffer out = buffer("too late");
        assertThatThrownBy(() -> pair.client().sendFullyZeroCopy(out, 0, 8).await())
                .isInstanceOf(java.net.SocketException.class)
                .hasMessageContaining("EPIPE");
        awaitFree(out);
    }
}

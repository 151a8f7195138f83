package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.ferrule.testing.Descriptors;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** Streams of bytes over TCP. */
@Needs(Drivers.Feature.SOCKETS)
class ConnectionTest extends LoopContract {
    /** More than the kernel keeps for a connection on its way. */
    private static final int MUCH = 16 << 20;

    // ---- receiving and sending ----

    @Test
    void whatOneEndSendsTheOtherReceives() throws IOException {
        Pair pair = connected();
        assertReaches(pair.client(), pair.server());
        assertReaches(pair.server(), pair.client());
    }

    @Test
    void aReceiveIsContentWithWhatThereIs() throws IOException {
        Pair pair = connected();
        send(pair.client(), "little");
        Buffer buffer = Buffer.allocate(1000);
        assertThat(pair.server().receive(buffer).await()).isEqualTo(6);
        assertThat(buffer.getString(0, 6, UTF_8)).isEqualTo("little");
    }

    @Test
    void aReceiveWritesItsPartOfTheBufferAndNothingElse() throws IOException {
        Pair pair = connected();
        send(pair.client(), "0123456789");
        Buffer buffer = buffer("..............");
        assertThat(pair.server().receive(buffer, 3, 5).await()).isEqualTo(5);
        assertThat(buffer.getString(0, 14, UTF_8)).isEqualTo("...01234......");
    }

    @Test
    void aReceiveOfAllWaitsForTheLastByte() throws Exception {
        Pair pair = connected();
        Buffer buffer = Buffer.allocate(6);
        CompletableFuture<Integer> all =
                pair.server().receiveFully(buffer, 0, 6).future();
        send(pair.client(), "in ");
        settle();
        assertThat(all).isNotDone();
        send(pair.client(), "two");
        assertThat(all.get()).isEqualTo(6);
        assertThat(buffer.getString(0, 6, UTF_8)).isEqualTo("in two");
    }

    @Test
    void aReceiveOfAllFailsWhenTheStreamEndsBefore() throws IOException {
        Pair pair = connected();
        send(pair.client(), "only this");
        pair.client().close();
        assertThatThrownBy(() -> receive(pair.server(), 10))
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("after 9 bytes");
    }

    @Test
    void nothingIsReceivedAtTheEndOfTheStream() throws IOException {
        Pair pair = connected();
        pair.client().close();
        Buffer buffer = Buffer.allocate(10);
        assertThat(pair.server().receive(buffer).await()).isZero();
        assertThat(pair.server().receive(buffer).await()).isZero();
    }

    @Test
    void severalBuffersAreSentAndFilledOneAfterTheOther() throws IOException {
        Pair pair = connected();
        Buffer[] out = {buffer("one "), buffer("after "), buffer("the other")};
        assertThat(pair.client().sendFully(out).await()).isEqualTo(19);
        Buffer[] in = {Buffer.allocate(8), Buffer.allocate(11)};
        assertThat(pair.server().receiveFully(in).await()).isEqualTo(19);
        assertThat(in[0].getString(0, 8, UTF_8) + in[1].getString(0, 11, UTF_8)).isEqualTo("one after the other");
    }

    @Test
    void aReceiveIntoSeveralBuffersIsContentWithWhatThereIs() throws IOException {
        Pair pair = connected();
        send(pair.client(), "12345");
        Buffer[] in = {Buffer.allocate(3), Buffer.allocate(30)};
        assertThat(pair.server().receive(in).await()).isEqualTo(5);
        assertThat(in[1].getString(0, 2, UTF_8)).isEqualTo("45");
    }

    @Test
    void moreThanTheKernelKeepsGoesThroughInPieces() throws Exception {
        Pair pair = connected();
        Buffer out = random(MUCH);
        Buffer in = Buffer.allocate(MUCH);
        CompletableFuture<Integer> sent = pair.client().sendFully(out, 0, MUCH).future();
        assertThat(pair.server().receiveFully(in, 0, MUCH).await()).isEqualTo(MUCH);
        assertThat(sent.get()).isEqualTo(MUCH);
        assertThat(in.segment().mismatch(out.segment())).isEqualTo(-1);
    }

    @Test
    void moreThanTheKernelKeepsGoesThroughFromManyBuffersToMany() throws Exception {
        Pair pair = connected();
        Buffer[] out = new Buffer[64];
        Buffer[] in = new Buffer[48];
        for (int i = 0; i < out.length; i++) {
            out[i] = random(MUCH / out.length);
        }
        int size = Math.ceilDiv(MUCH, in.length);
        int left = MUCH;
        for (int i = 0; i < in.length; i++) {
            in[i] = Buffer.allocate(Math.min(size, left));
            left -= size;
        }
        CompletableFuture<Integer> sent = pair.client().sendFully(out).future();
        assertThat(pair.server().receiveFully(in).await()).isEqualTo(MUCH);
        assertThat(sent.get()).isEqualTo(MUCH);
        assertThat(together(in).mismatch(together(out))).isEqualTo(-1);
    }

    @Test
    void aSendTellsHowMuchTheKernelHasTaken() throws Exception {
        Drivers.need(driver, Drivers.Feature.PARTIAL_SENDS);
        Pair pair = connected();
        Buffer much = random(MUCH);
        int sent = pair.client().send(much, 0, MUCH).await();
        assertThat(sent).isPositive().isLessThan(MUCH);
        assertThat(pair.server().receiveFully(Buffer.allocate(sent), 0, sent).await())
                .isEqualTo(sent);
    }

    // ---- without a copy ----

    @Test
    void aZeroCopySendArrivesAndItsBufferComesBack() throws Exception {
        Pair pair = connected();
        Buffer out = random(200_000);
        Buffer in = Buffer.allocate(200_000);
        CompletableFuture<Integer> received =
                pair.server().receiveFully(in, 0, 200_000).future();
        assertThat(pair.client().sendFullyZeroCopy(out, 0, 200_000).await()).isEqualTo(200_000);
        received.get();
        while (out.isInFlight()) {
            settle();
        }
        assertThat(in.segment().mismatch(out.segment())).isEqualTo(-1);
        LoopCounters counters = loop.counters();
        assertThat(counters.zeroCopyCopied()).isLessThanOrEqualTo(counters.zeroCopySends());
        assertThat(counters.zeroCopySends() > 0)
                .as("the driver has zero copy")
                .isEqualTo(Drivers.has(driver, Drivers.Feature.ZERO_COPY));
    }

    @Test
    void aZeroCopySendOfMoreThanTheKernelKeepsGoesThroughInPieces() throws Exception {
        Pair pair = connected();
        Buffer out = random(MUCH);
        Buffer in = Buffer.allocate(MUCH);
        CompletableFuture<Integer> sent =
                pair.client().sendFullyZeroCopy(out, 0, MUCH).future();
        assertThat(pair.server().receiveFully(in, 0, MUCH).await()).isEqualTo(MUCH);
        assertThat(sent.get()).isEqualTo(MUCH);
        assertThat(in.segment().mismatch(out.memory())).isEqualTo(-1);
    }

    @Test
    void aBufferOfAZeroCopySendIsClosedWhenTheKernelLetsGoOfIt() throws Exception {
        Pair pair = connected();
        try (BufferPool pool = BufferPool.allocate(1, 100_000)) {
            Buffer buffer = pool.take();
            pair.client().sendFullyZeroCopy(buffer, 0, 100_000).await();
            buffer.closeWhenFree();
            pair.server().receiveFully(Buffer.allocate(100_000), 0, 100_000).await();
            while (pool.available() == 0) {
                settle();
            }
        }
        assertThat(onLoop(() -> loop.counters().inFlight())).isZero();
    }

    @Test
    void closingDoesNotWaitForAZeroCopySendThatNobodyReceives() throws Exception {
        Pair pair = connected();
        Buffer buffer = random(100_000);
        pair.client().sendZeroCopy(buffer, 0, 100_000).await();
        pair.client().close();
        assertThat(pair.client().isOpen()).isFalse();
        Buffer in = Buffer.allocate(100_000);
        assertThat(pair.server().receiveFully(in, 0, 100_000).await()).isEqualTo(100_000);
        assertThat(in.segment().mismatch(buffer.memory())).isEqualTo(-1);
    }

    // ---- the ends ----

    @Test
    void allThatWasSentArrivesBeforeTheEnd() throws Exception {
        Pair pair = connected();
        Buffer out = random(1 << 20);
        CompletableFuture<Integer> sent =
                pair.client().sendFully(out, 0, out.size()).future();
        CompletableFuture<Void> ended =
                sent.thenCompose(bytes -> pair.client().shutdownOutput().future());
        Buffer in = Buffer.allocate(1 << 20);
        assertThat(pair.server().receiveFully(in, 0, in.size()).await()).isEqualTo(in.size());
        assertThat(pair.server().receive(Buffer.allocate(1)).await()).isZero();
        ended.get();
        assertThat(in.segment().mismatch(out.segment())).isEqualTo(-1);
        assertReaches(pair.server(), pair.client());
    }

    @Test
    void whatWasSentBeforeACloseArrives() throws Exception {
        Pair pair = connected();
        send(pair.client(), "the last words");
        pair.client().close();
        assertThat(receive(pair.server(), 14)).isEqualTo("the last words");
    }

    /** The kernel has who closes it wait until the peer has received everything, or for so long. */
    @Test
    void aConnectionThatLingersWhenItIsClosedDoesNotHoldTheLoopUp() throws Exception {
        Drivers.need(driver, Drivers.Feature.LINGERING);
        Drivers.need(driver, Drivers.Feature.PARTIAL_SENDS);
        Pair pair = connected();
        pair.client().setOption(StandardSocketOptions.SO_LINGER, 2 * SECONDS);
        Buffer much = Buffer.allocate(MUCH);
        int sent = pair.client().send(much, 0, much.size()).await();
        CompletableFuture<Void> closed = pair.client().closeAsync();
        settle();
        assertThat(pair.client().isOpen()).isFalse();
        Buffer received = Buffer.allocate(sent);
        assertThat(pair.server().receiveFully(received, 0, sent).await()).isEqualTo(sent);
        closed.get();
    }

    @Test
    void whoWantsNoMoreReceivesTheEnd() throws Exception {
        Pair pair = connected();
        CompletableFuture<Integer> waiting =
                pair.server().receive(Buffer.allocate(10)).future();
        settle();
        pair.server().shutdownInput().await();
        assertThat(waiting.get()).isZero();
        assertReaches(pair.server(), pair.client());
    }

    @Test
    void aPeerThatResetsIsAFailure() throws Exception {
        Pair pair = connected();
        CompletableFuture<Integer> waiting =
                pair.server().receive(Buffer.allocate(10)).future();
        settle();
        pair.client().setOption(StandardSocketOptions.SO_LINGER, 0);
        pair.client().close();
        assertThatThrownBy(waiting::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("ECONNRESET");
    }

    @Test
    void sendingToNobodyIsAFailureAndNoSignal() throws Exception {
        Pair pair = connected();
        pair.server().close();
        assertThatThrownBy(() -> {
                    for (; ; ) {
                        send(pair.client(), "anybody?"); // the first one makes the peer's kernel say no
                    }
                })
                .isInstanceOf(SocketException.class)
                .hasMessageMatching(".*(EPIPE|ECONNRESET).*");
    }

    @Test
    void shuttingDownWhatThePeerHasResetIsAFailure() throws Exception {
        assumeFalse(driver.equals("nio"), "the JDK does not tell that the peer has gone");
        Pair pair = connected();
        pair.client().setOption(StandardSocketOptions.SO_LINGER, 0);
        pair.client().close();
        assertThatThrownBy(() -> receive(pair.server(), 1)).isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> pair.server().shutdownOutput().await())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("ENOTCONN");
    }

    // ---- in the middle ----

    @Test
    void aReceiveThatIsCancelledLosesNothing() throws Exception {
        Pair pair = connected();
        Buffer buffer = Buffer.allocate(100);
        CompletableFuture<Integer> waiting = pair.server().receive(buffer).future();
        settle();
        waiting.cancel(true);
        assertThatThrownBy(waiting::get).cause().isInstanceOf(OperationCancelledException.class);
        assertThat(buffer.isInFlight()).isFalse();
        assertReaches(pair.client(), pair.server());
    }

    @Test
    void aReceiveThatTakesTooLongFailsAndTheNextGetsItAll() throws Exception {
        Pair pair = connected();
        assertThatThrownBy(() -> pair.server()
                        .receive(Buffer.allocate(10))
                        .within(Duration.ofMillis(5))
                        .await())
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining("not done within 5.0 ms");
        assertReaches(pair.client(), pair.server());
    }

    @Test
    void aReceiveOfAllThatIsCancelledHalfwayTellsHowMuchCame() throws Exception {
        Pair pair = connected();
        Buffer buffer = buffer("..........");
        CompletableFuture<Integer> bytes = new CompletableFuture<>();
        long ticket = onLoop(() -> pair.server().receiveFully(buffer, 0, 10).start((count, error) -> {
            assertThat(error).isInstanceOf(OperationCancelledException.class);
            bytes.complete(count);
        }));
        send(pair.client(), "half");
        settle();
        assertThat(onLoop(() -> loop.cancel(ticket))).isTrue();
        int came = bytes.get();
        assertThat(came).isBetween(0, 4);
        assertThat(buffer.getString(0, 10, UTF_8)).isEqualTo("half".substring(0, came) + ".".repeat(10 - came));
        send(pair.client(), "!");
        assertThat(receive(pair.server(), 5 - came)).isEqualTo("half!".substring(came));
    }

    @Test
    void closingEndsWhatIsInFlightAndFreesItsBuffers() throws Exception {
        Pair pair = connected();
        Buffer in = Buffer.allocate(100);
        Buffer out = random(MUCH);
        CompletableFuture<Integer> receiving = pair.server().receive(in).future();
        CompletableFuture<Integer> sending =
                pair.server().sendFully(out, 0, MUCH).future();
        settle();
        pair.server().close();
        assertThatThrownBy(receiving::get).cause().isInstanceOf(AsynchronousCloseException.class);
        assertThatThrownBy(sending::get).cause().isInstanceOf(AsynchronousCloseException.class);
        in.close();
        out.close();
    }

    @Test
    void closingTheLoopEndsWhatIsInFlightAndClosesAll() throws Exception {
        Loop other = Loop.start(options());
        Listener listener = other.listen(LOOPBACK).await();
        Connection client = other.connect(listener.localAddress()).await();
        Buffer buffer = Buffer.allocate(100);
        CompletableFuture<Integer> receiving = client.receive(buffer).future();
        on(other, () -> null);
        other.close();
        assertThatThrownBy(receiving::get).cause().isInstanceOf(AsynchronousCloseException.class);
        assertThat(buffer.isInFlight()).isFalse();
        assertThat(client.isOpen()).isFalse();
    }

    @Test
    void aBufferThatNobodyRefersToIsKeptWhileItIsFilled() throws Exception {
        Pair pair = connected();
        CompletableFuture<Integer> waiting =
                pair.server().receive(Buffer.allocate(1 << 20)).future();
        settle();
        for (int i = 0; i < 3; i++) {
            System.gc();
            Buffer.allocate(1 << 20).close();
        }
        send(pair.client(), "late");
        assertThat(waiting.get()).isEqualTo(4);
    }

    @Test
    void twoThreadsMayCloseItAtOnce() throws Exception {
        for (int round = 0; round < 50; round++) {
            Pair pair = connected();
            CompletableFuture<Void> one = pair.client().closeAsync();
            CompletableFuture<Void> two = pair.client().closeAsync();
            pair.client().close();
            one.get();
            two.get();
            pair.server().close();
        }
        assertThat(onLoop(() -> loop.counters().inFlight())).isZero();
    }

    @Test
    void aClosedConnectionLeavesNoDescriptorBehind() throws Exception {
        Listener listener = listener();
        connected(listener);
        long before = Descriptors.openTo("socket:.*");
        for (int i = 0; i < 20; i++) {
            Pair pair = connected(listener);
            pair.client().close();
            pair.server().close();
        }
        assertThat(Descriptors.openTo("socket:.*")).isEqualTo(before);
    }

    private static Buffer random(int size) {
        byte[] bytes = new byte[size];
        new Random(42L + size).nextBytes(bytes);
        return Buffer.allocate(size).put(0, bytes, 0, size);
    }

    private static java.lang.foreign.MemorySegment together(Buffer[] parts) {
        int size = 0;
        for (Buffer part : parts) {
            size += part.size();
        }
        Buffer all = Buffer.allocate(size);
        int at = 0;
        for (Buffer part : parts) {
            all.put(at, part, 0, part.size());
            at += part.size();
        }
        return all.segment();
    }
}

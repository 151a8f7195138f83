package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.ByteArrayOutputStream;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams that come in leases of shared buffers. */
@Needs(Drivers.Feature.SOCKETS)
class LeasesTest extends LoopContract {
    private final BlockingQueue<Lease> pieces = new LinkedBlockingQueue<>();
    private final CompletableFuture<StreamEnd> ended = new CompletableFuture<>();
    private Pair pair;

    @BeforeEach
    void connect() throws Exception {
        pair = connected();
    }

    private void take(Lease lease, StreamEnd end) {
        if (end != null) {
            ended.complete(end);
        } else {
            pieces.add(lease);
        }
    }

    @Test
    void eachPieceComesInALeaseThatSaysHowLongItIs() throws Exception {
        BufferLeases leases = loop.leases(4, 100);
        pair.server().receiveAll(leases, this::take);
        for (String text : new String[] {"one", "after", "the other"}) {
            send(pair.client(), text);
            try (Lease lease = pieces.take()) {
                assertThat(lease.getString(0, lease.length(), UTF_8)).isEqualTo(text);
                assertThat(lease.size()).isEqualTo(100);
                assertThat(leases.out()).isEqualTo(1);
            }
            assertThat(leases.out()).isZero();
        }
    }

    @Test
    void theEndOfTheStreamIsTold() throws Exception {
        Subscription all = pair.server().receiveAll(loop.leases(4, 100), this::take);
        send(pair.client(), "all there is");
        pair.client().shutdownOutput().await();
        assertThat(ended.get().isEndOfStream()).isTrue();
        assertThat(all.isOver()).isTrue();
        assertThat(all.end()).isEqualTo(new StreamEnd(StreamEnd.Reason.END_OF_STREAM, null));
        try (Lease lease = pieces.take()) {
            assertThat(lease.length()).isEqualTo(12);
        }
        assertReaches(pair.server(), pair.client());
    }

    @Test
    void aResetIsTold() throws Exception {
        pair.server().receiveAll(loop.leases(4, 100), this::take);
        settle();
        pair.client().setOption(StandardSocketOptions.SO_LINGER, 0);
        pair.client().close();
        StreamEnd end = ended.get();
        assertThat(end.isFailure()).isTrue();
        assertThat(end.error()).isInstanceOf(SocketException.class).hasMessageContaining("ECONNRESET");
    }

    @Test
    void whoCancelsIsToldSoAndTheConnectionLivesOn() throws Exception {
        Subscription all = pair.server().receiveAll(loop.leases(4, 100), this::take);
        settle();
        all.cancel();
        assertThat(ended.get().reason()).isEqualTo(StreamEnd.Reason.CANCELLED);
        assertReaches(pair.client(), pair.server());
        assertThat(pieces).isEmpty();
    }

    @Test
    void whoClosesTheConnectionIsToldSo() throws Exception {
        pair.server().receiveAll(loop.leases(4, 100), this::take);
        settle();
        pair.server().close();
        assertThat(ended.get().reason()).isEqualTo(StreamEnd.Reason.CLOSED);
    }

    @Test
    void withOneBufferAndASlowConsumerNothingIsLostAndTheOrderIsKept() throws Exception {
        int size = 1 << 20;
        byte[] sent = new byte[size];
        new Random(7).nextBytes(sent);
        BufferLeases leases = loop.leases(1, 4096);
        pair.server().receiveAll(leases, this::take);
        Buffer out = Buffer.allocate(size).put(0, sent, 0, size);
        CompletableFuture<Integer> sending =
                pair.client().sendFully(out, 0, size).future();
        ByteArrayOutputStream received = new ByteArrayOutputStream();
        int count = 0;
        while (received.size() < size) {
            Lease lease = pieces.take();
            assertThat(pieces).as("there is one buffer").isEmpty();
            if (count++ % 64 == 0) {
                settle(); // slow: the connection has found that no buffer is left
            }
            byte[] piece = new byte[lease.length()];
            lease.get(0, piece, 0, piece.length);
            received.writeBytes(piece);
            lease.close();
        }
        assertThat(sending.get()).isEqualTo(size);
        assertThat(received.toByteArray()).isEqualTo(sent);
        assertThat(onLoop(() -> loop.counters().rearmed())).isPositive();
        assertThat(ended).isNotDone();
    }

    @Test
    void connectionsThatStarveTogetherAllGoOn() throws Exception {
        int connections = 8;
        int size = 50_000;
        BufferLeases leases = loop.leases(2, 1000);
        List<CompletableFuture<byte[]>> all = new ArrayList<>();
        Listener listener = listener();
        for (int i = 0; i < connections; i++) {
            Pair each = connected(listener);
            byte[] sent = new byte[size];
            new Random(i).nextBytes(sent);
            ByteArrayOutputStream received = new ByteArrayOutputStream();
            CompletableFuture<byte[]> done = new CompletableFuture<>();
            each.server().receiveAll(leases, (lease, end) -> {
                if (end != null) {
                    done.complete(received.toByteArray());
                    return;
                }
                byte[] piece = new byte[lease.length()];
                lease.get(0, piece, 0, piece.length);
                received.writeBytes(piece);
                Thread.startVirtualThread(lease::close); // by mail, some time later
            });
            Buffer out = Buffer.allocate(size).put(0, sent, 0, size);
            each.client()
                    .sendFully(out, 0, size)
                    .future()
                    .thenCompose(bytes -> each.client().shutdownOutput().future());
            all.add(done);
        }
        for (int i = 0; i < connections; i++) {
            byte[] expected = new byte[size];
            new Random(i).nextBytes(expected);
            assertThat(all.get(i).get()).isEqualTo(expected);
        }
        while (leases.out() > 0) {
            settle();
        }
        leases.close();
    }

    @Test
    void aConnectionThatStarvesIsCancelledAndAnotherGetsTheBuffer() throws Exception {
        BufferLeases leases = loop.leases(1, 10);
        Pair second = connected();
        BlockingQueue<Lease> others = new LinkedBlockingQueue<>();
        send(pair.client(), "0123456789and more");
        Subscription first = pair.server().receiveAll(leases, this::take);
        Lease only = pieces.take();
        second.server().receiveAll(leases, (lease, end) -> {
            if (lease != null) {
                others.add(lease);
            }
        });
        send(second.client(), "for the other");
        settle();
        first.cancel();
        assertThat(ended.get().reason()).isEqualTo(StreamEnd.Reason.CANCELLED);
        only.close();
        try (Lease lease = others.take()) {
            assertThat(lease.length()).isEqualTo(10);
        }
        assertThat(receive(pair.server(), 8)).isEqualTo("and more");
    }

    @Test
    void aConnectionThatStarvesIsClosedAtOnce() throws Exception {
        BufferLeases leases = loop.leases(1, 10);
        send(pair.client(), "0123456789and more");
        pair.server().receiveAll(leases, this::take);
        Lease only = pieces.take();
        settle();
        pair.server().close();
        assertThat(ended.get().reason()).isEqualTo(StreamEnd.Reason.CLOSED);
        only.close();
        leases.close();
    }

    @Test
    void aLeaseGoesOutAsItCameIn() throws Exception {
        BufferLeases leases = loop.leases(2, 100);
        BlockingQueue<Integer> sent = new LinkedBlockingQueue<>();
        pair.server().receiveAll(leases, (lease, end) -> {
            if (lease != null) {
                pair.server().sendFully(lease, 0, lease.length()).start((bytes, error) -> {
                    lease.close();
                    sent.add(bytes);
                });
            }
        });
        for (int i = 0; i < 20; i++) {
            assertReachesBack("echo " + i);
            assertThat(sent.take())
                    .as("which may be known after it has been received")
                    .isPositive();
        }
        assertThat(leases.out()).isZero();
    }

    private void assertReachesBack(String text) throws Exception {
        send(pair.client(), text);
        assertThat(receive(pair.client(), text.length())).isEqualTo(text);
    }

    @Test
    void aLeaseInFlightIsNotGivenBack() throws Exception {
        BufferLeases leases = loop.leases(1, 100);
        pair.server().receiveAll(leases, this::take);
        send(pair.client(), "piece");
        Lease lease = pieces.take();
        CompletableFuture<Integer> filling = pair.client().receive(lease).future();
        assertThatIllegalStateException().isThrownBy(lease::close).withMessageContaining("a request is filling it");
        send(pair.server(), "other");
        filling.get();
        lease.close();
        assertThat(leases.out()).isZero();
    }

    @Test
    void aSecondCloseOfALeaseDoesNothing() throws Exception {
        BufferLeases leases = loop.leases(2, 100);
        pair.server().receiveAll(leases, this::take);
        send(pair.client(), "piece");
        Lease lease = pieces.take();
        lease.close();
        lease.close();
        settle();
        assertThat(leases.out()).isZero();
        assertThatIllegalStateException().isThrownBy(() -> lease.get(0)).withMessageContaining("it is closed");
    }

    @Test
    void aGroupThatIsInUseIsNotClosed() throws Exception {
        BufferLeases leases = loop.leases(2, 100);
        Subscription all = pair.server().receiveAll(leases, this::take);
        settle();
        assertThatIllegalStateException().isThrownBy(leases::close).withMessageContaining("1 connections receive");
        send(pair.client(), "piece");
        Lease lease = pieces.take();
        all.cancel();
        ended.get();
        assertThatIllegalStateException().isThrownBy(leases::close).withMessageContaining("1 of 2 are out");
        lease.close();
        leases.close();
        leases.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> pair.server().receiveAll(leases, this::take))
                .withMessageContaining("the leases are closed");
    }

    @Test
    void aGroupOfWhichNoneIsOutIsClosedThoughTheLoopHasNotHeardYet() throws Exception {
        BufferLeases leases = loop.leases(2, 100);
        Subscription all = pair.server().receiveAll(leases, this::take);
        send(pair.client(), "piece");
        Lease lease = pieces.take();
        all.cancel();
        ended.get();
        onLoop(() -> {
            CompletableFuture.runAsync(lease::close).get(); // its mail waits until this is over
            assertThat(leases.out()).isZero();
            leases.close();
            return null;
        });
        settle();
        assertThat(leases.out()).isZero();
    }

    @Test
    void aLeaseOutlivesItsLoop() throws Exception {
        Drivers.need(driver, Drivers.Feature.FOREIGN_DESCRIPTORS);
        Loop other = Loop.start(options());
        ConnectionPair ends = other.socketPair().await();
        BufferLeases leases = other.leases(2, 100);
        ends.second().receiveAll(leases, this::take);
        send(ends.first(), "piece");
        Lease lease = pieces.take();
        other.close();
        assertThat(leases.out()).isEqualTo(1);
        assertThat(lease.getString(0, 5, UTF_8)).isEqualTo("piece");
        lease.close();
        assertThat(leases.out()).isZero();
    }

    @Test
    void aLeaseThatWasDroppedIsFoundWhenOneLooksForIt() throws Exception {
        System.setProperty(LeakDetector.PROPERTY, "on");
        BufferLeases leases;
        try {
            leases = loop.leases(4, 100);
        } finally {
            System.clearProperty(LeakDetector.PROPERTY);
        }
        CompletableFuture<Integer> dropped = new CompletableFuture<>();
        pair.server().receiveAll(leases, (lease, end) -> {
            if (lease != null) {
                dropped.complete(lease.length());
            }
        });
        assertThat(leases.lost()).isZero();
        send(pair.client(), "dropped");
        assertThat(dropped.get()).isEqualTo(7);
        while (leases.lost() == 0) {
            System.gc();
            Thread.yield();
        }
        assertThat(leases.lost()).isEqualTo(1);
        assertThat(leases.out()).isEqualTo(1);
    }

    @Test
    void aLeaseThatWasClosedIsNotFound() throws Exception {
        System.setProperty(LeakDetector.PROPERTY, "on");
        BufferLeases leases;
        try {
            leases = loop.leases(4, 100);
        } finally {
            System.clearProperty(LeakDetector.PROPERTY);
        }
        pair.server().receiveAll(leases, this::take);
        for (int i = 0; i < 10; i++) {
            send(pair.client(), "closed");
            pieces.take().close();
        }
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        assertThat(leases.lost()).isZero();
        assertThat(leases.out()).isZero();
    }
}

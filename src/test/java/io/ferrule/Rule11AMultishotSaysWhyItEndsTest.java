package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Rule 11: a multishot that ends says why, in a type, and is begun again when it should be. */
@Needs(Drivers.Feature.SOCKETS)
class Rule11AMultishotSaysWhyItEndsTest extends LoopContract {
    @Test
    void thePeersEndOfTheStream() throws Exception {
        Pair pair = connected();
        Received received = new Received(pair.server(), loop.leases(4, 64));
        send(pair.client(), "all of it");
        pair.client().close();
        StreamEnd end = received.end.get();
        assertThat(end.isEndOfStream()).isTrue();
        assertThat(end.error()).isNull();
        assertThat(received.text.toString()).isEqualTo("all of it");
    }

    @Test
    void aConnectionThatWasReset() throws Exception {
        Listener listener = listener();
        SocketChannel peer = SocketChannel.open((InetSocketAddress) listener.localAddress());
        Received received = new Received(listener.accept().await(), loop.leases(4, 64));
        settle();
        peer.setOption(StandardSocketOptions.SO_LINGER, 0);
        peer.close();
        StreamEnd end = received.end.get();
        assertThat(end.isFailure()).isTrue();
        assertThat(end.error()).isInstanceOf(java.net.SocketException.class);
    }

    @Test
    void aProgramThatCancels() throws Exception {
        Received received = new Received(connected().server(), loop.leases(4, 64));
        received.subscription.cancel();
        assertThat(received.end.get()).isEqualTo(new StreamEnd(StreamEnd.Reason.CANCELLED, null));
        assertThat(received.subscription.end()).isEqualTo(received.end.get());
    }

    @Test
    void aHandleThatIsClosed() throws Exception {
        Pair pair = connected();
        Received received = new Received(pair.server(), loop.leases(4, 64));
        pair.server().close();
        assertThat(received.end.get().reason()).isEqualTo(StreamEnd.Reason.CLOSED);
    }

    @Test
    void aLoopThatIsClosed() throws Exception {
        CompletableFuture<StreamEnd> accepting = new CompletableFuture<>();
        listener().acceptAll((connection, end) -> {
            if (end != null) {
                accepting.complete(end);
            }
        });
        loop.close();
        assertThat(accepting.get().reason()).isEqualTo(StreamEnd.Reason.CLOSED);
    }

    @Test
    void oneLeaseAndASlowConsumerLoseNothing() throws Exception {
        int pieces = 400;
        Pair pair = connected();
        BufferLeases one = loop.leases(1, 16);
        StringBuilder text = new StringBuilder();
        Queue<Lease> held = new ArrayDeque<>();
        CompletableFuture<StreamEnd> end = new CompletableFuture<>();
        pair.server().receiveAll(one, (lease, why) -> {
            if (lease == null) {
                end.complete(why);
                return;
            }
            assertThat(held).as("leases out of one").isEmpty();
            held.add(lease);
            loop.post(() -> loop.post(
                    () -> { // two turns later
                        Lease piece = held.remove();
                        text.append(piece.getString(0, piece.length(), UTF_8));
                        piece.close();
                    }));
        });
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < pieces; i++) {
            String piece = "piece " + i + ";";
            expected.append(piece);
            send(pair.client(), piece);
        }
        pair.client().close();
        assertThat(end.get().isEndOfStream()).isTrue();
        assertThat(text.toString()).isEqualTo(expected.toString());
    }

    @Test
    void connectionsGoOnBeingAcceptedWhenTheirsIsAQueueOfTwo() throws Exception {
        int count = 200;
        try (Loop small = Loop.start(options().entries(2))) {
            Listener listener = small.listen(LOOPBACK).await();
            List<Connection> accepted = new ArrayList<>();
            CompletableFuture<Void> all = new CompletableFuture<>();
            listener.acceptAll((connection, end) -> {
                if (connection != null) {
                    accepted.add(connection);
                    if (accepted.size() == count) {
                        all.complete(null);
                    }
                }
            });
            List<CompletableFuture<Connection>> clients = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                clients.add(loop.connect(listener.localAddress()).future());
            }
            for (CompletableFuture<Connection> each : clients) {
                each.get();
            }
            all.get();
        }
    }

    /** What comes, as text, until the end; each lease is given back at once. */
    private static final class Received {
        final StringBuffer text = new StringBuffer();
        final CompletableFuture<StreamEnd> end = new CompletableFuture<>();
        final Subscription subscription;

        Received(Connection connection, BufferLeases leases) {
            subscription = connection.receiveAll(leases, (lease, why) -> {
                if (lease != null) {
                    text.append(lease.getString(0, lease.length(), UTF_8));
                    lease.close();
                } else {
                    end.complete(why);
                }
            });
        }
    }
}

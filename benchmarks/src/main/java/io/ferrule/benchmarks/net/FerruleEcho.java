package io.ferrule.benchmarks.net;

import io.ferrule.BufferLeases;
import io.ferrule.Connection;
import io.ferrule.Lease;
import io.ferrule.Listener;
import io.ferrule.Loop;
import io.ferrule.LoopOptions;
import io.ferrule.StreamCallback;
import io.ferrule.StreamEnd;
import io.ferrule.TransferCallback;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.ArrayDeque;
import java.util.Queue;

/** Echo through the safe layer, with callbacks: on one loop, whose connections share their buffers. */
final class FerruleEcho implements StreamCallback<Connection> {
    /** As many as the twin's ring has. */
    private static final int ENTRIES = 1024;

    private static final int LEASES = 1024;

    private final BufferLeases leases;

    private FerruleEcho(BufferLeases leases) {
        this.leases = leases;
    }

    static int start(String driver, int bufferSize) throws IOException {
        Loop loop = Loop.start(LoopOptions.defaults().driver(driver).entries(ENTRIES));
        Listener listener = loop.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .await();
        listener.acceptAll(new FerruleEcho(loop.leases(LEASES, bufferSize)));
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Override
    public void next(Connection connection, StreamEnd end) {
        if (connection == null) {
            throw new IllegalStateException("no connection is accepted any more: " + end);
        }
        try {
            connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connection.receiveAll(leases, new Session(connection));
    }

    /** One connection. Sends one piece at a time, so that pieces do not mix. */
    private static final class Session implements StreamCallback<Lease>, TransferCallback {
        private final Connection connection;
        private Lease sending;

        /** What came meanwhile; null as long as nothing ever did. */
        private Queue<Lease> waiting;

        private boolean ended;

        Session(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void next(Lease piece, StreamEnd end) {
            if (piece == null) {
                ended = true;
                if (sending == null) {
                    close();
                }
            } else if (sending == null) {
                send(piece);
            } else {
                if (waiting == null) {
                    waiting = new ArrayDeque<>();
                }
                waiting.add(piece);
            }
        }

        private void send(Lease piece) {
            sending = piece;
            connection.sendFully(piece, 0, piece.length()).start(this);
        }

        @Override
        public void done(int bytes, IOException error) {
            sending.close();
            sending = null;
            Lease following = waiting == null ? null : waiting.poll();
            if (error != null) {
                ended = true;
                for (; following != null; following = waiting.poll()) {
                    following.close();
                }
            }
            if (following != null) {
                send(following);
            } else if (ended) {
                close();
            }
        }

        private void close() {
            if (!connection.isOpen()) {
                return;
            }
            try {
                connection.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

package io.ferrule.examples.echo;

import io.ferrule.BufferLeases;
import io.ferrule.Connection;
import io.ferrule.Lease;
import io.ferrule.Loop;
import io.ferrule.StreamCallback;
import io.ferrule.StreamEnd;
import io.ferrule.Subscription;
import io.ferrule.TransferCallback;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Callbacks, and buffers that the connections of a loop share: an idle connection has none. */
final class CallbackEcho implements Echo {
    private static final int LEASES = 1024;
    private static final int LEASE_SIZE = 4 << 10;

    /** Of a connection whose peer does not take what it is sent: more would be taken from the others. */
    private static final int MOST_WAITING = 16;

    private final BufferLeases leases;
    private final Tally tally;

    CallbackEcho(Loop loop, Tally tally) throws IOException {
        this.leases = loop.leases(LEASES, LEASE_SIZE);
        this.tally = tally;
    }

    @Override
    public void serve(Connection connection) {
        new Session(connection).receive();
    }

    /** One connection. Sends one piece at a time, so that pieces do not mix. */
    private final class Session implements StreamCallback<Lease>, TransferCallback {
        private final Connection connection;
        private final Deque<Lease> waiting = new ArrayDeque<>(1);
        private @Nullable Subscription receiving;
        private @Nullable Lease sending;
        private @Nullable StreamEnd end;

        Session(Connection connection) {
            this.connection = connection;
        }

        void receive() {
            receiving = connection.receiveAll(leases, this);
        }

        /** A piece has come, or nothing comes any more. */
        @Override
        public void next(@Nullable Lease piece, @Nullable StreamEnd why) {
            if (piece != null) {
                waiting.add(piece);
                if (waiting.size() == MOST_WAITING && receiving != null) {
                    receiving.pause(); // until these are sent
                }
            } else {
                end = why;
            }
            if (sending == null) {
                proceed();
            }
        }

        /** A piece has been sent. */
        @Override
        public void done(int bytes, @Nullable IOException error) {
            Lease sent = sending;
            sending = null;
            if (sent != null) {
                sent.close();
            }
            tally.echoed(bytes);
            if (error == null) {
                proceed();
            } else {
                if (connection.isOpen()) {
                    tally.broke();
                    Echo.close(connection, tally); // which ends receiving too
                }
                dropWaiting();
            }
        }

        private void proceed() {
            StreamEnd why = end;
            if (!connection.isOpen()) {
                dropWaiting();
            } else if (!waiting.isEmpty()) {
                Lease piece = waiting.remove();
                sending = piece;
                connection.sendFully(piece, 0, piece.length()).start(this);
            } else if (why != null) {
                if (why.isFailure()) {
                    tally.broke();
                }
                Echo.close(connection, tally);
            } else if (receiving != null) {
                receiving.resume();
            }
        }

        private void dropWaiting() {
            waiting.forEach(Lease::close);
            waiting.clear();
        }
    }
}

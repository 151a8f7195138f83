package io.ferrule.examples.echo;

import io.ferrule.Buffer;
import io.ferrule.Connection;
import org.jspecify.annotations.Nullable;

/** Futures that follow one another. */
final class FutureEcho implements Echo {
    private static final int BUFFER_SIZE = 16 << 10;

    private final Tally tally;

    FutureEcho(Tally tally) {
        this.tally = tally;
    }

    @Override
    public void serve(Connection connection) {
        echo(connection, Buffer.allocate(BUFFER_SIZE));
    }

    /** Not one chain for all pieces: it would grow as long as the connection lives. */
    @SuppressWarnings("FutureReturnValueIgnored") // whenComplete sees every failure
    private void echo(Connection connection, Buffer buffer) {
        connection
                .receive(buffer)
                .future()
                .thenCompose(bytes -> connection.sendFully(buffer, 0, bytes).future())
                .whenComplete((bytes, error) -> {
                    if (error == null && bytes > 0) {
                        tally.echoed(bytes);
                        echo(connection, buffer);
                    } else {
                        end(connection, buffer, error);
                    }
                });
    }

    private void end(Connection connection, Buffer buffer, @Nullable Throwable error) {
        if (error != null && connection.isOpen()) {
            tally.broke();
        }
        buffer.close();
        Echo.close(connection, tally);
    }
}

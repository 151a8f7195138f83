package io.ferrule.examples.echo;

import io.ferrule.Buffer;
import io.ferrule.Connection;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;

/** A virtual thread for each connection, with calls that block. */
final class VirtualEcho implements Echo {
    private static final int BUFFER_SIZE = 16 << 10;

    private final Tally tally;

    VirtualEcho(Tally tally) {
        this.tally = tally;
    }

    @Override
    public void serve(Connection connection) {
        Thread.ofVirtual().name("echo on " + connection).start(() -> echo(connection));
    }

    private void echo(Connection connection) {
        try (connection;
                Buffer buffer = Buffer.allocate(BUFFER_SIZE)) {
            for (int bytes = connection.receive(buffer).await();
                    bytes > 0;
                    bytes = connection.receive(buffer).await()) {
                connection.sendFully(buffer, 0, bytes).await();
                tally.echoed(bytes);
            }
        } catch (ClosedChannelException e) {
            // the server ends
        } catch (IOException e) {
            tally.broke();
        } catch (IllegalStateException e) {
            if (connection.isOpen()) {
                throw e;
            } // otherwise the server has ended between two calls
        }
    }
}

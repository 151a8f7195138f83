package io.ferrule;

import io.ferrule.sys.Fd;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.CompletableFuture;

/** A connection on its way from one loop to another, by mail. */
final class Move extends Entry {
    private final Connection connection;
    private final Loop target;
    private final int number;
    private final CompletableFuture<Connection> moved = new CompletableFuture<>();

    private Move(Connection connection, Loop target, int number) {
        this.connection = connection;
        this.target = target;
        this.number = number;
    }

    static CompletableFuture<Connection> begin(Connection connection, Loop target) throws IOException {
        int number = Errand.run(connection.loop, connection::release);
        Move move = new Move(connection, target, number);
        target.mailOrRefuse(move);
        return move.moved;
    }

    @Override
    void arrived() {
        try {
            moved.complete(connection.as(target, number));
        } catch (IOException | RuntimeException e) {
            closeDescriptor();
            moved.completeExceptionally(e);
        }
    }

    @Override
    void refused() {
        closeDescriptor();
        moved.completeExceptionally(new AsynchronousCloseException());
    }

    @Override
    void expired() {
        throw new IllegalStateException("a move has no deadline");
    }

    private void closeDescriptor() {
        try {
            Fd.own(number).close();
        } catch (IOException e) {
            // it has failed already
        }
    }
}

package io.ferrule.examples.compare;

import io.ferrule.Connection;
import io.ferrule.Loop;
import java.io.IOException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Opens connections that have nothing to say. They stay open until their loop is closed. */
final class IdleConnections {
    private final Loop loop;
    private final SocketAddress address;
    private final int count;
    private int begun;
    private int open;
    private @Nullable IOException failure;

    private IdleConnections(Loop loop, SocketAddress address, int count) {
        this.loop = loop;
        this.address = address;
        this.count = count;
    }

    /**
     * Opens them, on the loop's thread.
     *
     * @param atOnce so many at a time, at most: more may be refused by a listener's queue
     */
    static void open(Loop loop, SocketAddress address, int count, int atOnce) throws IOException {
        IdleConnections all = new IdleConnections(loop, address, count);
        for (int i = 0; i < Math.min(atOnce, count); i++) {
            all.connect();
        }
        while (all.open < count && all.failure == null) {
            loop.turn(-1);
        }
        if (all.failure != null) {
            throw all.failure;
        }
    }

    private void connect() {
        begun++;
        loop.connect(address).start(this::connected);
    }

    private void connected(@Nullable Connection connection, @Nullable IOException error) {
        if (error != null) {
            failure = error;
        } else {
            open++;
            if (begun < count) {
                connect();
            }
        }
    }
}

package io.ferrule;

import java.io.IOException;

/** Two Unix sockets that are connected to each other: what one sends the other receives. */
public record ConnectionPair(Connection first, Connection second) implements AutoCloseable {
    /** Closes both. */
    @Override
    public void close() throws IOException {
        try (first;
                second) {
            // both, whatever the first one reports
        }
    }
}

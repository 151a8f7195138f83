package io.ferrule;

import java.io.IOException;

/**
 * The two ends of a pipe.
 *
 * @param reader what is written comes out here; the end of the stream when the writer is closed and all has been read
 * @param writer what is written here comes out at the reader
 */
public record PipeEnds(PipeReader reader, PipeWriter writer) implements AutoCloseable {
    /** Closes both. */
    @Override
    public void close() throws IOException {
        try (reader;
                writer) {
            // both, whatever the first one reports
        }
    }
}

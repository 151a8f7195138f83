package io.ferrule.channel;

import io.ferrule.Sink;
import io.ferrule.Source;
import java.io.InputStream;
import java.io.OutputStream;

/** Streams over files, pipes and connections. Each has a buffer of its own, so that none has to be put round it. */
public final class Streams {
    private static final int BUFFER_SIZE = 16 << 10;

    private Streams() {}

    /** A stream of what comes from a source, with a buffer of 16 KiB. */
    public static InputStream input(Source source) {
        return input(source, BUFFER_SIZE);
    }

    /**
     * A stream of what comes from a source; of a file, from its own position on. Closing it closes the source. For one thread at a time.
     *
     * @param bufferSize how much is read at once, in bytes, 1 or more
     */
    public static InputStream input(Source source, int bufferSize) {
        return new SourceInputStream(source, bufferSize);
    }

    /** A stream into a sink, with a buffer of 16 KiB. */
    public static OutputStream output(Sink sink) {
        return output(sink, BUFFER_SIZE);
    }

    /**
     * A stream into a sink; into a file, from its own position on. What is written goes out when the buffer is full, at {@link OutputStream#flush} and
     * at close, which closes the sink too. For one thread at a time.
     *
     * @param bufferSize how much is written at once, in bytes, 1 or more
     */
    public static OutputStream output(Sink sink, int bufferSize) {
        return new SinkOutputStream(sink, bufferSize);
    }
}

package io.ferrule.channel;

import io.ferrule.Source;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow;

/** Reactive streams over files, pipes and connections; {@link SinkSubscriber} is the other end. */
public final class Flows {
    private Flows() {}

    /**
     * Publishes what comes from a source, of a file from its own position on, to one subscriber: a second is refused with an IllegalStateException through
     * {@code onError}. Reads only as much as is asked for. The source stays open.
     *
     * <p>The subscriber is called on the loop's thread, and must not block. The byte buffers are its own, read-only, never empty.
     *
     * @param pieceSize how large a piece may be, in bytes, 1 or more
     */
    public static Flow.Publisher<ByteBuffer> publisher(Source source, int pieceSize) {
        return new SourcePublisher(source, pieceSize);
    }
}

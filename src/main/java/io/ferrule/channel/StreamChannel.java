package io.ferrule.channel;

import io.ferrule.Handle;
import io.ferrule.Sink;
import io.ferrule.Source;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import org.jspecify.annotations.Nullable;

/** A source, a sink or both as a channel. */
final class StreamChannel implements ByteChannel {
    private final Handle handle;
    private final @Nullable Source source;
    private final @Nullable Sink sink;
    private final Copies copies = new Copies();

    StreamChannel(Handle handle, @Nullable Source source, @Nullable Sink sink) {
        this.handle = handle;
        this.source = source;
        this.sink = sink;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        Source from = source;
        if (from == null) {
            throw new NonReadableChannelException();
        }
        Ends.checkOpen(handle);
        return copies.read(into, (buffer, length) -> Ends.read(from, buffer, 0, length));
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        Sink to = sink;
        if (to == null) {
            throw new NonWritableChannelException();
        }
        int count = from.remaining();
        while (from.hasRemaining()) {
            Ends.checkOpen(handle);
            copies.write(from, (buffer, length) -> Ends.writeFully(to, buffer, 0, length));
        }
        return count;
    }

    @Override
    public boolean isOpen() {
        return handle.isOpen();
    }

    @Override
    public void close() throws IOException {
        handle.close();
    }

    @Override
    public String toString() {
        return "channel of " + handle;
    }
}

package io.ferrule.channel;

import io.ferrule.Buffer;
import io.ferrule.Handle;
import io.ferrule.Sink;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/** What goes to a sink. */
final class SinkOutputStream extends OutputStream {
    private final Sink sink;
    private final Handle handle;
    private final Buffer buffer;
    private int end;

    SinkOutputStream(Sink sink, int bufferSize) {
        this.sink = sink;
        this.handle = Ends.handle(sink);
        this.buffer = Buffer.allocate(bufferSize);
    }

    @Override
    public void write(int value) throws IOException {
        makeRoom();
        buffer.put(end++, (byte) value);
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, from.length);
        Ends.checkOpen(handle);
        for (int done = 0; done < length; ) {
            makeRoom();
            int count = Math.min(length - done, buffer.size() - end);
            buffer.put(end, from, offset + done, count);
            end += count;
            done += count;
        }
    }

    private void makeRoom() throws IOException {
        Ends.checkOpen(handle);
        if (end == buffer.size()) {
            flush();
        }
    }

    /** Writes what is kept. When that fails, how much of it went out is not known, and none of it is written again. */
    @Override
    public void flush() throws IOException {
        Ends.checkOpen(handle);
        if (end > 0) {
            int count = end;
            end = 0;
            Ends.writeFully(sink, buffer, 0, count).await();
        }
    }

    @Override
    public void close() throws IOException {
        try (handle) {
            if (handle.isOpen()) {
                flush();
            }
        }
    }
}

package io.ferrule.channel;

import io.ferrule.Buffer;
import io.ferrule.Handle;
import io.ferrule.Source;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** What comes from a source. */
final class SourceInputStream extends InputStream {
    private final Source source;
    private final Handle handle;
    private final Buffer buffer;
    private int next;
    private int end;

    SourceInputStream(Source source, int bufferSize) {
        this.source = source;
        this.handle = Ends.handle(source);
        this.buffer = Buffer.allocate(bufferSize);
    }

    @Override
    public int read() throws IOException {
        return isFilled() ? buffer.get(next++) & 0xFF : -1;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (length == 0) {
            return 0;
        }
        if (!isFilled()) {
            return -1;
        }
        int count = Math.min(length, end - next);
        buffer.get(next, into, offset, count);
        next += count;
        return count;
    }

    /** Makes sure that there is something to take. Returns false at the end. */
    private boolean isFilled() throws IOException {
        Ends.checkOpen(handle);
        if (next == end) {
            next = 0;
            end = 0; // also when this fails
            end = Ends.read(source, buffer, 0, buffer.size()).await();
        }
        return end > 0;
    }

    /** What can be had without a system call. */
    @Override
    public int available() throws IOException {
        Ends.checkOpen(handle);
        return end - next;
    }

    @Override
    public void close() throws IOException {
        handle.close();
    }
}

package io.ferrule.benchmarks.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;
import sh.blake.niouring.IoUring;
import sh.blake.niouring.IoUringFile;

/** The library nio_uring, which has no offsets: it reads the file's first block every time. */
public class NioUringReads extends BlockReads {
    private static final int ENTRIES = 256;

    private IoUring ring;
    private IoUringFile channel;
    private ByteBuffer[] buffers;
    private int done;
    private Exception failure;

    @Setup
    public void open() throws IOException {
        if (direct) {
            throw new UnsupportedOperationException("it has no O_DIRECT");
        }
        ring = new IoUring(ENTRIES).onException(e -> failure = e);
        channel = new IoUringFile(file().toString());
        channel.onRead(this::read);
        channel.onException(e -> failure = e);
        buffers = byteBuffers();
    }

    private void read(ByteBuffer buffer) {
        check(buffer.position());
        done++;
    }

    @TearDown
    public void close() {
        ring.close();
    }

    @Override
    @Benchmark
    public void turn() throws IOException {
        done = 0;
        for (ByteBuffer buffer : buffers) {
            ring.queueRead(channel, buffer.clear());
        }
        while (done < depth) {
            ring.execute();
            if (failure != null) {
                throw new IOException("a read failed", failure);
            }
        }
    }
}

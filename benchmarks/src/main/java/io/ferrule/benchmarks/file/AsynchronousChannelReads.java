package io.ferrule.benchmarks.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** {@link AsynchronousFileChannel}: the JDK's pool of threads reads. */
public class AsynchronousChannelReads extends BlockReads {
    private AsynchronousFileChannel channel;
    private ByteBuffer[] buffers;
    private Future<?>[] reads;

    @Setup
    public void open() throws IOException {
        channel = AsynchronousFileChannel.open(file(), jdkOptions());
        buffers = byteBuffers();
        reads = new Future<?>[depth];
    }

    @TearDown
    public void close() throws IOException {
        channel.close();
    }

    @Override
    @Benchmark
    public void turn() throws InterruptedException, ExecutionException {
        for (int i = 0; i < depth; i++) {
            reads[i] = channel.read(buffers[i].clear(), nextOffset());
        }
        for (Future<?> read : reads) {
            check((Integer) read.get());
        }
    }
}

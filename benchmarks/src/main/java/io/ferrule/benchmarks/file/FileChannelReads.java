package io.ferrule.benchmarks.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** {@link FileChannel}, one read after the other. */
public class FileChannelReads extends BlockReads {
    private FileChannel channel;
    private ByteBuffer[] buffers;

    @Setup
    public void open() throws IOException {
        channel = FileChannel.open(file(), jdkOptions());
        buffers = byteBuffers();
    }

    @TearDown
    public void close() throws IOException {
        channel.close();
    }

    @Override
    @Benchmark
    public void turn() throws IOException {
        for (ByteBuffer buffer : buffers) {
            buffer.clear();
            check(channel.read(buffer, nextOffset()));
        }
    }
}

package io.ferrule.benchmarks.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** {@link FileChannel}, whose reads hold the carrier; the JDK then has another one run other threads. */
public class ChannelVirtualReads extends VirtualReads {
    private FileChannel channel;

    @Setup
    public void open() throws IOException {
        channel = FileChannel.open(file(), jdkOptions());
        prepare(Stream.of(byteBuffers()).map(this::read).toArray(Read[]::new));
    }

    private Read read(ByteBuffer buffer) {
        return offset -> channel.read(buffer.clear(), offset);
    }

    @TearDown
    public void close() throws IOException {
        channel.close();
    }

    @Override
    @Benchmark
    public void turn() throws Exception {
        readOn(Thread.ofVirtual().factory());
    }
}

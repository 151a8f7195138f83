package io.ferrule.benchmarks.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** {@link FileChannel}, one write after the other, and {@link FileChannel#force}. */
public class FileChannelWrites extends BlockWrites {
    private FileChannel channel;

    @Setup
    public void open() throws IOException {
        channel = FileChannel.open(file(), JdkOptions.of(direct, StandardOpenOption.WRITE));
    }

    @TearDown
    public void close() throws IOException {
        channel.close();
    }

    @Override
    @Benchmark
    public void turn() throws IOException {
        long offset = nextRun();
        for (int i = 0; i < RUN; i++) {
            checkSize(channel.write(buffers[i].clear(), offset + (long) i * bytes));
        }
        channel.force(true);
    }
}

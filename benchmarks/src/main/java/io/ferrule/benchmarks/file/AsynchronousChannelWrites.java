package io.ferrule.benchmarks.file;

import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** {@link AsynchronousFileChannel}: the JDK's pool of threads writes, and this one forces. */
public class AsynchronousChannelWrites extends BlockWrites {
    private AsynchronousFileChannel channel;
    private final Future<?>[] writes = new Future<?>[RUN];

    @Setup
    public void open() throws IOException {
        channel = AsynchronousFileChannel.open(file(), Set.of(JdkOptions.of(direct, StandardOpenOption.WRITE)), null);
    }

    @TearDown
    public void close() throws IOException {
        channel.close();
    }

    @Override
    @Benchmark
    public void turn() throws IOException, InterruptedException, ExecutionException {
        long offset = nextRun();
        for (int i = 0; i < RUN; i++) {
            writes[i] = channel.write(buffers[i].clear(), offset + (long) i * bytes);
        }
        for (Future<?> write : writes) {
            checkSize((Integer) write.get());
        }
        channel.force(true);
    }
}

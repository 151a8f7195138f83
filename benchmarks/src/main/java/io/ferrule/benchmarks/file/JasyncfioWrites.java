package io.ferrule.benchmarks.file;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import one.jasyncfio.AsyncFile;
import one.jasyncfio.EventExecutor;
import one.jasyncfio.OpenOption;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** The library jasyncfio, which has fdatasync and no fsync. */
public class JasyncfioWrites extends BlockWrites {
    private EventExecutor executor;
    private AsyncFile file;
    private final CompletableFuture<?>[] writes = new CompletableFuture<?>[RUN];

    @Setup
    public void open() throws IOException, InterruptedException, ExecutionException {
        if (direct) {
            throw new UnsupportedOperationException("with O_DIRECT its version 0.0.7 never comes back");
        }
        executor = EventExecutor.initDefault();
        file = AsyncFile.open(file(), executor, OpenOption.WRITE_ONLY).get();
    }

    @TearDown
    public void close() throws Exception {
        executor.close();
    }

    @Override
    @Benchmark
    public void turn() throws InterruptedException, ExecutionException {
        long offset = nextRun();
        for (int i = 0; i < RUN; i++) {
            writes[i] = file.write(buffers[i].clear(), offset + (long) i * bytes, bytes);
        }
        for (CompletableFuture<?> write : writes) {
            checkSize((Integer) write.get());
        }
        file.dataSync().get();
    }
}

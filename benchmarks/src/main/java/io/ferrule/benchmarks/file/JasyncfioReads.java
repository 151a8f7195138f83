package io.ferrule.benchmarks.file;

import static io.ferrule.benchmarks.file.BlockFile.BLOCK;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import one.jasyncfio.AsyncFile;
import one.jasyncfio.EventExecutor;
import one.jasyncfio.OpenOption;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** The library jasyncfio: a thread of its own turns the ring, and completes futures. */
public class JasyncfioReads extends BlockReads {
    private EventExecutor executor;
    private AsyncFile file;
    private ByteBuffer[] buffers;
    private CompletableFuture<?>[] reads;

    @Setup
    public void open() throws IOException, InterruptedException, ExecutionException {
        executor = EventExecutor.initDefault();
        file = (direct
                        ? AsyncFile.open(file(), executor, OpenOption.READ_ONLY, OpenOption.DIRECT)
                        : AsyncFile.open(file(), executor, OpenOption.READ_ONLY))
                .get();
        buffers = byteBuffers();
        reads = new CompletableFuture<?>[depth];
    }

    @TearDown
    public void close() throws Exception {
        executor.close();
    }

    @Override
    @Benchmark
    public void turn() throws InterruptedException, ExecutionException {
        for (int i = 0; i < depth; i++) {
            reads[i] = file.read(buffers[i].clear(), nextOffset(), BLOCK);
        }
        for (CompletableFuture<?> read : reads) {
            check((Integer) read.get());
        }
    }
}

package io.ferrule.benchmarks.file;

import static io.ferrule.benchmarks.file.BlockFile.BLOCK;

import io.ferrule.Buffer;
import io.ferrule.File;
import io.ferrule.FileOption;
import io.ferrule.Loop;
import io.ferrule.LoopOptions;
import io.ferrule.TransferCallback;
import java.io.IOException;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** The reads of {@link ReadBenchmark} through the safe layer, in each way to wait: what the layer costs. */
public class LayerBenchmark extends BlockReads {
    /** Who waits how. */
    public enum Style {
        /** On the loop's own thread. */
        CALLBACK,
        /** On another thread, for all of a batch. */
        FUTURE,
        /** Virtual threads, one for each read of a batch. */
        VIRTUAL
    }

    @Param
    public Style style;

    private Loop loop;
    private File file;
    private Buffer[] buffers;
    private int done;
    private final TransferCallback count = (bytes, error) -> {
        check(bytes, error);
        done++;
    };

    @Setup
    public void open() throws IOException {
        LoopOptions options = LoopOptions.defaults().driver("uring");
        loop = style == Style.CALLBACK ? Loop.open(options) : Loop.start(options);
        file = loop.openFile(file(), direct ? FileOption.DIRECT : StandardOpenOption.READ)
                .await();
        buffers = IntStream.range(0, depth)
                .mapToObj(i -> Buffer.allocate(BLOCK, BLOCK))
                .toArray(Buffer[]::new);
    }

    @TearDown
    public void close() {
        loop.close();
    }

    @Override
    @Benchmark
    public void turn() throws IOException, InterruptedException {
        switch (style) {
            case CALLBACK -> callbacks();
            case FUTURE -> futures();
            case VIRTUAL -> virtualThreads();
        }
    }

    private void callbacks() throws IOException {
        done = 0;
        for (Buffer buffer : buffers) {
            file.read(buffer, nextOffset()).start(count);
        }
        while (done < depth) {
            loop.turn(-1);
        }
    }

    private void futures() {
        CompletableFuture<?>[] all = new CompletableFuture<?>[depth];
        for (int i = 0; i < depth; i++) {
            all[i] = file.read(buffers[i], nextOffset()).future();
        }
        CompletableFuture.allOf(all).join();
    }

    private void virtualThreads() throws InterruptedException {
        CountDownLatch left = new CountDownLatch(depth);
        for (Buffer buffer : buffers) {
            long offset = nextOffset();
            Thread.startVirtualThread(() -> {
                try {
                    check(file.read(buffer, offset).await(), null);
                    left.countDown();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
        left.await();
    }

    private static void check(int bytes, IOException error) {
        if (bytes != BLOCK) {
            throw new IllegalStateException(bytes + " bytes read, not " + BLOCK, error);
        }
    }
}

package io.ferrule.benchmarks.file;

import static io.ferrule.benchmarks.file.BlockFile.BLOCK;

import io.ferrule.Buffer;
import io.ferrule.Callback;
import io.ferrule.File;
import io.ferrule.FileOption;
import io.ferrule.Loop;
import io.ferrule.LoopOptions;
import io.ferrule.ReadBatch;
import io.ferrule.TransferCallback;
import java.io.IOException;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
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
        CALLBACK("callback"),
        /** One callback for all of a {@link ReadBatch}, on the loop's own thread. */
        BATCH("batch"),
        /** On another thread, for all of a batch. */
        FUTURE("future"),
        /** Virtual threads on the JDK's carriers, one for each read of a batch. */
        VIRTUAL("virtual threads"),
        /** The same on the loop's own thread. */
        CARRIED("own carrier");

        private final String word;

        Style(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    @Param
    public Style style;

    private Loop loop;
    private File file;
    private Buffer[] buffers;
    private ThreadFactory threads;
    private ReadBatch batch;
    private int done;
    private final TransferCallback count = (bytes, error) -> {
        check(bytes, error);
        done++;
    };
    private final Callback<ReadBatch> countAll = (reads, error) -> {
        try {
            for (int i = 0; i < depth; i++) {
                check(reads.bytes(i), null);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        done = depth;
    };

    @Setup
    public void open() throws IOException {
        LoopOptions options = LoopOptions.defaults().driver("uring");
        boolean elsewhere = style == Style.FUTURE || style == Style.VIRTUAL;
        loop = elsewhere ? Loop.start(options) : Loop.open(options);
        threads = style == Style.CARRIED
                ? loop.virtualThreads()
                : Thread.ofVirtual().factory();
        batch = loop.batch(depth);
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
            case BATCH -> batches();
            case FUTURE -> futures();
            case VIRTUAL -> virtualThreads();
            case CARRIED -> carriedThreads();
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

    private void batches() throws IOException {
        done = 0;
        batch.clear();
        for (Buffer buffer : buffers) {
            batch.add(file, buffer, 0, BLOCK, nextOffset());
        }
        batch.start(countAll);
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
            startReader(buffer, left::countDown);
        }
        left.await();
    }

    private void carriedThreads() throws IOException {
        done = 0;
        for (Buffer buffer : buffers) {
            startReader(buffer, () -> done++);
        }
        while (done < depth) {
            loop.turn(-1);
        }
    }

    private void startReader(Buffer buffer, Runnable whenDone) {
        long offset = nextOffset();
        threads.newThread(() -> {
                    try {
                        check(file.read(buffer, offset).await(), null);
                        whenDone.run();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .start();
    }

    private static void check(int bytes, IOException error) {
        if (bytes != BLOCK) {
            throw new IllegalStateException(bytes + " bytes read, not " + BLOCK, error);
        }
    }
}

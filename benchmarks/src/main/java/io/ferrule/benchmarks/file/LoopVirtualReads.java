package io.ferrule.benchmarks.file;

import static io.ferrule.benchmarks.file.BlockFile.BLOCK;

import io.ferrule.Buffer;
import io.ferrule.File;
import io.ferrule.FileOption;
import io.ferrule.Loop;
import io.ferrule.LoopGroup;
import io.ferrule.LoopOptions;
import java.io.IOException;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadFactory;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Ferrule's {@code await}, on loops with {@code uring}, one for each processor, among which the threads are divided. */
public class LoopVirtualReads extends VirtualReads {
    /** Whether the loop's own thread runs the virtual threads, or else the JDK's carriers. */
    @Param({"false", "true"})
    public boolean ownCarrier;

    private LoopGroup loops;
    private ThreadFactory[] threads;

    @Setup
    public void open() throws IOException {
        int processors = Runtime.getRuntime().availableProcessors();
        loops = LoopGroup.start(processors, LoopOptions.defaults().driver("uring"));
        threads = new ThreadFactory[processors];
        File[] files = new File[processors];
        for (int i = 0; i < processors; i++) {
            Loop loop = loops.get(i);
            files[i] = loop.openFile(file(), direct ? FileOption.DIRECT : StandardOpenOption.READ)
                    .await();
            threads[i] = ownCarrier ? loop.virtualThreads() : Thread.ofVirtual().factory();
        }
        prepare(IntStream.range(0, depth)
                .mapToObj(i -> read(files[i % processors]))
                .toArray(Read[]::new));
    }

    private static Read read(File file) {
        Buffer buffer = Buffer.allocate(BLOCK, BLOCK);
        return offset -> file.read(buffer, offset).await();
    }

    @TearDown
    public void close() {
        loops.close();
    }

    @Override
    @Benchmark
    public void turn() throws Exception {
        readOn(threads);
    }
}

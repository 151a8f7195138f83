package io.ferrule.benchmarks.file;

import static io.ferrule.benchmarks.file.BlockFile.BLOCK;

import io.ferrule.Buffer;
import io.ferrule.File;
import io.ferrule.FileOption;
import io.ferrule.Loop;
import io.ferrule.LoopOptions;
import java.io.IOException;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadFactory;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Ferrule's {@code await}, on a loop with {@code uring}. */
public class LoopVirtualReads extends VirtualReads {
    /** Whether the loop's own thread runs the virtual threads, or else the JDK's carriers. */
    @Param({"false", "true"})
    public boolean ownCarrier;

    private Loop loop;
    private ThreadFactory threads;

    @Setup
    public void open() throws IOException {
        loop = Loop.start(LoopOptions.defaults().driver("uring"));
        File file = loop.openFile(file(), direct ? FileOption.DIRECT : StandardOpenOption.READ)
                .await();
        threads = ownCarrier ? loop.virtualThreads() : Thread.ofVirtual().factory();
        prepare(IntStream.range(0, depth).mapToObj(i -> read(file)).toArray(Read[]::new));
    }

    private static Read read(File file) {
        Buffer buffer = Buffer.allocate(BLOCK, BLOCK);
        return offset -> file.read(buffer, offset).await();
    }

    @TearDown
    public void close() {
        loop.close();
    }

    @Override
    @Benchmark
    public void turn() throws Exception {
        readOn(threads);
    }
}

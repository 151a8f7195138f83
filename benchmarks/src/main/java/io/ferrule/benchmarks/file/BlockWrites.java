package io.ferrule.benchmarks.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Writes of blocks, one after the other through a file and from its beginning again, as a log is written that is used anew: a run of blocks, and an fsync,
 * in each turn. The file has its size from the beginning. The twins in C: {@code runs.h}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public abstract class BlockWrites {
    /** Blocks between two fsyncs. */
    static final int RUN = 16;

    /** Of a block. */
    @Param({"4096", "65536"})
    public int bytes;

    /** Whether past the page cache. */
    @Param({"false", "true"})
    public boolean direct;

    /** The blocks of a run, each at the begin of a page. */
    ByteBuffer[] buffers;

    private ByteBuffer run;
    private long fileSize;
    private long offset;
    private long blocks;

    /** Writes a run, and returns when it is on the device. */
    public abstract void turn() throws Exception;

    /** Before what a benchmark sets up itself. */
    @Setup
    public void allocate() throws IOException {
        Path file = file();
        try (FileChannel channel = FileChannel.open(file)) {
            fileSize = channel.size();
        }
        run = ByteBuffer.allocateDirect(RUN * bytes + BlockFile.BLOCK)
                .alignedSlice(BlockFile.BLOCK)
                .slice(0, RUN * bytes);
        buffers = IntStream.range(0, RUN)
                .mapToObj(i -> run.slice(i * bytes, bytes))
                .toArray(ByteBuffer[]::new);
    }

    /** Reads the last run back. */
    @TearDown
    public void check() throws IOException {
        ByteBuffer found = ByteBuffer.allocate(RUN * bytes);
        try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.READ)) {
            while (found.hasRemaining() && channel.read(found, offset + found.position()) > 0) {
                // goes on after a short read
            }
        }
        if (!found.flip().equals(run)) {
            throw new IllegalStateException("what was written is not there");
        }
    }

    final Path file() {
        return LogFile.path();
    }

    /** Where the next run goes. Each of its blocks begins with a number that no block had before. */
    final long nextRun() {
        offset = (offset + (long) RUN * bytes) % fileSize;
        for (int i = 0; i < RUN; i++) {
            run.putLong(i * bytes, ++blocks);
        }
        return offset;
    }

    final void checkSize(int written) {
        if (written != bytes) {
            throw new IllegalStateException(written + " bytes written, not " + bytes);
        }
    }
}

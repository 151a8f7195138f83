package io.ferrule.benchmarks.file;

import static io.ferrule.benchmarks.file.BlockFile.BLOCK;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Random reads of a block each, a batch of them in each turn: what all do in their own way. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public abstract class BlockReads {
    /** Reads in a batch. */
    @Param({"1", "32", "128"})
    public int depth;

    /** Whether past the page cache. */
    @Param({"false", "true"})
    public boolean direct;

    private final RandomBlocks blocks = new RandomBlocks();

    /** Reads a batch, each to its end. */
    public abstract void turn() throws Exception;

    final Path file() throws IOException {
        return BlockFile.prepare();
    }

    final long nextOffset() {
        return blocks.nextOffset();
    }

    final OpenOption[] jdkOptions() {
        return JdkOptions.of(direct, StandardOpenOption.READ);
    }

    /** For those that want them so: off-heap, each at the begin of a page. */
    final ByteBuffer[] byteBuffers() {
        ByteBuffer all = ByteBuffer.allocateDirect((depth + 1) * BLOCK).alignedSlice(BLOCK);
        return IntStream.range(0, depth)
                .mapToObj(i -> all.slice(i * BLOCK, BLOCK))
                .toArray(ByteBuffer[]::new);
    }

    static void check(int bytes) {
        if (bytes != BLOCK) {
            throw new IllegalStateException(bytes + " bytes read, not " + BLOCK);
        }
    }
}

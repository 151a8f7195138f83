package io.ferrule.benchmarks.file;

import io.ferrule.benchmarks.ring.Rings;
import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Fd;
import io.ferrule.uring.IoUring;
import io.ferrule.uring.Sqe;
import io.ferrule.uring.SubmissionQueue;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Random reads of 4 KiB from a registered file that is in the page cache, each batch there and back with one system call. Its twin in C: {@code read.c}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReadBenchmark {
    private static final int BLOCK = 4096;
    private static final int LAST_BLOCK = CachedFile.SIZE / BLOCK - 1;

    /** Whether the buffers are registered. */
    @Param({"false", "true"})
    public boolean fixed;

    /** Reads in a batch. */
    @Param({"1", "32", "128"})
    public int depth;

    private final DirectDescriptor file = DirectDescriptor.of(0);
    private Arena arena;
    private MemorySegment[] buffers;
    private IoUring ring;
    private long random = 0x9e37_79b9_7f4a_7c15L;

    @Setup
    public void open() throws IOException {
        arena = Arena.ofConfined();
        buffers = arena.allocate((long) depth * BLOCK, BLOCK)
                .elements(MemoryLayout.sequenceLayout(BLOCK, ValueLayout.JAVA_BYTE))
                .toArray(MemorySegment[]::new);
        ring = IoUring.open(Rings.ENTRIES);
        try (Fd fd = Fd.open(CachedFile.prepare(), LibC.O_RDONLY(), 0)) {
            ring.register().files(fd);
        }
        if (fixed) {
            ring.register().buffers(buffers);
        }
    }

    @TearDown
    public void close() {
        ring.close();
        arena.close();
    }

    @Benchmark
    @CompilerControl(CompilerControl.Mode.INLINE)
    public void turn() throws IOException {
        SubmissionQueue sq = ring.sq();
        for (int i = 0; i < depth; i++) {
            Sqe sqe = sq.next();
            if (fixed) {
                sqe.readFixed(file, buffers[i], nextOffset(), i);
            } else {
                sqe.read(file, buffers[i], nextOffset());
            }
            sqe.userData(i);
        }
        Rings.complete(ring, depth, BLOCK);
    }

    /** Marsaglia's xorshift: cheap, and the same in any language. */
    private long nextOffset() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return (random & LAST_BLOCK) * BLOCK;
    }
}

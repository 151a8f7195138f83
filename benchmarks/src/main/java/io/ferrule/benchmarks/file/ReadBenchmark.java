package io.ferrule.benchmarks.file;

import static io.ferrule.benchmarks.file.BlockFile.BLOCK;

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
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** A registered file through the ring, each batch there and back with one system call. Its twin in C: {@code read.c}. */
public class ReadBenchmark extends BlockReads {
    /** Whether the buffers are registered. */
    @Param({"false", "true"})
    public boolean fixed;

    private final DirectDescriptor slot = DirectDescriptor.of(0);
    private Arena arena;
    private MemorySegment[] buffers;
    private IoUring ring;

    @Setup
    public void open() throws IOException {
        arena = Arena.ofConfined();
        buffers = arena.allocate((long) depth * BLOCK, BLOCK)
                .elements(MemoryLayout.sequenceLayout(BLOCK, ValueLayout.JAVA_BYTE))
                .toArray(MemorySegment[]::new);
        ring = IoUring.open(Rings.ENTRIES);
        try (Fd fd = Fd.open(file(), LibC.O_RDONLY() | (direct ? LibC.O_DIRECT() : 0), 0)) {
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

    @Override
    @Benchmark
    @CompilerControl(CompilerControl.Mode.INLINE)
    public void turn() throws IOException {
        SubmissionQueue sq = ring.sq();
        for (int i = 0; i < depth; i++) {
            Sqe sqe = sq.next();
            if (fixed) {
                sqe.readFixed(slot, buffers[i], nextOffset(), i);
            } else {
                sqe.read(slot, buffers[i], nextOffset());
            }
            sqe.userData(i);
        }
        Rings.complete(ring, depth, BLOCK);
    }
}

package io.ferrule.benchmarks.file;

import io.ferrule.benchmarks.ring.Rings;
import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Fd;
import io.ferrule.uring.IoUring;
import io.ferrule.uring.SubmissionQueue;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** The bare ring: a run of writes with one system call, then its fsync with another. Its twin in C: {@code write.c}. */
public class RingWrites extends BlockWrites {
    private final DirectDescriptor slot = DirectDescriptor.of(0);
    private MemorySegment[] segments;
    private IoUring ring;

    @Setup
    public void open() throws IOException {
        segments = Stream.of(buffers).map(MemorySegment::ofBuffer).toArray(MemorySegment[]::new);
        ring = IoUring.open(Rings.ENTRIES);
        try (Fd fd = Fd.open(file(), LibC.O_RDWR() | (direct ? LibC.O_DIRECT() : 0), 0)) {
            ring.register().files(fd);
        }
    }

    @TearDown
    public void close() {
        ring.close();
    }

    @Override
    @Benchmark
    public void turn() throws IOException {
        long offset = nextRun();
        SubmissionQueue sq = ring.sq();
        for (int i = 0; i < RUN; i++) {
            sq.next().write(slot, segments[i], offset + (long) i * bytes).userData(i);
        }
        Rings.complete(ring, RUN, bytes);
        sq.next().fsync(slot, 0);
        Rings.complete(ring, 1, 0);
    }
}

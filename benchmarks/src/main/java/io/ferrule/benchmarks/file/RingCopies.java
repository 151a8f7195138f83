package io.ferrule.benchmarks.file;

import io.ferrule.benchmarks.ring.Rings;
import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Fd;
import io.ferrule.uring.CompletionQueue;
import io.ferrule.uring.IoUring;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** The bare ring: blocks in flight, each read and then written. Its twin in C: {@code copy.c}. */
public class RingCopies extends FileCopies {
    private static final int PERMISSIONS = 0644;

    private final Path source = source();
    private final Path target = target();
    private final long[] offsets = new long[DEPTH];
    private final boolean[] writing = new boolean[DEPTH];
    private Arena arena;
    private MemorySegment buffers;
    private IoUring ring;
    private long size;
    private long next;
    private long written;

    @Setup
    public void open() throws IOException {
        arena = Arena.ofConfined();
        buffers = arena.allocate((long) DEPTH * BLOCK, BlockFile.BLOCK);
        ring = IoUring.open(Rings.ENTRIES);
    }

    @TearDown
    public void close() {
        ring.close();
        arena.close();
    }

    @Override
    @Benchmark
    public void turn() throws IOException {
        Files.deleteIfExists(target);
        try (Fd from = Fd.open(source, LibC.O_RDONLY(), 0);
                Fd to = Fd.open(target, LibC.O_WRONLY() | LibC.O_CREAT() | LibC.O_EXCL(), PERMISSIONS)) {
            size = Files.size(source);
            next = 0;
            written = 0;
            copy(from, to);
        }
    }

    private void copy(Fd from, Fd to) throws IOException {
        for (int i = 0; i < DEPTH && next < size; i++) {
            read(i, from);
        }
        CompletionQueue cq = ring.cq();
        while (written < size) {
            ring.submitAndWait(1);
            for (int there = cq.ready(); there > 0 && cq.next(); there--) {
                completed((int) cq.userData(), cq.res(), from, to);
            }
        }
    }

    private void completed(int block, int result, Fd from, Fd to) throws IOException {
        if (result != BLOCK) {
            throw new IOException("a request's result is " + result + ", not " + BLOCK);
        }
        if (!writing[block]) {
            write(block, to);
            return;
        }
        written += BLOCK;
        if (next < size) {
            read(block, from);
        }
    }

    private void read(int block, Fd from) {
        writing[block] = false;
        offsets[block] = next;
        next += BLOCK;
        ring.sq()
                .next()
                .read(from, buffers, (long) block * BLOCK, BLOCK, offsets[block])
                .userData(block);
    }

    private void write(int block, Fd to) {
        writing[block] = true;
        ring.sq()
                .next()
                .write(to, buffers, (long) block * BLOCK, BLOCK, offsets[block])
                .userData(block);
    }
}

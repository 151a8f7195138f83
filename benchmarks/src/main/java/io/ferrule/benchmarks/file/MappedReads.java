package io.ferrule.benchmarks.file;

import static io.ferrule.benchmarks.file.BlockFile.BLOCK;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Mapped memory: a read is a copy out of the mapping. */
public class MappedReads extends BlockReads {
    private Arena arena;
    private MemorySegment mapping;
    private MemorySegment buffers;

    @Setup
    public void open() throws IOException {
        if (direct) {
            throw new UnsupportedOperationException("a mapping is the page cache");
        }
        arena = Arena.ofConfined();
        try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.READ)) {
            mapping = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
        mapping.load();
        buffers = arena.allocate((long) depth * BLOCK, BLOCK);
    }

    @TearDown
    public void close() {
        arena.close();
    }

    @Override
    @Benchmark
    public void turn() {
        for (int i = 0; i < depth; i++) {
            MemorySegment.copy(mapping, nextOffset(), buffers, (long) i * BLOCK, BLOCK);
        }
    }
}

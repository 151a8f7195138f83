package io.ferrule.benchmarks.file;

import io.ferrule.Buffer;
import io.ferrule.File;
import io.ferrule.Loop;
import io.ferrule.LoopOptions;
import io.ferrule.Relay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** The safe layer on {@code uring}. */
public class LayerCopies extends FileCopies {
    /** By what it copies. */
    public enum How {
        /** Blocks in flight, each read and then written, as {@link RingCopies}. */
        CALLBACKS,
        /** A {@link Relay}: one splice after the other through its pipe. */
        RELAY
    }

    @Param
    public How how;

    private Loop loop;
    private Relay relay;
    private Block[] blocks;
    private File from;
    private File to;
    private long size;
    private long next;
    private long written;
    private IOException failure;

    @Setup
    public void open() throws IOException {
        loop = Loop.open(LoopOptions.defaults().driver("uring"));
        relay = loop.relay().await();
        blocks = IntStream.range(0, DEPTH).mapToObj(i -> new Block()).toArray(Block[]::new);
    }

    @TearDown
    public void close() {
        loop.close();
    }

    @Override
    @Benchmark
    public void turn() throws IOException {
        Files.deleteIfExists(target());
        try (File source = loop.openFile(source(), StandardOpenOption.READ).await();
                File target = loop.openFile(target(), StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)
                        .await()) {
            from = source;
            to = target;
            size = source.status().await().size();
            switch (how) {
                case CALLBACKS -> inBlocks();
                case RELAY -> relay.copyFully(source, 0, target, 0, size).await();
            }
        }
    }

    private void inBlocks() throws IOException {
        next = 0;
        written = 0;
        for (int i = 0; i < DEPTH && next < size; i++) {
            blocks[i].read();
        }
        while (written < size) {
            loop.turn(-1);
            if (failure != null) {
                throw failure;
            }
        }
    }

    /** A part of the file on its way. */
    private final class Block {
        private final Buffer buffer = Buffer.allocate(BLOCK, BlockFile.BLOCK);
        private long offset;

        void read() {
            offset = next;
            next += BLOCK;
            from.readFully(buffer, 0, BLOCK, offset).start(this::write);
        }

        private void write(int bytes, IOException error) {
            if (error != null) {
                failure = error;
                return;
            }
            to.writeFully(buffer, 0, BLOCK, offset).start(this::go);
        }

        private void go(int bytes, IOException error) {
            if (error != null) {
                failure = error;
                return;
            }
            written += BLOCK;
            if (next < size) {
                read();
            }
        }
    }
}

package io.ferrule.examples.compare;

import io.ferrule.LoopOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Reads blocks of a file, here and there.
 *
 * @param direct past the page cache; otherwise from it
 * @param depth reads in flight
 */
record RandomReads(boolean direct, int depth) implements Work {
    static final int BLOCK = 4096;
    static final int BLOCKS = 8192;

    private static final int BLOCKS_AT_ONCE = 256;

    /** Each block of it begins with its number. */
    static Path file(Path directory) {
        return directory.resolve("blocks");
    }

    @Override
    public boolean isServed() {
        return false;
    }

    @Override
    public void prepare(Path directory) throws IOException {
        Path file = file(directory);
        if (Files.exists(file)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.allocateDirect(BLOCKS_AT_ONCE * BLOCK).order(ByteOrder.nativeOrder());
            for (int block = 0; block < BLOCKS; block += BLOCKS_AT_ONCE) {
                for (int i = 0; i < BLOCKS_AT_ONCE; i++) {
                    bytes.putLong(i * BLOCK, block + i);
                }
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                bytes.clear();
            }
            channel.force(true); // a dirty page would be written out by the first direct read
        }
    }

    @Override
    public Load load(LoopOptions options, Path directory, @Nullable InetSocketAddress server) throws IOException {
        return ReadLoad.start(this, options, file(directory));
    }
}

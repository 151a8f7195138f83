package io.ferrule.benchmarks.file;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.DSYNC;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The file that reads are measured on, in the page cache as a whole. All sides read the same one. */
public final class BlockFile {
    /** In bytes; a power of two, so that a mask makes a block's number of a random one. */
    static final int SIZE = 64 << 20;

    /** In bytes: what is read at a time. */
    static final int BLOCK = 4096;

    private static final int PIECE = 1 << 20;

    private BlockFile() {}

    public static Path path() {
        return Disk.directory().resolve("read.data");
    }

    /** Makes it if need be, and reads it through, which brings it into the page cache. */
    public static Path prepare() throws IOException {
        Path file = path();
        if (!Files.exists(file) || Files.size(file) != SIZE) {
            write(file);
        }
        try (InputStream in = Files.newInputStream(file)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return file;
    }

    /** Synchronously: nothing is left for the kernel to write back while we measure. And never half a file under that name. */
    private static void write(Path file) throws IOException {
        Path draft = file.resolveSibling(file.getFileName() + ".draft");
        byte[] piece = new byte[PIECE];
        for (int i = 0; i < piece.length; i++) {
            piece[i] = (byte) (i * 31);
        }
        try (OutputStream out = Files.newOutputStream(draft, CREATE, TRUNCATE_EXISTING, WRITE, DSYNC)) {
            for (int written = 0; written < SIZE; written += PIECE) {
                out.write(piece);
            }
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    }
}

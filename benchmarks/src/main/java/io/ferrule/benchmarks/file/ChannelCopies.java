package io.ferrule.benchmarks.file;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import org.openjdk.jmh.annotations.Benchmark;

/** {@link FileChannel#transferTo}: the JDK chooses copy_file_range, sendfile, or memory. */
public class ChannelCopies extends FileCopies {
    @Override
    @Benchmark
    public void turn() throws IOException {
        Files.deleteIfExists(target());
        try (FileChannel from = FileChannel.open(source(), READ);
                FileChannel to = FileChannel.open(target(), WRITE, CREATE_NEW)) {
            long size = from.size();
            for (long moved = 0; moved < size; ) {
                moved += from.transferTo(moved, size - moved, to);
            }
        }
    }
}

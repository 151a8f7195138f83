package io.ferrule.benchmarks.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Copies of a cached file, each from opening it to closing the copy, which is not brought to the device: what cp(1) does. Each turn deletes the copy before: a
 * file that is emptied rather than made anew, ext4 begins to write to the device when it is closed.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public abstract class FileCopies {
    /** Of those that copy block by block, as examples cp does: in bytes, and how many are in flight. */
    static final int BLOCK = 256 << 10;

    static final int DEPTH = 32;

    static Path source() {
        return BlockFile.path();
    }

    static Path target() {
        return Disk.directory().resolve("copy.data");
    }

    /** Copies the file. */
    public abstract void turn() throws Exception;

    /** Compares the last copy. */
    @TearDown
    public void check() throws IOException {
        long difference = Files.mismatch(source(), target());
        if (difference >= 0) {
            throw new IllegalStateException("the copy differs at byte " + difference);
        }
        Files.delete(target());
    }
}

package io.ferrule.benchmarks.file;

import java.io.IOException;
import java.nio.file.Files;
import org.openjdk.jmh.annotations.Benchmark;

/** {@link Files#copy}. */
public class JdkCopies extends FileCopies {
    @Override
    @Benchmark
    public void turn() throws IOException {
        Files.deleteIfExists(target());
        Files.copy(source(), target());
    }
}

package io.ferrule.benchmarks.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The file that writes are measured on. It has its size, and the device its blocks, before anything is measured. */
final class LogFile {
    private LogFile() {}

    static Path path() {
        return Disk.directory().resolve("write.data");
    }

    static void prepare() throws IOException {
        Path file = path();
        if (!Files.exists(file) || Files.size(file) != BlockFile.SIZE) {
            Files.copy(BlockFile.prepare(), file, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}

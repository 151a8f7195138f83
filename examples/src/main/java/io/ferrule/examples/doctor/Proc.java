package io.ferrule.examples.doctor;

import io.ferrule.sys.KernelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Files of the kernel's own filesystems, which may be missing or closed to us. */
final class Proc {
    private Proc() {}

    /** What a file holds as a number; empty where it holds none. */
    static OptionalLong number(String path) {
        try {
            return OptionalLong.of(Long.parseLong(KernelFile.text(path)));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** A file's lines; none where it cannot be read. */
    static List<String> lines(String path) {
        try {
            return Files.readAllLines(Path.of(path));
        } catch (IOException e) {
            return List.of();
        }
    }
}

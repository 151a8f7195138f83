package io.ferrule.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The open descriptors of this process. Their number alone says little: the JVM opens and closes files as it likes. */
public final class Descriptors {
    private Descriptors() {}

    /** How many are open to what the kernel describes so: a path, or "anon_inode:[io_uring]". */
    public static long openTo(String regex) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(each -> target(each).matches(regex)).count();
        }
    }

    /** Empty when it was closed meanwhile. */
    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "";
        }
    }
}

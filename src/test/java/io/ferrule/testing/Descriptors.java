package io.ferrule.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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

    /** What the kernel calls those that match: each once, however many descriptors it has. */
    public static Set<String> targets(String regex) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.map(Descriptors::target)
                    .filter(each -> each.matches(regex))
                    .collect(Collectors.toSet());
        }
    }

    /** What {@link #openTo} counts for the file of a descriptor, such as a pipe: both of its ends. */
    public static String same(int descriptor) {
        return Pattern.quote(target(Path.of("/proc/self/fd/" + descriptor)));
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

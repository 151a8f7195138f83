package io.ferrule.benchmarks.file;

import java.nio.file.OpenOption;
import java.util.stream.Stream;

/** How the JDK's channels open a file. */
final class JdkOptions {
    private JdkOptions() {}

    /** O_DIRECT is no part of the platform: javac warns of its name, and no annotation can silence that. */
    static OpenOption[] of(boolean direct, OpenOption... options) {
        if (!direct) {
            return options;
        }
        try {
            Object option = Class.forName("com.sun.nio.file.ExtendedOpenOption")
                    .getField("DIRECT")
                    .get(null);
            return Stream.concat(Stream.of(options), Stream.of((OpenOption) option))
                    .toArray(OpenOption[]::new);
        } catch (ReflectiveOperationException e) {
            throw new UnsupportedOperationException("this JDK has no O_DIRECT", e);
        }
    }
}

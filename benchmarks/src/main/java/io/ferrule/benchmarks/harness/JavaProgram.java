package io.ferrule.benchmarks.harness;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command of a program in Java, on the JVM that runs this. */
public final class JavaProgram {
    private JavaProgram() {}

    /** One of this jar. */
    public static List<String> command(Class<?> program, String... arguments) {
        return command(Target.directory().resolve("benchmarks.jar"), program.getName(), arguments);
    }

    /** The same command with further options for the JVM. */
    public static List<String> with(List<String> options, List<String> command) {
        List<String> all = new ArrayList<>(command);
        all.addAll(1, options);
        return all;
    }

    public static List<String> command(Path jar, String program, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                jar.toString(),
                program));
        command.addAll(List.of(arguments));
        return command;
    }
}

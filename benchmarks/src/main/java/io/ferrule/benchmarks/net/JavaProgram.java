package io.ferrule.benchmarks.net;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command of a program in Java, on the JVM that runs this. */
final class JavaProgram {
    private JavaProgram() {}

    static List<String> command(Path jar, Class<?> program, String... arguments) {
        return command(jar, program.getName(), arguments);
    }

    static List<String> command(Path jar, String program, String... arguments) {
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

package io.ferrule.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own for a test: Ferrule and its test classes are on board, JUnit and AssertJ are not, so that the main class is a plain program
 * (a nested class of the test does well). Tests that use this are tagged "subprocess".
 */
public final class Jvm {
    private static final long SECONDS_AT_MOST = 60;

    private static final String CLASSES = property("ferrule.test.classes");
    private static final String TEST_CLASSES = property("ferrule.test.testClasses");

    /** What a JVM left behind when it ended. */
    public record Result(int status, String out, String err) {
        /** Standard output and standard error together, for messages. */
        @Override
        public String toString() {
            return "exit status " + status + "\n--- out ---\n" + out + "--- err ---\n" + err;
        }
    }

    private final Class<?> main;
    private final boolean named;
    private final List<String> prefix = new ArrayList<>();
    private final List<String> options = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private boolean nativeAccess = true;

    private Jvm(Class<?> main, boolean named) {
        this.main = main;
        this.named = named;
    }

    /** Ferrule as module io.ferrule, patched with the test classes. */
    public static Jvm onModulePath(Class<?> main) {
        return new Jvm(main, true);
    }

    /** Ferrule in the unnamed module. */
    public static Jvm onClassPath(Class<?> main) {
        return new Jvm(main, false);
    }

    /** A command that runs the JVM, such as strace or prlimit with their options. Several go around each other, the first outermost. */
    public Jvm under(String... command) {
        prefix.addAll(List.of(command));
        return this;
    }

    /** Options of the JVM, such as "-Dname=value". */
    public Jvm with(String... option) {
        options.addAll(List.of(option));
        return this;
    }

    /** Arguments of the main class. */
    public Jvm arguments(String... argument) {
        arguments.addAll(List.of(argument));
        return this;
    }

    /** Leaves the --enable-native-access flag out. */
    public Jvm withoutNativeAccess() {
        nativeAccess = false;
        return this;
    }

    /** The whole command line. */
    public List<String> command() {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Starts faster, and several side by side do not fill the machine.
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m"));
        if (nativeAccess) {
            command.add("--enable-native-access=" + (named ? "io.ferrule" : "ALL-UNNAMED"));
        }
        command.addAll(options);
        if (named) {
            command.addAll(List.of("-p", CLASSES, "--patch-module", "io.ferrule=" + TEST_CLASSES));
            command.addAll(List.of("-m", "io.ferrule/" + main.getName()));
        } else {
            command.addAll(List.of("-cp", CLASSES + ":" + TEST_CLASSES, main.getName()));
        }
        command.addAll(arguments);
        return command;
    }

    /** Starts it, waits for its end, and returns what it said. */
    public Result run() throws IOException, InterruptedException {
        return run(command());
    }

    /** Runs any command in the same way. */
    public static Result run(List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile("ferrule-test-", ".out");
        Path err = Files.createTempFile("ferrule-test-", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            try {
                if (!process.waitFor(SECONDS_AT_MOST, TimeUnit.SECONDS)) {
                    throw new AssertionError("still running after " + SECONDS_AT_MOST + " s: " + command + "\n"
                            + Files.readString(out) + Files.readString(err));
                }
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    private static String property(String name) {
        String value = System.getProperty(name);
        if (value == null) {
            throw new IllegalStateException("-D" + name + " is not set: the build sets it for tests (see pom.xml)");
        }
        return value;
    }
}

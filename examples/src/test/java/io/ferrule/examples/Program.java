package io.ferrule.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** One of the example programs, run as people run it: a process of its own. */
public final class Program {
    private static final long SECONDS_AT_MOST = 60;

    private final List<String> prefix = new ArrayList<>();
    private final List<String> options = new ArrayList<>();
    private final List<String> arguments;
    private boolean nativeAccess = true;

    private Program(String... arguments) {
        this.arguments = List.of(arguments);
    }

    /** What a process left behind when it ended. */
    public record Result(int status, String out, String err) {}

    /** A process under way, its output in files. */
    public record Running(Process process, Path out, Path err) {
        /** Waits for its end. */
        public Result result() throws IOException, InterruptedException {
            try {
                assertThat(process.waitFor(SECONDS_AT_MOST, TimeUnit.SECONDS))
                        .as("ended within %d s", SECONDS_AT_MOST)
                        .isTrue();
                return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                Files.delete(out);
                Files.delete(err);
            }
        }
    }

    /** The program with its arguments, such as "cp", "from", "to". */
    public static Program of(Object... arguments) {
        String[] words = new String[arguments.length];
        for (int i = 0; i < words.length; i++) {
            words[i] = arguments[i].toString();
        }
        return new Program(words);
    }

    /** A command that runs the JVM, such as strace with its options. */
    public Program under(String... command) {
        prefix.addAll(List.of(command));
        return this;
    }

    /** Options of the JVM. */
    public Program with(String... option) {
        options.addAll(List.of(option));
        return this;
    }

    /** Leaves the --enable-native-access flag out. */
    public Program withoutNativeAccess() {
        nativeAccess = false;
        return this;
    }

    /** To be sent a SIGINT: who starts the tests in the background of a shell hands down that it is to be ignored. */
    public Program heedingCtrlC() {
        return under("env", "--default-signal=INT");
    }

    /** Starts it. */
    public Running start() throws IOException {
        return start(command());
    }

    /** Starts it to be listened to while it runs: standard output and error are one stream. The caller ends it. */
    public Process startTalking() throws IOException {
        return new ProcessBuilder(command()).redirectErrorStream(true).start();
    }

    /** It in the words of a shell. */
    public String commandLine() {
        return command().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    }

    private List<String> command() {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx128m"));
        if (nativeAccess) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(arguments);
        return command;
    }

    /** Starts it and waits for its end. */
    public Result run() throws IOException, InterruptedException {
        return start().result();
    }

    /** Runs any command. */
    public static Result run(String... command) throws IOException, InterruptedException {
        return start(List.of(command)).result();
    }

    /** Skips the test where a command cannot be run, or does not end with status 0. */
    public static void need(String what, String... command) throws InterruptedException {
        boolean there;
        try {
            there = run(command).status() == 0;
        } catch (IOException e) {
            there = false;
        }
        assumeTrue(there, () -> "needs " + what + "; tried: " + String.join(" ", command));
    }

    /** The words before a command that make a call fail: strace with an injection. Skips the test where that is not possible. */
    public static String[] injecting(String call, String errno) throws InterruptedException {
        need("strace, and the right to trace", "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=close", "true");
        return new String[] {
            "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e", "inject=" + call + ":error=" + errno
        };
    }

    /** The words before a command that take capabilities away from root. None for other users, who lack them anyway. */
    public static String[] withoutCapabilities(String... capabilities) throws IOException, InterruptedException {
        if (!isRoot()) {
            return new String[0];
        }
        String[] command = {"setpriv", "--bounding-set=-" + String.join(",-", capabilities)};
        need("setpriv", command[0], command[1], "true");
        return command;
    }

    /**
     * The words before a command that mount a tmpfs over a directory for it alone, and list what it left there on standard output.
     *
     * @param mountOptions as {@code mount -o} takes them
     */
    public static String[] onTmpfs(Path directory, String mountOptions) throws IOException, InterruptedException {
        String script =
                "mount -t tmpfs -o " + mountOptions + " tmpfs \"$0\" || exit 125; \"$@\"; s=$?; ls -A \"$0\"; exit $s";
        String[] command = {"unshare", isRoot() ? "-m" : "-rm", "sh", "-c", script, directory.toString()};
        List<String> probe = new ArrayList<>(List.of(command));
        probe.add("true");
        need("the right to mount a tmpfs in a namespace", probe.toArray(String[]::new));
        return command;
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    private static Running start(List<String> command) throws IOException {
        Path out = Files.createTempFile("ferrule-examples-", ".out");
        Path err = Files.createTempFile("ferrule-examples-", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            return new Running(process, out, err);
        } catch (IOException e) {
            Files.delete(out);
            Files.delete(err);
            throw e;
        }
    }
}

package io.ferrule.examples;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code examples/ferrule}, with a program that says how it was started in place of the examples. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LauncherTest {
    private static final Path SOURCES =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();

    @TempDir
    private Path folder;

    private Path launcher;
    private Path jar;

    /** Stands in for the examples. */
    static class Witness {
        public static void main(String[] args) {
            System.out.println("native access: " + Witness.class.getModule().isNativeAccessEnabled());
            System.out.println("names of files: " + System.getProperty("sun.jnu.encoding"));
            System.out.println("option: " + System.getProperty("an.option"));
            for (String each : args) {
                System.out.println("<" + each + ">");
            }
            System.exit(args.length);
        }
    }

    @BeforeEach
    void copyLauncher() throws IOException {
        for (String each : List.of("examples/ferrule", "native/jdk.sh", "native/setup.sh")) {
            Path copy = folder.resolve("with blanks").resolve(each);
            Files.createDirectories(copy.getParent());
            Files.copy(SOURCES.resolve(each), copy, COPY_ATTRIBUTES);
        }
        launcher = folder.resolve("with blanks/examples/ferrule");
        jar = launcher.resolveSibling("target/examples.jar");
        Files.createDirectory(jar.getParent());
        writeJar();
    }

    private void writeJar() throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Witness.class.getName());
        String name = Witness.class.getName().replace('.', '/') + ".class";
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                InputStream in = LauncherTest.class.getClassLoader().getResourceAsStream(name)) {
            out.putNextEntry(new JarEntry(name));
            in.transferTo(out);
        }
    }

    /** Runs a script with these variables and no others but PATH. */
    private static Program.Result run(Map<String, String> variables, Path script, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("env", "-i", "PATH=" + System.getenv("PATH")));
        variables.forEach((name, value) -> command.add(name + "=" + value));
        command.add(script.toString());
        command.addAll(List.of(arguments));
        return Program.run(command.toArray(String[]::new));
    }

    private static final Map<String, String> THIS_JDK = Map.of("JAVA_HOME", System.getProperty("java.home"));

    @Test
    void argumentsArePassedOnAndTheExitStatusComesBack() throws Exception {
        Program.Result result = run(THIS_JDK, launcher, "serve", "a b", "", "*", "--help");
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).endsWith("<serve>\n<a b>\n<>\n<*>\n<--help>\n");
        assertThat(result.status()).isEqualTo(5);
    }

    @Test
    void nativeCodeMayBeCalled() throws Exception {
        assertThat(run(THIS_JDK, launcher).out()).contains("native access: true\n");
    }

    @Test
    void withoutALocaleNamesOfFilesAreUtf8AllTheSame() throws Exception {
        assertThat(run(THIS_JDK, launcher).out()).contains("names of files: UTF-8\n");
    }

    @Test
    void itIsFoundThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("ferrule"), launcher);
        assertThat(run(THIS_JDK, link, "doctor").out()).endsWith("<doctor>\n");
    }

    @Test
    void moreOptionsOfJavaComeFromTheEnvironment() throws Exception {
        Map<String, String> variables =
                Map.of("JAVA_HOME", System.getProperty("java.home"), "JAVA_OPTS", "-Xmx64m -Dan.option=7");
        assertThat(run(variables, launcher).out()).contains("option: 7\n");
    }

    @Test
    void whatIsNotBuiltYetIsSaidToBe() throws Exception {
        Files.delete(jar);
        Program.Result result = run(THIS_JDK, launcher);
        assertThat(result.err()).contains("there is no ").contains("`make examples` builds it");
        assertThat(result.status()).isOne();
    }

    @Test
    void whereThereIsNoJdkItSaysWhichOneIsMissing() throws Exception {
        Path tools = Files.createDirectory(folder.resolve("tools"));
        for (String each : List.of("sh", "readlink", "dirname", "sed", "sort", "head", "cut")) {
            Files.copy(Path.of("/usr/bin", each).toRealPath(), tools.resolve(each), COPY_ATTRIBUTES);
        }
        Program.Result result =
                Program.run("env", "-i", "PATH=" + tools, "JDK_DIRS=" + folder.resolve("none"), launcher.toString());
        assertThat(result.err()).contains("no JDK 22 or newer was found");
        assertThat(result.status()).isOne();
    }
}

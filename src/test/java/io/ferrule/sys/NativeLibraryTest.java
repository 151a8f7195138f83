package io.ferrule.sys;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.testing.Jvm;
import io.ferrule.testing.Probes;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each test starts a JVM that loads the helper library and says from where, or why not. */
@Tag("subprocess")
class NativeLibraryTest {
    static class Load {
        public static void main(String[] args) {
            try {
                NativeLibrary.load();
                System.out.println(NativeLibrary.location());
                // An answer from C: it is the right library, and its symbols are found.
                Abi.require("sizeof io_uring_sqe", 64);
            } catch (Throwable e) {
                System.out.println(e);
                System.exit(1);
            }
        }
    }

    /** Loads again after it failed. */
    static class LoadTwice {
        public static void main(String[] args) {
            for (int i = 0; i < 2; i++) {
                try {
                    NativeLibrary.load();
                } catch (UnsatisfiedLinkError e) {
                    System.out.println(e.getMessage());
                }
            }
        }
    }

    /** Loads in the class loader of the application and in another one. */
    static class LoadInTwoLoaders {
        public static void main(String[] args) throws Exception {
            Load.main(args);
            URL classes =
                    NativeLibrary.class.getProtectionDomain().getCodeSource().getLocation();
            URL testClasses = Load.class.getProtectionDomain().getCodeSource().getLocation();
            try (URLClassLoader other =
                    new URLClassLoader(new URL[] {classes, testClasses}, ClassLoader.getPlatformClassLoader())) {
                Class<?> load = other.loadClass(Load.class.getName());
                if (load == Load.class) {
                    throw new AssertionError("the same class");
                }
                var main = load.getMethod("main", String[].class);
                main.setAccessible(true);
                main.invoke(null, (Object) args);
            }
        }
    }

    @TempDir
    Path directory;

    private Path tmp;

    @BeforeEach
    void makeTmp() throws IOException {
        tmp = Files.createDirectory(directory.resolve("tmp"));
    }

    @Test
    void aFileThatIsNamedIsLoaded() throws Exception {
        Path library = copyLibrary(directory.resolve("any-name.so"));
        assertThat(loaded(load().with("-Dferrule.library.path=" + library))).isEqualTo(library);
    }

    @Test
    void aFileThatIsNamedAndMissingIsTheOnlyAttempt() throws Exception {
        Path missing = directory.resolve("missing.so");
        Path beside = copyLibrary(directory.resolve("libferrule.so"));
        List<String> attempts = attempts(
                load().with("-Dferrule.library.path=" + missing).with("-Djava.library.path=" + beside.getParent()));
        assertThat(attempts).hasSize(1);
        assertThat(attempts.getFirst())
                .startsWith("  - -Dferrule.library.path: " + missing + ": ")
                .contains("Can't load library");
        assertThat(tmp).isEmptyDirectory();
    }

    @Test
    void aFileThatIsNamedAndNoLibraryIsSaidToBeNone() throws Exception {
        Path text = Files.writeString(directory.resolve("text.so"), "no library, but text ".repeat(100));
        assertThat(attempts(load().with("-Dferrule.library.path=" + text)))
                .singleElement()
                .asString()
                .contains(text.toString())
                .contains("invalid ELF header");
    }

    @Test
    void theErrorSaysWhatToDo() throws Exception {
        assertThat(failed(load().with("-Dferrule.library.path=/missing.so")))
                .contains("name it with -Dferrule.library.path=FILE")
                .contains("name a directory to extract it to with -Dferrule.library.tmpdir=DIR");
    }

    @Test
    void aLibraryOnTheLibraryPathIsLoaded() throws Exception {
        Path library = copyLibrary(directory.resolve("libferrule.so"));
        assertThat(loaded(load().with("-Djava.library.path=/nowhere:" + directory)))
                .isEqualTo(library);
        assertThat(tmp).isEmptyDirectory();
    }

    @Test
    void aBrokenLibraryOnTheLibraryPathIsPassedOver() throws Exception {
        Files.writeString(directory.resolve("libferrule.so"), "no library");
        assertThat(loaded(load().with("-Djava.library.path=" + directory))).startsWith(tmp);
    }

    @Test
    void otherwiseTheLibraryOfTheJarIsExtractedToAPrivateDirectory() throws Exception {
        Path library = loaded(load());
        assertThat(library.getParent()).hasParent(tmp);
        assertThat(Files.getAttribute(library.getParent(), "unix:mode")).isEqualTo(040700);
        assertThat(library.getFileName().toString()).matches("libferrule-[0-9a-f]{8}\\.so");
    }

    @Test
    void onTheClassPathItIsExtractedToo() throws Exception {
        Path library = loaded(Jvm.onClassPath(Load.class).with("-Djava.io.tmpdir=" + tmp));
        assertThat(library).startsWith(tmp);
    }

    @Test
    void theDirectoryToExtractToCanBeNamed() throws Exception {
        Path named = directory.resolve("named");
        assertThat(loaded(load().with("-Dferrule.library.tmpdir=" + named))).startsWith(named);
        assertThat(tmp).isEmptyDirectory();
    }

    @Test
    void aLibraryThatIsNotWholeIsReplaced() throws Exception {
        Path library = loaded(load());
        byte[] whole = Files.readAllBytes(library);
        Files.write(library, new byte[100]);
        assertThat(loaded(load())).isEqualTo(library).hasBinaryContent(whole);
    }

    @Test
    void aDirectoryThatWasPreparedBySomebodyElseIsNotUsed() throws Exception {
        Path prepared = loaded(load()).getParent();
        Files.setAttribute(prepared, "unix:mode", 0777);
        Path library = loaded(load());
        assertThat(library).startsWith(tmp);
        assertThat(library.getParent()).isNotEqualTo(prepared);
    }

    @Test
    void jvmsThatStartAtOnceAllLoadAndLeaveOneLibrary() throws Exception {
        int jvms = 8;
        List<Path> loaded = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(jvms)) {
            List<Future<Path>> starts = new ArrayList<>();
            for (int i = 0; i < jvms; i++) {
                starts.add(executor.submit(() -> loaded(load())));
            }
            for (Future<Path> start : starts) {
                loaded.add(start.get());
            }
        }
        assertThat(loaded).hasSize(jvms);
        assertThat(loaded.stream().distinct()).hasSize(1);
        assertThat(filesBelow(tmp)).containsExactly(loaded.getFirst());
    }

    @Test
    void twoClassLoadersOfOneJvmBothLoad() throws Exception {
        Jvm.Result result = Jvm.onClassPath(LoadInTwoLoaders.class)
                .with("-Djava.io.tmpdir=" + tmp)
                .run();
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.out().lines().toList()).hasSize(2);
        assertThat(filesBelow(tmp)).as("nothing but the library is left").hasSize(1);
    }

    @Test
    void anArchitectureThatNothingIsBuiltForIsNamed() throws Exception {
        assertThat(attempts(load().with("-Dos.arch=vax")))
                .last()
                .asString()
                .contains("it holds no /META-INF/native/linux-vax/libferrule.so")
                .contains("linux-x86_64 and linux-aarch64");
    }

    @Test
    void everyAttemptStandsInTheError() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        Path broken = Files.writeString(directory.resolve("libferrule.so"), "no library");
        assertThat(attempts(load().with("-Djava.library.path=" + directory)
                        .with("-Djava.io.tmpdir=" + file)
                        .with("-Duser.home=" + file)))
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("  - java.library.path: " + broken + ": "),
                        second -> assertThat(second).startsWith("  - java.library.path: no usable libferrule.so"),
                        third -> assertThat(third).startsWith("  - extraction below " + file + ": "),
                        fourth -> assertThat(fourth).startsWith("  - extraction below " + file + "/.cache: "));
    }

    @Test
    void aSecondAttemptInTheSameJvmFailsWithTheSameWords() throws Exception {
        Jvm.Result result = Jvm.onModulePath(LoadTwice.class)
                .with("-Dferrule.library.path=/missing.so")
                .run();
        List<String> lines = result.out().lines().toList();
        int half = lines.size() / 2;
        assertThat(lines.subList(0, half)).isNotEmpty().isEqualTo(lines.subList(half, lines.size()));
    }

    /** A tmpfs on tmp that nothing can be executed from, in a mount namespace of the JVM's own. */
    @Nested
    class WithTmpMountedNoExec {
        private String[] mountedNoExec;
        private Path home;

        @BeforeEach
        void probe() throws IOException {
            mountedNoExec = new String[] {
                "unshare", "-m", "sh", "-c", "mount -t tmpfs -o noexec tmpfs '" + tmp + "' && exec \"$@\"", "sh"
            };
            List<String> command = new ArrayList<>(List.of(mountedNoExec));
            command.add("true");
            Probes.need("the right to mount a tmpfs in a namespace", command.toArray(new String[0]));
            home = Files.createDirectory(directory.resolve("home"));
        }

        @Test
        void theCacheInTheHomeDirectoryServesInstead() throws Exception {
            Path library = loaded(load().under(mountedNoExec).with("-Duser.home=" + home));
            assertThat(library).startsWith(home.resolve(".cache"));
        }

        @Test
        void theErrorNamesTheMountPointWhereNothingElseServes() throws Exception {
            String home = Files.createFile(directory.resolve("file")).toString();
            assertThat(attempts(load().under(mountedNoExec).with("-Duser.home=" + home)))
                    .anySatisfy(attempt -> assertThat(attempt)
                            .startsWith("  - extracted from the jar: " + tmp)
                            .contains("lies on " + tmp + ", which is mounted noexec"));
        }

        @Test
        void twoClassLoadersBothLoadFromTheCache() throws Exception {
            Jvm.Result result = Jvm.onClassPath(LoadInTwoLoaders.class)
                    .under(mountedNoExec)
                    .with("-Djava.io.tmpdir=" + tmp, "-Duser.home=" + home)
                    .run();
            assertThat(result.status()).as(result.toString()).isZero();
            assertThat(result.out().lines().toList()).hasSize(2);
        }
    }

    private Jvm load() {
        return Jvm.onModulePath(Load.class).with("-Djava.io.tmpdir=" + tmp);
    }

    private static Path loaded(Jvm jvm) throws IOException, InterruptedException {
        Jvm.Result result = jvm.run();
        assertThat(result.status()).as(result.toString()).isZero();
        return Path.of(result.out().strip());
    }

    private static String failed(Jvm jvm) throws IOException, InterruptedException {
        Jvm.Result result = jvm.run();
        assertThat(result.status()).as(result.toString()).isEqualTo(1);
        assertThat(result.out())
                .startsWith("java.lang.UnsatisfiedLinkError: Ferrule's helper library could not be loaded");
        return result.out();
    }

    /** The attempts that an error lists, a line each. */
    private static List<String> attempts(Jvm jvm) throws IOException, InterruptedException {
        return failed(jvm).lines().filter(line -> line.startsWith("  - ")).toList();
    }

    private static Path copyLibrary(Path file) throws IOException {
        try (InputStream library = NativeLibrary.class.getResourceAsStream(NativeLibrary.resource())) {
            assertThat(library).isNotNull();
            Files.copy(library, file);
            return file;
        }
    }

    private static List<Path> filesBelow(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains("hsperfdata"))
                    .toList();
        }
    }
}

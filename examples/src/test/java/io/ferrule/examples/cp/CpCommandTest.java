package io.ferrule.examples.cp;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.examples.Program;
import io.ferrule.sys.Fd;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code cp} as a process: exit status, one line on standard error, and nothing left behind when it fails. */
@Timeout(90)
class CpCommandTest {
    private static final long SEED = 20260101;
    private static final int SEVERAL_MEBIBYTES = (7 << 20) + 1234;

    @TempDir
    private Path directory;

    private Path source;
    private Path copy;

    @BeforeEach
    void nameFiles() {
        source = directory.resolve("source");
        copy = directory.resolve("copy");
    }

    // ---- copies ----

    @Test
    void aFileOfSeveralMebibytesIsCopiedByteForByte() throws Exception {
        write(SEVERAL_MEBIBYTES);

        Program.Result result = Program.of("cp", source, copy).run();

        assertThat(result.err()).isEmpty();
        assertThat(result.status()).isZero();
        assertThat(copy).hasSameBinaryContentAs(source);
        assertThat(listing()).containsExactly("copy", "source");
    }

    @Test
    void moreSmallBlocksThanFitInFlightKeepTheirPlaces() throws Exception {
        write(SEVERAL_MEBIBYTES);

        assertThat(Program.of("cp", "--block-size", "4096", "--depth", "3", source, copy)
                        .run()
                        .status())
                .isZero();

        assertThat(copy).hasSameBinaryContentAs(source);
    }

    @Test
    void anEmptyFileIsCopied() throws Exception {
        Files.createFile(source);

        assertThat(Program.of("cp", "--checksum", source, copy).run().status()).isZero();

        assertThat(copy).isEmptyFile();
    }

    @Test
    void holesStayHoles() throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "rw")) {
            file.seek(64 << 20);
            file.write(bytes(5000));
            file.setLength(128 << 20);
        }
        Assumptions.assumeTrue(firstData(source) > 0, "needs a filesystem that has holes");

        Program.Result result = Program.of("cp", "--checksum", source, copy).run();

        assertThat(result.status()).isZero();
        assertThat(copy).hasSameBinaryContentAs(source);
        assertThat(firstData(copy)).isEqualTo(firstData(source));
        assertThat(result.out())
                .contains(Program.run("sha256sum", source.toString()).out().substring(0, 64));
    }

    @Test
    void aFileThatIsOneHoleIsCopiedAsOne() throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "rw")) {
            file.setLength(1L << 40);
        }

        assertThat(Program.of("cp", source, copy).run().status()).isZero();

        assertThat(Files.size(copy)).isEqualTo(1L << 40);
        assertThat(firstData(copy)).isEqualTo(firstData(source));
    }

    @Test
    void holesAreWrittenOutWhenAskedTo() throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "rw")) {
            file.setLength(1 << 20);
        }

        assertThat(Program.of("cp", "--no-sparse", source, copy).run().status()).isZero();

        assertThat(copy).hasSameBinaryContentAs(source);
        assertThat(firstData(copy)).isZero();
    }

    @Test
    void aroundThePageCacheTheUnalignedEndIsCopiedToo() throws Exception {
        write(SEVERAL_MEBIBYTES);

        Program.Result result =
                Program.of("cp", "--direct", "--checksum", source, copy).run();

        Assumptions.assumeFalse(result.err().contains("O_DIRECT"), "needs a filesystem that takes O_DIRECT");
        assertThat(result.status()).isZero();
        assertThat(copy).hasSameBinaryContentAs(source);
    }

    @Test
    void theDigestsOfSourceAndCopyAreThoseOfSha256sum() throws Exception {
        write(SEVERAL_MEBIBYTES);
        String expected = Program.run("sha256sum", source.toString()).out().substring(0, 64);

        Program.Result result = Program.of("cp", "--checksum", source, copy).run();

        assertThat(result.out())
                .contains(
                        "SHA-256 of the source as read:    " + expected,
                        "SHA-256 of the copy as read back: " + expected,
                        "The two agree.");
    }

    @Test
    void withoutATerminalThereIsNoProgressBar() throws Exception {
        write(SEVERAL_MEBIBYTES);

        Program.Result result = Program.of("cp", source, copy).run();

        assertThat(result.out()).doesNotContain("%").doesNotContain("\r").hasLineCount(1);
    }

    @Test
    void permissionBitsAreKept() throws Exception {
        write(10);
        Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rwxr-x-w-"));

        assertThat(Program.of("cp", source, copy).run().status()).isZero();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
                .isEqualTo("rwxr-x-w-");
    }

    @Test
    void intoADirectoryTheCopyKeepsItsName() throws Exception {
        write(10);
        Files.createDirectory(copy);

        assertThat(Program.of("cp", source, copy).run().status()).isZero();

        assertThat(copy.resolve("source")).hasSameBinaryContentAs(source);
    }

    @Test
    void forceReplacesWhatASymbolicLinkLeadsTo() throws Exception {
        write(10);
        Path old = Files.writeString(directory.resolve("old"), "before");
        Files.createSymbolicLink(copy, old);

        assertThat(Program.of("cp", "--force", source, copy).run().status()).isZero();

        assertThat(old).hasSameBinaryContentAs(source);
        assertThat(copy).isSymbolicLink();
    }

    // ---- refusals ----

    @Test
    void anExistingFileIsReplacedByForceOnly() throws Exception {
        write(10);
        Files.writeString(copy, "before");

        assertFailure(Program.of("cp", source, copy).run(), "exists already; --force replaces it");

        assertThat(copy).hasContent("before");
        assertThat(Program.of("cp", "--force", source, copy).run().status()).isZero();
        assertThat(copy).hasSameBinaryContentAs(source);
    }

    @Test
    void aFileIsNotCopiedToItself() throws Exception {
        write(10);

        assertFailure(Program.of("cp", "--force", source, source).run(), "is the same file as");
        assertThat(Files.size(source)).isEqualTo(10);
    }

    @Test
    void aFileIsNotCopiedToItsOtherNames() throws Exception {
        write(10);
        Files.createLink(directory.resolve("hard"), source);
        Files.createSymbolicLink(directory.resolve("soft"), source);

        assertFailure(Program.of("cp", "-f", source, directory.resolve("hard")).run(), "is the same file as");
        assertFailure(Program.of("cp", "-f", source, directory.resolve("soft")).run(), "is the same file as");
        assertThat(Files.size(source)).isEqualTo(10);
    }

    @Test
    void aMissingSourceIsNamed() throws Exception {
        assertFailure(Program.of("cp", source, copy).run(), source + ": no such file or directory");
    }

    @Test
    void anUnreadableSourceIsNamed() throws Exception {
        write(10);
        Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("---------"));
        String[] unprivileged = Program.withoutCapabilities("dac_override", "dac_read_search");

        Program.Result result =
                Program.of("cp", source, copy).under(unprivileged).run();

        assertFailure(result, source + ": open: EACCES (13), Permission denied");
        assertThat(copy).doesNotExist();
    }

    @Test
    void aDirectoryIsNotCopied() throws Exception {
        Files.createDirectory(source);

        assertFailure(Program.of("cp", source, copy).run(), "is a directory");
    }

    @Test
    void aDeviceIsNotCopied() throws Exception {
        assertFailure(Program.of("cp", "/dev/zero", copy).run(), "is not a regular file");
    }

    @Test
    void aFileThatOnlyPretendsToBeEmptyIsNotCopied() throws Exception {
        assertFailure(Program.of("cp", "/proc/self/status", copy).run(), "says that it is empty and is not");
        assertThat(copy).doesNotExist();
    }

    @Test
    void aDanglingLinkIsNotWrittenThrough() throws Exception {
        write(10);
        Files.createSymbolicLink(copy, directory.resolve("nowhere"));

        assertFailure(Program.of("cp", "-f", source, copy).run(), "is a symbolic link to nothing");
    }

    @Test
    void aMissingDirectoryIsNamed() throws Exception {
        write(10);

        assertFailure(Program.of("cp", source, directory.resolve("no/copy")).run(), "there is no such directory");
    }

    @Test
    void aBlockSizeThatIsNoneIsAUsageError() throws Exception {
        write(10);

        Program.Result result =
                Program.of("cp", "--block-size", "1000", source, copy).run();

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("the block size is a multiple of 4096 bytes");
    }

    @Test
    void withoutIoUringTheFixIsNamed() throws Exception {
        write(10);

        Program.Result result = Program.of("cp", source, copy)
                .under(Program.injecting("io_uring_setup", "EPERM"))
                .run();

        assertFailure(result, "Add io_uring_setup, io_uring_enter and io_uring_register");
        assertThat(listing()).containsExactly("source");
    }

    @Test
    void whereNativeAccessIsForbiddenTheFlagIsNamed() throws Exception {
        Assumptions.assumeTrue(Runtime.version().feature() >= 24, "needs --illegal-native-access, JDK 24");
        write(10);

        Program.Result result = Program.of("cp", source, copy)
                .withoutNativeAccess()
                .with("--illegal-native-access=deny")
                .run();

        assertFailure(result, "--enable-native-access=ALL-UNNAMED");
    }

    // ---- faults half-way ----

    @Test
    void onAFullDiskNothingIsLeft() throws Exception {
        write(SEVERAL_MEBIBYTES);
        Path mounted = Files.createDirectory(directory.resolve("mounted"));

        Program.Result result = Program.of("cp", source, mounted.resolve("copy"))
                .under(Program.onTmpfs(mounted, "size=1m"))
                .run();

        assertFailure(result, "ENOSPC (28), No space left on device");
        assertThat(result.out()).as("what is left on the full disk").isEmpty();
    }

    @Test
    void aShortWriteIsNotTakenForAWholeOne() throws Exception {
        write(1 << 20);
        Path mounted = Files.createDirectory(directory.resolve("mounted"));

        // Of the last of four blocks, a part fits: that write is short, and only the one for its rest fails.
        Program.Result result = Program.of("cp", "--depth", "1", source, mounted.resolve("copy"))
                .under(Program.onTmpfs(mounted, "size=1000k"))
                .run();

        assertFailure(result, "ENOSPC (28), No space left on device");
    }

    @Test
    void onAFullDiskTheFileThatWasToBeReplacedStays() throws Exception {
        write(SEVERAL_MEBIBYTES);
        Path mounted = Files.createDirectory(directory.resolve("mounted"));
        String[] fullDisk = Program.onTmpfs(mounted, "size=1m");
        fullDisk[4] = fullDisk[4].replace("\"$@\";", "echo before > \"$0\"/copy; \"$@\"; cat \"$0\"/copy;");

        Program.Result result = Program.of("cp", "--force", source, mounted.resolve("copy"))
                .under(fullDisk)
                .run();

        assertThat(result.out()).isEqualTo("before\ncopy\n");
    }

    @Test
    void ctrlCEndsWith130AndLeavesNothing() throws Exception {
        try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "rw")) {
            file.setLength(8L << 30); // a hole; written out as zeros by single pages, far longer than the test takes
        }
        try (WatchService watch = directory.getFileSystem().newWatchService()) {
            directory.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            Program.Running running = Program.of(
                            "cp", "--no-sparse", "--depth", "1", "--block-size", "4096", source, copy)
                    .heedingCtrlC()
                    .start();
            awaitEvent(watch);

            Program.run("kill", "-INT", String.valueOf(running.process().pid()));
            Program.Result result = running.result();

            assertThat(result.status()).isEqualTo(130);
            assertThat(result.err()).isEqualTo("cp: interrupted: cancelled; nothing of the copy is left\n");
            assertThat(listing()).containsExactly("source");
        }
    }

    @Test
    void ctrlCLeavesNothingWhileAProgressBarIsOnTheTerminal() throws Exception {
        Program.need("script, which makes a terminal", "script", "-qefc", "true", "/dev/null");
        try (RandomAccessFile file = new RandomAccessFile(source.toFile(), "rw")) {
            file.setLength(8L << 30);
        }
        String command = Program.of("cp", "--no-sparse", "--depth", "1", "--block-size", "4096", source, copy)
                .heedingCtrlC()
                .commandLine();
        Process terminal = new ProcessBuilder("script", "-qefc", "exec " + command, "/dev/null").start();
        try {
            BufferedReader screen = terminal.inputReader();
            assertThat(readUntil(screen, "MB (")).contains("copying"); // behind it, what a narrow terminal cuts off
            long program = terminal.children().findFirst().orElseThrow().pid();

            Program.run("kill", "-INT", String.valueOf(program));

            assertThat(readUntil(screen, "nothing of the copy is left")).contains("cp: interrupted");
            assertThat(terminal.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(terminal.exitValue()).isEqualTo(130);
            assertThat(listing()).containsExactly("source");
        } finally {
            terminal.descendants().forEach(ProcessHandle::destroyForcibly);
            terminal.destroyForcibly();
        }
    }

    /** What a terminal shows up to and with some words, or to its end. */
    private static String readUntil(BufferedReader screen, String words) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int c = screen.read(); c >= 0; c = screen.read()) {
            text.append((char) c);
            if (text.indexOf(words) >= 0) {
                break;
            }
        }
        return text.toString();
    }

    private static void awaitEvent(WatchService watch) throws InterruptedException {
        WatchKey key = watch.poll(60, TimeUnit.SECONDS);
        assertThat(key).as("the temporary file").isNotNull();
    }

    /** Status 1, and one line that starts with the program's name and says this. */
    private static void assertFailure(Program.Result result, String reason) {
        assertThat(result.err()).startsWith("cp: ").contains(reason).hasLineCount(1);
        assertThat(result.status()).isEqualTo(1);
    }

    private void write(int length) throws IOException {
        Files.write(source, bytes(length));
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(SEED).nextBytes(bytes);
        return bytes;
    }

    private static long firstData(Path file) throws IOException {
        try (Fd fd = Fd.open(file, 0, 0)) {
            return fd.nextData(0);
        }
    }

    private List<String> listing() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}

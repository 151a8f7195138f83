package io.ferrule.driver;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The driver that is made of the JDK's channels: what is its own. What it has in common with others is tested with the loop. */
@Timeout(30)
class NioDriverTest {
    @TempDir
    Path folder;

    private final Arena arena = Arena.ofShared();
    private NioDriver driver;

    @BeforeEach
    void open() throws IOException {
        driver = NioDriver.open();
    }

    @AfterEach
    void close() {
        driver.close();
        driver.close();
        arena.close();
    }

    private int result(TestOperation operation) throws IOException {
        driver.start(operation);
        while (!operation.isDone()) {
            driver.turn(-1);
        }
        return operation.result();
    }

    private TestOperation on(OperationKind kind, int fd) {
        TestOperation operation = new TestOperation(kind);
        operation.fd = fd;
        return operation;
    }

    private TestOperation named(OperationKind kind, Path path, int flags, int mode) {
        TestOperation operation = on(kind, LibC.AT_FDCWD()).flags(flags).length(mode);
        operation.address = text(path.toString()).address();
        return operation;
    }

    private MemorySegment text(String text) {
        return arena.allocateFrom(text);
    }

    private TestOperation bytes(OperationKind kind, int fd, MemorySegment memory, long offset) {
        TestOperation operation = on(kind, fd).length(memory.byteSize());
        operation.address = memory.address();
        operation.offset = offset;
        return operation;
    }

    private static int error(Errno errno) {
        return -errno.number();
    }

    @Test
    void itSaysWhatItCannotDo() {
        assertThat(NioCalls.LACKING)
                .isNotEmpty()
                .allMatch(kind -> !driver.can(kind))
                .contains(
                        OperationKind.SPLICE,
                        OperationKind.TEE,
                        OperationKind.POLL,
                        OperationKind.ADOPT,
                        OperationKind.OPEN_BENEATH);
        assertThat(driver.can(OperationKind.READ)).isTrue();
        assertThatThrownBy(driver::descriptor).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void itsDescriptorsAreNumbersOfItsOwn() throws IOException {
        Path path = Files.writeString(folder.resolve("f"), "text");
        assertThat(result(named(OperationKind.OPEN, path, LibC.O_RDONLY(), 0))).isZero();
        assertThat(result(named(OperationKind.OPEN, path, LibC.O_RDONLY(), 0))).isOne();
        assertThat(result(on(OperationKind.CLOSE, 0))).isZero();
        assertThat(result(on(OperationKind.CLOSE, 0))).isEqualTo(error(Errno.EBADF));
        assertThat(result(named(OperationKind.OPEN, path, LibC.O_RDONLY(), 0)))
                .as("the lowest that is free")
                .isZero();
    }

    @Test
    void filesAreOpenedAsTheFlagsSay() throws IOException {
        Path path = folder.resolve("f");
        int readWrite = LibC.O_RDWR();
        assertThat(result(named(OperationKind.OPEN, path, readWrite, 0))).isEqualTo(error(Errno.ENOENT));
        int created = result(named(OperationKind.OPEN, path, readWrite | LibC.O_CREAT() | LibC.O_EXCL(), 0600));
        assertThat(created).isNotNegative();
        assertThat(Files.getPosixFilePermissions(path)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(result(named(OperationKind.OPEN, path, readWrite | LibC.O_CREAT() | LibC.O_EXCL(), 0600)))
                .isEqualTo(error(Errno.EEXIST));
        Files.writeString(path, "text");
        assertThat(result(named(OperationKind.OPEN, path, readWrite | LibC.O_TRUNC(), 0)))
                .isNotNegative();
        assertThat(path).isEmptyFile();
        int appending = result(named(OperationKind.OPEN, path, LibC.O_WRONLY() | LibC.O_APPEND(), 0));
        result(bytes(OperationKind.WRITE, appending, text("ab").asSlice(0, 2), -1));
        Files.writeString(path, "longer");
        result(bytes(OperationKind.WRITE, appending, text("cd").asSlice(0, 2), -1));
        assertThat(path).hasContent("longercd");
    }

    @Test
    void aFlagThatTheJdkDoesNotHaveIsRefused() throws IOException {
        Path path = Files.writeString(folder.resolve("f"), "text");
        assertThat(result(named(OperationKind.OPEN, path, LibC.O_RDONLY() | LibC.O_PATH(), 0)))
                .isEqualTo(error(Errno.EOPNOTSUPP));
    }

    @Test
    void filesAreReadAndWrittenAtAnOffsetAndAsAStream() throws IOException {
        int file = result(named(OperationKind.OPEN, folder.resolve("f"), LibC.O_RDWR() | LibC.O_CREAT(), 0644));
        assertThat(result(bytes(OperationKind.WRITE, file, text("0123456789").asSlice(0, 10), 0)))
                .isEqualTo(10);
        MemorySegment four = arena.allocate(4);
        assertThat(result(bytes(OperationKind.READ, file, four, 3))).isEqualTo(4);
        assertThat(new String(four.toArray(ValueLayout.JAVA_BYTE), UTF_8)).isEqualTo("3456");
        assertThat(result(bytes(OperationKind.READ, file, four, -1))).isEqualTo(4);
        assertThat(result(bytes(OperationKind.READ, file, four, -1))).isEqualTo(4);
        assertThat(new String(four.toArray(ValueLayout.JAVA_BYTE), UTF_8)).isEqualTo("4567");
        assertThat(result(bytes(OperationKind.READ, file, four, 10)))
                .as("at the end")
                .isZero();
        assertThat(result(on(OperationKind.FDATASYNC, file))).isZero();
        assertThat(result(on(OperationKind.TRUNCATE, file).length(3))).isZero();
        assertThat(folder.resolve("f")).hasSize(3);
        assertThat(result(on(OperationKind.TRUNCATE, file).length(300))).isZero();
        assertThat(folder.resolve("f")).hasSize(300);
    }

    @Test
    void directoriesAreChanged() throws IOException {
        Path directory = folder.resolve("d");
        assertThat(result(named(OperationKind.MKDIR, directory, 0, 0700))).isZero();
        assertThat(result(named(OperationKind.MKDIR, directory, 0, 0700))).isEqualTo(error(Errno.EEXIST));
        assertThat(result(named(OperationKind.UNLINK, directory, 0, 0))).isEqualTo(error(Errno.EISDIR));
        Files.writeString(directory.resolve("f"), "text");
        assertThat(result(named(OperationKind.UNLINK, directory, LibC.AT_REMOVEDIR(), 0)))
                .isEqualTo(error(Errno.ENOTEMPTY));
        TestOperation rename = named(OperationKind.RENAME, directory.resolve("f"), 0, 0)
                .second(text(folder.resolve("g").toString()));
        rename.fd2 = LibC.AT_FDCWD();
        assertThat(result(rename)).isZero();
        assertThat(folder.resolve("g")).hasContent("text");
        assertThat(result(named(OperationKind.UNLINK, directory, LibC.AT_REMOVEDIR(), 0)))
                .isZero();
        assertThat(result(named(OperationKind.UNLINK, folder.resolve("g"), 0, 0)))
                .isZero();
        assertThat(result(named(OperationKind.UNLINK, folder.resolve("g"), 0, 0)))
                .isEqualTo(error(Errno.ENOENT));
    }

    @Test
    void aPipeWaitsForWhatIsWritten() throws IOException {
        MemorySegment ends = arena.allocate(8, 4);
        TestOperation pipe = on(OperationKind.PIPE, -1);
        pipe.address = ends.address();
        assertThat(driver.perform(pipe)).isZero();
        MemorySegment buffer = arena.allocate(8);
        TestOperation read = bytes(OperationKind.READ, ends.getAtIndex(ValueLayout.JAVA_INT, 0), buffer, -1);
        driver.start(read);
        driver.turn(0);
        assertThat(read.isDone()).isFalse();
        assertThat(result(bytes(
                        OperationKind.WRITE,
                        ends.getAtIndex(ValueLayout.JAVA_INT, 1),
                        text("abc").asSlice(0, 3),
                        -1)))
                .isEqualTo(3);
        while (!read.isDone()) {
            driver.turn(-1);
        }
        assertThat(read.result()).isEqualTo(3);
    }

    @Test
    void socketsThatTheJdkDoesNotHaveAreRefused() {
        assertThat(driver.perform(on(OperationKind.SOCKET, LibC.AF_UNIX()).flags(LibC.SOCK_DGRAM())))
                .isEqualTo(error(Errno.ESOCKTNOSUPPORT));
        assertThat(driver.perform(on(OperationKind.SOCKET, LibC.AF_INET()).flags(LibC.SOCK_RAW())))
                .isEqualTo(error(Errno.ESOCKTNOSUPPORT));
        assertThat(driver.perform(on(OperationKind.SOCKET, LibC.AF_NETLINK()).flags(LibC.SOCK_DGRAM())))
                .isEqualTo(error(Errno.EAFNOSUPPORT));
    }

    /** Forgetting a descriptor makes the selector look, which forgets that it was woken: the driver does not. */
    @Test
    void aWakeUpIsNotLostWhenADescriptorIsForgottenMeanwhile() throws IOException {
        int socket = driver.perform(on(OperationKind.SOCKET, LibC.AF_INET()).flags(LibC.SOCK_DGRAM()));
        TestOperation receive = bytes(OperationKind.RECEIVE, socket, arena.allocate(8), -1);
        driver.start(receive);
        driver.turn(0);
        driver.cancel(receive);
        driver.turn(0);
        driver.wakeUp();
        assertThat(driver.perform(on(OperationKind.CLOSE, socket))).isZero();
        assertThat(driver.turn(-1)).as("returns").isZero();
    }

    @Test
    void aFileThatIsMadeLongerLosesNothingThatIsWrittenMeanwhile() throws IOException {
        Path path = Files.createFile(folder.resolve("f"));
        int file = result(named(OperationKind.OPEN, path, LibC.O_RDWR(), 0));
        MemorySegment letter = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 'x');
        for (int round = 0; round < 500; round++) {
            result(on(OperationKind.TRUNCATE, file).length(0));
            TestOperation longer = on(OperationKind.TRUNCATE, file).length(10);
            TestOperation write = bytes(OperationKind.WRITE, file, letter, 9);
            TestOperation[] both =
                    round % 2 == 0 ? new TestOperation[] {longer, write} : new TestOperation[] {write, longer};
            for (TestOperation each : both) {
                each.regular = true;
                driver.start(each);
            }
            while (!longer.isDone() || !write.isDone()) {
                driver.turn(-1);
            }
            assertThat(Files.readAllBytes(path))
                    .as("round %d", round)
                    .hasSize(10)
                    .endsWith('x');
        }
    }
}

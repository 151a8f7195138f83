package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.liburing.open_how;
import io.ferrule.sys.Abi;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.PageCache;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the driver of mapped files does in ways of its own. */
@ParameterizedClass(name = "{0}")
@EnumSource(value = DriverUnderTest.class, names = "MMAP")
class MmapDriverTest extends DriverTest {
    private static final int NOT_A_FALLBACK = 0;
    private static final int A_FALLBACK = 1;
    private static final long GIB = 1L << 30;

    @TempDir
    Path directory;

    private final MemorySegment buffer = arena.allocate(64);

    private Fd file(String content, int flags) throws IOException {
        return keep(Fd.open(Files.writeString(directory.resolve("file"), content), flags, 0));
    }

    private TestOperation read(Fd file, long offset) {
        return TestOperation.read(file, buffer).inFile(offset);
    }

    private TestOperation write(Fd file, String text, long offset) {
        return TestOperation.write(file, bytes(text)).inFile(offset);
    }

    private void assertFallbacks(int count) throws IOException {
        driver.turn(0);
        assertThat(driver.counters().fallbacks).isEqualTo(count);
    }

    /** What the file's mappings in this process are, as the kernel lists them. */
    private long mappings() throws IOException {
        String name = directory.resolve("file").toString();
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(name)).count();
        }
    }

    // ---- how ----

    @Test
    void bytesMoveThroughAMappingAndNotByASystemCall() throws IOException {
        Fd file = file("hello, world", LibC.O_RDWR());
        assertThat(result(write(file, "there", 7))).isEqualTo(5);
        assertThat(text(buffer, result(read(file, 0)))).isEqualTo("hello, there");
        assertFallbacks(NOT_A_FALLBACK);
        assertThat(mappings()).isEqualTo(1);
    }

    @Test
    void whatIsInMemoryIsReadWithoutAHelperThread() throws Exception {
        Fd file = file("hello", LibC.O_RDWR());
        boolean atOnce = PageCache.tryUntil(true, () -> {
            TestOperation read = start(read(file, 0));
            driver.turn(0);
            boolean done = read.isDone();
            assertThat(await(read)).isEqualTo(5);
            return done;
        });
        assertThat(atOnce).isTrue();
    }

    @Test
    void closingAFileTakesItsMappingsAway() throws IOException {
        Fd file = file("hello", LibC.O_RDWR());
        result(read(file, 0));
        assertThat(mappings()).isEqualTo(1);
        result(TestOperation.of(OperationKind.CLOSE, Fd.borrow(file.release())));
        assertThat(mappings()).isZero();
    }

    @Test
    void closingTheDriverTakesAllMappingsAway() throws IOException {
        result(read(file("hello", LibC.O_RDWR()), 0));
        driver.close();
        assertThat(mappings()).isZero();
    }

    @Test
    void aFileGrowsWithoutBeingMappedAgain() throws IOException {
        Fd file = file("", LibC.O_RDWR());
        byte[] expected = new byte[300_000];
        for (int at = 0; at < expected.length; at += 100_000) {
            MemorySegment part = arena.allocate(50_000).fill((byte) (1 + at / 100_000));
            assertThat(result(TestOperation.write(file, part).inFile(at))).isEqualTo(50_000);
            Arrays.fill(expected, at, at + 50_000, (byte) (1 + at / 100_000));
        }
        assertThat(Files.readAllBytes(directory.resolve("file"))).isEqualTo(Arrays.copyOf(expected, 250_000));
        assertThat(mappings()).isEqualTo(1);
    }

    @Test
    void aTransferGoesOnAcrossTheEndOfAWindow() throws IOException {
        Fd file = file("", LibC.O_RDWR());
        assertThat(result(write(file, "across the end", GIB - 7))).isEqualTo(14);
        assertThat(text(buffer, result(read(file, GIB - 7)))).isEqualTo("across the end");
        assertThat(mappings()).isEqualTo(2);
        try (FileChannel channel = FileChannel.open(directory.resolve("file"))) {
            var bytes = java.nio.ByteBuffer.allocate(14);
            channel.read(bytes, GIB - 7);
            assertThat(new String(bytes.array(), java.nio.charset.StandardCharsets.US_ASCII))
                    .isEqualTo("across the end");
        }
    }

    @Test
    void whatIsWrittenAtOnceByTwoIsAllThere() throws IOException {
        Fd file = file("", LibC.O_RDWR());
        int count = 200;
        TestOperation[] writes = new TestOperation[count];
        for (int i = 0; i < count; i++) {
            // Backwards and forwards, so that some make the file longer while others write behind them.
            int at = i % 2 == 0 ? i : count - i;
            writes[i] = TestOperation.write(file, arena.allocate(1000).fill((byte) at))
                    .inFile(at * 1000L);
        }
        start(writes);
        await(writes);
        assertThat(writes).extracting(TestOperation::result).containsOnly(1000);
        byte[] all = Files.readAllBytes(directory.resolve("file"));
        assertThat(all).hasSize(count * 1000);
        for (int at = 0; at < count; at++) {
            assertThat(all[at * 1000]).as("byte %d", at * 1000).isEqualTo((byte) at);
            assertThat(all[at * 1000 + 999]).isEqualTo((byte) at);
        }
    }

    /** Linux 6.12 and later fill the old last page with zeros after they have shown the new size. */
    @Test
    void aWriteIsNotLostToAnotherThatMakesTheFileLonger() throws IOException {
        Fd file = file("", LibC.O_RDWR());
        int count = 200;
        MemorySegment part = arena.allocate(1000).fill((byte) 1);
        for (int round = 0; round < 50; round++) {
            result(TestOperation.of(OperationKind.TRUNCATE, file));
            TestOperation[] writes = new TestOperation[count];
            for (int i = 0; i < count; i++) {
                writes[i] = TestOperation.write(file, part).inFile(i * 1000L);
            }
            start(writes);
            await(writes);
            assertThat(Files.readAllBytes(directory.resolve("file")))
                    .as("round %d", round)
                    .hasSize(count * 1000)
                    .containsOnly((byte) 1);
        }
    }

    // ---- what cannot be mapped ----

    @Test
    void aFileOfTheKernelIsReadByASystemCall() throws IOException {
        Fd file = keep(Fd.open(Path.of("/proc/self/comm"), LibC.O_RDONLY(), 0));
        assertThat(result(read(file, 0))).isPositive();
        assertFallbacks(A_FALLBACK);
    }

    @Test
    void aDeviceIsReadByASystemCall() throws IOException {
        Fd file = keep(Fd.open(Path.of("/dev/zero"), LibC.O_RDWR(), 0));
        assertThat(result(read(file, 0))).isEqualTo(64);
        assertFallbacks(A_FALLBACK);
    }

    @Test
    void aDirectoryIsNotRead() throws IOException {
        Fd file = keep(Fd.open(directory, LibC.O_RDONLY(), 0));
        assertThat(result(read(file, 0))).isEqualTo(error(Errno.EISDIR));
    }

    @Test
    void whatIsOpenForWritingOnlyIsWrittenByASystemCall() throws IOException {
        Fd file = file("hello", LibC.O_WRONLY());
        assertThat(result(write(file, "J", 0))).isEqualTo(1);
        assertFallbacks(A_FALLBACK);
        assertThat(directory.resolve("file")).hasContent("Jello");
        assertThat(result(read(file, 0))).isEqualTo(error(Errno.EBADF));
    }

    @Test
    void whatIsOpenForReadingOnlyIsNotWritten() throws IOException {
        Fd file = file("hello", LibC.O_RDONLY());
        assertThat(result(read(file, 0))).isEqualTo(5);
        assertThat(result(write(file, "J", 0))).isEqualTo(error(Errno.EBADF));
        assertThat(directory.resolve("file")).hasContent("hello");
    }

    @Test
    void whatIsAppendedGoesToTheEnd() throws IOException {
        Fd file = file("one", LibC.O_RDWR() | LibC.O_APPEND());
        assertThat(result(write(file, "two", 0))).isEqualTo(3);
        assertThat(text(buffer, result(read(file, 0)))).isEqualTo("onetwo");
        assertFallbacks(A_FALLBACK);
    }

    @Test
    void aFileThatGoesPastTheCacheIsRefused() throws IOException {
        Files.createFile(directory.resolve("file"));
        TestOperation open = TestOperation.of(OperationKind.OPEN, Fd.CWD, path(directory.resolve("file")))
                .flags(LibC.O_RDWR() | Abi.value("O_DIRECT"))
                .length(0);
        assertThat(result(open)).isEqualTo(error(Errno.EOPNOTSUPP));
    }

    @Test
    void aFileBeneathADirectoryThatGoesPastTheCacheIsRefusedToo() throws IOException {
        Files.createFile(directory.resolve("file"));
        Fd folder = keep(Fd.open(directory, LibC.O_RDONLY(), 0));
        MemorySegment how = open_how.allocate(arena);
        open_how.flags(how, LibC.O_RDWR() | Abi.value("O_DIRECT"));
        TestOperation open = TestOperation.of(OperationKind.OPEN_BENEATH, folder, bytes("file\0"))
                .second(how)
                .length(open_how.sizeof());
        assertThat(result(open)).isEqualTo(error(Errno.EOPNOTSUPP));
    }

    @Test
    void theFilesOwnPositionIsTheKernels() throws IOException {
        Fd file = file("hello, world", LibC.O_RDWR());
        assertThat(text(
                        buffer,
                        result(TestOperation.read(file, buffer.asSlice(0, 7)).inFile(-1))))
                .isEqualTo("hello, ");
        assertThat(result(TestOperation.write(file, bytes("there")).inFile(-1))).isEqualTo(5);
        assertThat(directory.resolve("file")).hasContent("hello, there");
    }

    @Test
    void whatIsNoFileIsRefusedWhereverItComesFrom() throws IOException {
        Pipe pipe = keep(Pipe.open());
        assertThat(perform(TestOperation.of(OperationKind.ADOPT, pipe.reader())))
                .isEqualTo(error(Errno.EOPNOTSUPP));
        assertThat(result(TestOperation.read(pipe.reader(), buffer))).isEqualTo(error(Errno.EOPNOTSUPP));
        assertThat(result(TestOperation.receive(pipe.reader(), buffer))).isEqualTo(error(Errno.EOPNOTSUPP));
    }

    // ---- what others do to the file ----

    @Test
    void whatSomebodyHasCutOffIsNotThereAnyMore() throws IOException {
        Fd file = file("hello".repeat(10_000), LibC.O_RDWR());
        assertThat(result(read(file, 40_000))).isEqualTo(64);
        try (FileChannel other = FileChannel.open(directory.resolve("file"), StandardOpenOption.WRITE)) {
            other.truncate(5);
        }
        assertThat(result(read(file, 40_000))).isZero();
        assertThat(text(buffer, result(read(file, 0)))).isEqualTo("hello");
    }

    @Test
    void aNumberThatSomebodyElseUsedAgainIsTheOtherFile() throws IOException {
        Fd file = file("the old one", LibC.O_RDWR());
        assertThat(text(buffer, result(read(file, 0)))).isEqualTo("the old one");
        Path other = Files.writeString(directory.resolve("other"), "the new one");
        Fd another = keep(Fd.open(other, LibC.O_RDWR(), 0));
        int number = file.release();
        LibC.close(number); // behind the driver's back
        Fd reused = keep(Pipe.duplicateAs(number, another));
        assertThat(text(buffer, result(read(reused, 0)))).isEqualTo("the new one");
    }

    @Test
    void aNumberThatSomebodyElseFreedMayBeTheSameFileOpenedOtherwise() throws IOException {
        Fd file = file("one", LibC.O_RDWR());
        assertThat(result(read(file, 0))).isEqualTo(3);
        LibC.close(file.release()); // behind the driver's back
        Fd appending = descriptor(result(TestOperation.of(OperationKind.OPEN, Fd.CWD, path(directory.resolve("file")))
                .flags(LibC.O_RDWR() | LibC.O_APPEND())
                .length(0)));
        assertThat(result(write(appending, "two", 0))).isEqualTo(3);
        assertThat(directory.resolve("file")).hasContent("onetwo");
    }

    @Test
    void aDescriptorThatIsTakenOverAgainWhileItIsReadLosesItsMappingsNoSooner() throws IOException {
        long size = 64 << 20;
        Fd file = file("", LibC.O_RDWR());
        assertThat(result(TestOperation.of(OperationKind.TRUNCATE, file).length(size)))
                .isZero();
        MemorySegment all = arena.allocate(size);
        for (int i = 0; i < 5; i++) {
            TestOperation read = start(TestOperation.read(file, all).inFile(0));
            TestOperation adopt = TestOperation.of(OperationKind.ADOPT, file);
            adopt.regular = true;
            assertThat(perform(adopt)).isZero();
            assertThat(await(read)).isEqualTo((int) size);
        }
        assertThat(mappings()).isLessThanOrEqualTo(1);
    }

    @Test
    void aPlaceThatNoFileCanHaveIsAnError() throws IOException {
        Fd file = file("hello", LibC.O_RDWR());
        assertThat(result(write(file, "x", Long.MAX_VALUE - 10))).isNegative();
        assertThat(result(read(file, Long.MAX_VALUE - 10))).isZero();
        assertThat(directory.resolve("file")).hasContent("hello");
    }

    @Test
    void piecesOfAnyLengthAreGatheredAndScattered() throws IOException {
        Fd file = file("", LibC.O_RDWR());
        MemorySegment empty = MemorySegment.ofAddress(buffer.address());
        MemorySegment gathered = io.ferrule.sys.IovecArray.of(arena, bytes("one"), empty, bytes("two"))
                .segment();
        assertThat(result(TestOperation.of(OperationKind.WRITEV, file, gathered)
                        .length(3)
                        .inFile(0)))
                .isEqualTo(6);
        MemorySegment scattered = io.ferrule.sys.IovecArray.of(
                        arena, empty, buffer.asSlice(0, 2), buffer.asSlice(8, 30), empty)
                .segment();
        assertThat(result(TestOperation.of(OperationKind.READV, file, scattered)
                        .length(4)
                        .inFile(0)))
                .isEqualTo(6);
        assertThat(text(buffer, 2)).isEqualTo("on");
        assertThat(text(buffer.asSlice(8), 4)).isEqualTo("etwo");
        assertThat(buffer.get(ValueLayout.JAVA_BYTE, 12)).isZero();
    }
}

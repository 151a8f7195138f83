package io.ferrule.driver;

import static io.ferrule.driver.WithoutWaiting.WOULD_WAIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.statx;
import io.ferrule.sys.Fd;
import io.ferrule.testing.PageCache;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel has in memory is had at once, and everything else is not tried for long. */
class WithoutWaitingTest {
    private static final String TEXT = "in the page cache";

    @TempDir
    Path directory;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(4096);

    @AfterEach
    void free() {
        arena.close();
    }

    private Fd open(int flags) throws IOException {
        return Fd.open(Files.writeString(directory.resolve("file"), TEXT), flags, 0);
    }

    private TestOperation read(Fd file, long offset, int length) {
        return TestOperation.read(file, buffer.asSlice(0, length)).inFile(offset);
    }

    // ---- reading ----

    @Test
    void whatIsInThePageCacheIsRead() throws Exception {
        try (Fd file = open(LibC.O_RDONLY())) {
            assertThat(PageCache.tryUntil(8, () -> WithoutWaiting.read(read(file, 3, 8))))
                    .isEqualTo(8);
            assertThat(buffer.asSlice(0, 8).toArray(ValueLayout.JAVA_BYTE))
                    .asString()
                    .isEqualTo(TEXT.substring(3, 11));
        }
    }

    @Test
    void whatIsNotInMemoryWouldWait() throws Exception {
        try (Fd file = open(LibC.O_RDONLY())) {
            int result = PageCache.tryUntil(WOULD_WAIT, () -> {
                assumeTrue(PageCache.drop(file), "needs a file system that lets go of a file's pages");
                return WithoutWaiting.read(read(file, 0, TEXT.length()));
            });
            assertThat(result).isEqualTo(WOULD_WAIT);
        }
    }

    @Test
    void aShortReadIsLeftToWhoCanTellWhetherItIsTheEnd() throws IOException {
        try (Fd file = open(LibC.O_RDONLY())) {
            assertThat(WithoutWaiting.read(read(file, 0, TEXT.length() + 1))).isEqualTo(WOULD_WAIT);
            assertThat(WithoutWaiting.read(read(file, TEXT.length(), 1))).isEqualTo(WOULD_WAIT);
        }
    }

    @Test
    void readingPastThePageCacheIsNotTried() throws IOException {
        try (Fd file = open(LibC.O_RDONLY())) {
            TestOperation operation = read(file, 0, 8);
            operation.direct = true;
            assertThat(WithoutWaiting.read(operation)).isEqualTo(WOULD_WAIT);
        }
    }

    @Test
    void theFilesOwnPositionIsLeftAlone() throws IOException {
        try (Fd file = open(LibC.O_RDONLY())) {
            assertThat(WithoutWaiting.read(read(file, -1, 8))).isEqualTo(WOULD_WAIT);
            assertThat(LibC.lseek(file.number(), 0, LibC.SEEK_CUR())).isZero();
        }
    }

    @Test
    void aLongReadIsNotTried() throws IOException {
        int length = 1 << 20;
        try (Fd file = Fd.open(Files.write(directory.resolve("long"), new byte[length]), LibC.O_RDONLY(), 0)) {
            TestOperation operation =
                    TestOperation.read(file, arena.allocate(length)).inFile(0);
            assertThat(WithoutWaiting.read(operation)).isEqualTo(WOULD_WAIT);
        }
    }

    @Test
    void failuresAreLeftToWhoTellsOfThem() throws IOException {
        try (Fd file = open(LibC.O_WRONLY());
                Pipe pipe = Pipe.open()) {
            assertThat(WithoutWaiting.read(read(file, 0, 8))).isEqualTo(WOULD_WAIT);
            assertThat(WithoutWaiting.read(read(pipe.reader(), 0, 8))).isEqualTo(WOULD_WAIT);
        }
    }

    // ---- status ----

    private TestOperation status(Fd file, String name) {
        TestOperation operation = TestOperation.of(OperationKind.STATX, file, arena.allocateFrom(name))
                .flags(LibC.AT_EMPTY_PATH())
                .length(LibC.STATX_BASIC_STATS())
                .second(statx.allocate(arena));
        operation.regular = true;
        return operation;
    }

    private static MemorySegment told(TestOperation operation) {
        return MemorySegment.ofAddress(operation.address2).reinterpret(statx.sizeof());
    }

    @Test
    void theStatusOfAnOpenFileOnABlockDeviceIsKnown() throws IOException {
        try (Fd file = open(LibC.O_RDONLY())) {
            TestOperation operation = status(file, "");
            int result = WithoutWaiting.status(operation);
            assumeTrue(statx.stx_dev_major(told(operation)) != 0, "needs a file system on a block device");
            assertThat(result).isZero();
            assertThat(statx.stx_size(told(operation))).isEqualTo(TEXT.length());
        }
    }

    @Test
    void aFileSystemWithoutABlockDeviceHasToBeAsked() throws IOException {
        try (Fd file = Fd.open(Path.of("/proc/self/stat"), LibC.O_RDONLY(), 0)) {
            assertThat(WithoutWaiting.status(status(file, ""))).isEqualTo(WOULD_WAIT);
        }
    }

    @Test
    void aNameHasToBeLookedUp() throws IOException {
        try (Fd folder = Fd.open(directory, LibC.O_RDONLY(), 0)) {
            Files.createFile(directory.resolve("inside"));
            assertThat(WithoutWaiting.status(status(folder, "inside"))).isEqualTo(WOULD_WAIT);
        }
    }
}

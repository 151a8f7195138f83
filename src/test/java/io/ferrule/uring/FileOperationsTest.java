package io.ferrule.uring;

import static io.ferrule.uring.Completion.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.statx;
import io.ferrule.bindings.libc.statx_timestamp;
import io.ferrule.sys.Abi;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Descriptors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Opening, closing, syncing and asking about files. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileOperationsTest {
    @TempDir
    Path directory;

    @OnEveryRing
    @Covers({"IORING_OP_OPENAT", "IORING_OP_READ", "IORING_OP_CLOSE"})
    void aFileIsOpenedReadAndClosed(RingVariant variant) throws IOException {
        Files.writeString(file(), "hello");
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8)) {
            ring.sq().next().openat(Fd.CWD, path(arena, file()), LibC.O_RDONLY(), 0);
            int number = Completion.result(ring);
            assertThat(number).isNotNegative();
            assertThat(Files.readSymbolicLink(Path.of("/proc/self/fd/" + number)))
                    .isEqualTo(file());
            Fd fd = Fd.own(number);
            MemorySegment buffer = arena.allocate(5);
            ring.sq().next().read(fd, buffer, 0);
            assertThat(Completion.result(ring)).isEqualTo(5);
            ring.sq().next().close(fd);
            assertThat(fd.isOpen()).as("given away when it is handed over").isFalse();
            assertThat(Completion.result(ring)).isZero();
            assertThat(Descriptors.openTo(file().toString())).isZero();
        }
    }

    @Test
    void aRelativePathStartsAtTheDirectory() throws IOException {
        Files.writeString(file(), "hello");
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8);
                Fd start = Fd.open(directory, LibC.O_RDONLY() | Abi.value("O_DIRECTORY"), 0)) {
            ring.sq().next().openat(start, arena.allocateFrom("file"), LibC.O_RDONLY(), 0);
            try (Fd fd = Fd.own(Completion.result(ring))) {
                assertThat(fd.read(arena.allocate(5))).isEqualTo(5);
            }
        }
    }

    @Test
    void aFileIsCreatedWithItsPermissions() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8)) {
            int flags = LibC.O_CREAT() | LibC.O_EXCL() | LibC.O_WRONLY();
            ring.sq().next().openat(Fd.CWD, path(arena, file()), flags, 0600);
            Fd.own(Completion.result(ring)).close();
            assertThat(Files.getPosixFilePermissions(file())).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            ring.sq().next().openat(Fd.CWD, path(arena, file()), flags, 0600);
            assertThat(Completion.result(ring)).isEqualTo(error(Errno.EEXIST));
        }
    }

    @OnEveryRing
    void whatIsNotThereCannotBeOpened(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8)) {
            ring.sq().next().openat(Fd.CWD, path(arena, file()), LibC.O_RDONLY(), 0);
            assertThat(Completion.result(ring)).isEqualTo(error(Errno.ENOENT));
        }
    }

    @Test
    void closingADescriptorTwiceIsTheKernelsError() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            Fd fd = Fd.open(Path.of("/dev/null"), LibC.O_RDONLY(), 0);
            Fd same = Fd.borrow(fd.number());
            ring.sq().next().close(fd).hardLink();
            ring.sq().next().close(same);
            assertThat(Completion.next(ring, 2)).extracting(Completion::res).containsExactly(0, error(Errno.EBADF));
        }
    }

    @Test
    void aRingCannotCloseItself() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            ring.sq().next().close(Fd.borrow(ring.descriptor()));
            assertThat(Completion.result(ring)).isEqualTo(error(Errno.EBADF));
        }
    }

    @OnEveryRing
    @Covers("IORING_OP_STATX")
    void statxSaysWhatJavaSays(RingVariant variant) throws IOException {
        Files.writeString(file(), "hello");
        Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-r-x--x"));
        Files.createLink(directory.resolve("link"), file());
        Map<String, Object> expected = Files.readAttributes(file(), "unix:*");
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8)) {
            MemorySegment status = statx.allocate(arena);
            ring.sq().next().statx(Fd.CWD, path(arena, file()), 0, LibC.STATX_BASIC_STATS(), status);
            assertThat(Completion.result(ring)).isZero();
            assertThat(statx.stx_size(status)).isEqualTo(5);
            assertThat(Short.toUnsignedInt(statx.stx_mode(status))).isEqualTo(expected.get("mode"));
            assertThat(statx.stx_nlink(status)).isEqualTo(2);
            assertThat(statx.stx_ino(status)).isEqualTo(expected.get("ino"));
            assertThat(statx.stx_uid(status)).isEqualTo(expected.get("uid"));
            MemorySegment modified = statx.stx_mtime(status);
            assertThat(Instant.ofEpochSecond(statx_timestamp.tv_sec(modified), statx_timestamp.tv_nsec(modified)))
                    .isEqualTo(Files.getLastModifiedTime(file()).toInstant());
        }
    }

    @Test
    @Covers("IORING_OP_STATX")
    void statxFollowsALinkUnlessToldNotTo() throws IOException {
        Files.writeString(file(), "hello");
        Path link = Files.createSymbolicLink(directory.resolve("link"), file());
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8)) {
            MemorySegment status = statx.allocate(arena);
            ring.sq().next().statx(Fd.CWD, path(arena, link), 0, LibC.STATX_SIZE(), status);
            assertThat(Completion.result(ring)).isZero();
            assertThat(statx.stx_size(status)).isEqualTo(5);
            ring.sq().next().statx(Fd.CWD, path(arena, link), LibC.AT_SYMLINK_NOFOLLOW(), LibC.STATX_SIZE(), status);
            assertThat(Completion.result(ring)).isZero();
            assertThat(statx.stx_size(status)).isEqualTo(file().toString().length());
        }
    }

    @Test
    void statxOfWhatIsNotThere() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8)) {
            ring.sq().next().statx(Fd.CWD, path(arena, file()), 0, LibC.STATX_SIZE(), statx.allocate(arena));
            assertThat(Completion.result(ring)).isEqualTo(error(Errno.ENOENT));
        }
    }

    @OnEveryRing
    @Covers("IORING_OP_FSYNC")
    void fsyncOfAFile(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8);
                Fd fd = Fd.open(file(), LibC.O_CREAT() | LibC.O_WRONLY(), 0600)) {
            ring.sq().next().write(fd, arena.allocate(100), 0).link();
            ring.sq().next().fsync(fd, 0).link();
            ring.sq().next().fsync(fd, UringFlags.IORING_FSYNC_DATASYNC);
            assertThat(Completion.next(ring, 3)).extracting(Completion::res).containsExactly(100, 0, 0);
        }
    }

    @Test
    @Covers("IORING_OP_FSYNC")
    void fsyncHasNoOtherFlags() throws IOException {
        try (IoUring ring = IoUring.open(8);
                Fd fd = Fd.open(file(), LibC.O_CREAT() | LibC.O_WRONLY(), 0600)) {
            ring.sq().next().fsync(fd, 1 << 10);
            assertThat(Completion.result(ring)).isEqualTo(error(Errno.EINVAL));
        }
    }

    private Path file() {
        return directory.resolve("file");
    }

    private static MemorySegment path(Arena arena, Path path) {
        return arena.allocateFrom(path.toString());
    }
}

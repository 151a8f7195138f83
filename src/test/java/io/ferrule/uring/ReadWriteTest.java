package io.ferrule.uring;

import static io.ferrule.uring.Completion.error;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import io.ferrule.sys.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Reading and writing, in all its forms, against what java.nio sees. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReadWriteTest {
    private static final int SIZE = 100_000;

    @TempDir
    Path directory;

    private final byte[] data = random(SIZE);

    @OnEveryRing
    void aFileIsReadAtAnyOffset(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8);
                Fd fd = existing(LibC.O_RDONLY())) {
            MemorySegment buffer = arena.allocate(1000);
            for (int offset : new int[] {0, 1, 4095, 4096, 99_000}) {
                ring.sq().next().read(fd, buffer, offset);
                assertThat(Completion.result(ring)).isEqualTo(1000);
                assertThat(bytes(buffer, 1000)).isEqualTo(Arrays.copyOfRange(data, offset, offset + 1000));
            }
        }
    }

    @OnEveryRing
    void aFileIsWrittenAtAnyOffset(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8);
                Fd fd = empty()) {
            MemorySegment buffer = copy(arena, data);
            ring.sq().next().write(fd, buffer.asSlice(50_000), 50_000).userData(1);
            ring.sq()
                    .next()
                    .write(fd, buffer.asSlice(0, 50_000).asReadOnly(), 0)
                    .userData(2);
            assertThat(Completion.next(ring, 2))
                    .containsExactlyInAnyOrder(Completion.of(1, 50_000), Completion.of(2, 50_000));
            assertThat(Files.readAllBytes(file())).isEqualTo(data);
        }
    }

    @OnEveryRing
    void aPartOfABufferStaysInsideIt(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8);
                Fd in = existing(LibC.O_RDONLY());
                Fd out = Fd.open(directory.resolve("part"), LibC.O_CREAT() | LibC.O_WRONLY(), 0600)) {
            MemorySegment buffer = arena.allocate(300);
            ring.sq().next().read(in, buffer, 100, 50, 7).link();
            ring.sq().next().write(out, buffer, 110, 20, 0);
            assertThat(Completion.next(ring, 2)).extracting(Completion::res).containsExactly(50, 20);
            byte[] expected = new byte[300];
            System.arraycopy(data, 7, expected, 100, 50);
            assertThat(bytes(buffer, 300)).isEqualTo(expected);
            assertThat(Files.readAllBytes(directory.resolve("part"))).isEqualTo(Arrays.copyOfRange(data, 17, 37));
        }
    }

    @OnEveryRing
    void piecesAreFilledOneAfterTheOther(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8);
                Fd fd = existing(LibC.O_RDONLY())) {
            MemorySegment one = arena.allocate(10);
            MemorySegment two = arena.allocate(20);
            MemorySegment unused = arena.allocate(30);
            IovecArray pieces = IovecArray.of(arena, one, two, unused);
            ring.sq().next().readv(fd, pieces, 2, 5);
            assertThat(Completion.result(ring)).isEqualTo(30);
            assertThat(bytes(one, 10)).isEqualTo(Arrays.copyOfRange(data, 5, 15));
            assertThat(bytes(two, 20)).isEqualTo(Arrays.copyOfRange(data, 15, 35));
            assertThat(bytes(unused, 30)).containsOnly(0);
        }
    }

    @OnEveryRing
    void piecesAreWrittenOneAfterTheOther(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8);
                Fd fd = empty()) {
            IovecArray pieces = IovecArray.of(arena, copy(arena, data), copy(arena, data));
            ring.sq().next().writev(fd, pieces, 2, 0);
            assertThat(Completion.result(ring)).isEqualTo(2 * SIZE);
            byte[] written = Files.readAllBytes(file());
            assertThat(Arrays.copyOf(written, SIZE)).isEqualTo(data);
            assertThat(Arrays.copyOfRange(written, SIZE, 2 * SIZE)).isEqualTo(data);
        }
    }

    @Test
    void noPiecesMoveNothing() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8);
                Fd fd = existing(LibC.O_RDONLY())) {
            ring.sq().next().readv(fd, IovecArray.allocate(arena, 1), 0, 0);
            assertThat(Completion.result(ring)).isZero();
        }
    }

    @OnEveryRing
    void aReadIsShortAtTheEndOfTheFileAndEmptyBeyond(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8);
                Fd fd = existing(LibC.O_RDONLY())) {
            MemorySegment buffer = arena.allocate(1000);
            ring.sq().next().read(fd, buffer, SIZE - 10);
            assertThat(Completion.result(ring)).isEqualTo(10);
            ring.sq().next().read(fd, buffer, SIZE);
            assertThat(Completion.result(ring)).isZero();
            ring.sq().next().read(fd, buffer, SIZE + 1_000_000L);
            assertThat(Completion.result(ring)).isZero();
        }
    }

    @Test
    void offsetMinusOneUsesAndMovesTheFilesPosition() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8);
                Fd fd = existing(LibC.O_RDONLY())) {
            MemorySegment buffer = arena.allocate(1000);
            for (int round = 0; round < 5; round++) {
                ring.sq().next().read(fd, buffer, -1);
                assertThat(Completion.result(ring)).isEqualTo(1000);
                assertThat(bytes(buffer, 1000)).isEqualTo(Arrays.copyOfRange(data, round * 1000, round * 1000 + 1000));
            }
            ring.sq().next().read(fd, buffer, 0);
            Completion.next(ring);
            assertThat(fd.read(buffer)).as("a plain read goes on from there").isEqualTo(1000);
            assertThat(bytes(buffer, 1000)).isEqualTo(Arrays.copyOfRange(data, 5000, 6000));
        }
    }

    @Test
    void offsetsBeyondFourGigabytesAreWhole() throws IOException {
        long far = (1L << 33) + 3;
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8);
                Fd fd = empty()) {
            ring.sq().next().write(fd, arena.allocateFrom("far"), far);
            assertThat(Completion.result(ring)).isEqualTo(4);
            assertThat(Files.size(file())).isEqualTo(far + 4);
            MemorySegment buffer = arena.allocate(4);
            ring.sq().next().read(fd, buffer, far);
            assertThat(Completion.result(ring)).isEqualTo(4);
            assertThat(buffer.getString(0)).isEqualTo("far");
        }
    }

    @OnEveryRing
    void aPipeIsReadWhenSomethingIsWritten(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8);
                Pipe pipe = Pipe.open(0)) {
            MemorySegment buffer = arena.allocate(100);
            ring.sq().next().read(pipe.reader(), buffer, -1).userData(1);
            ring.submit();
            assertThat(ring.cq().next()).isFalse();
            ring.sq()
                    .next()
                    .write(pipe.writer(), arena.allocateFrom("hello"), -1)
                    .userData(2);
            assertThat(Completion.next(ring, 2)).containsExactlyInAnyOrder(Completion.of(1, 6), Completion.of(2, 6));
            assertThat(buffer.getString(0)).isEqualTo("hello");
        }
    }

    @Test
    void aPipeWithoutAWriterIsAtItsEnd() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8);
                Pipe pipe = Pipe.open(0)) {
            ring.sq().next().read(pipe.reader(), arena.allocate(10), -1);
            ring.submit();
            pipe.writer().close();
            assertThat(Completion.result(ring)).isZero();
        }
    }

    @Test
    void aPipeWithoutAReaderIsBroken() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8);
                Pipe pipe = Pipe.open(0)) {
            pipe.reader().close();
            ring.sq().next().write(pipe.writer(), arena.allocate(10), -1);
            assertThat(Completion.result(ring)).isEqualTo(error(Errno.EPIPE));
        }
    }

    @Test
    void aReadThatMayNotWaitSaysAgain() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8);
                Pipe pipe = Pipe.open(0)) {
            ring.sq().next().read(pipe.reader(), arena.allocate(10), -1).rwFlags(LibC.RWF_NOWAIT());
            int result = Completion.result(ring);
            assumeTrue(result != error(Errno.EOPNOTSUPP), "needs a kernel that takes RWF_NOWAIT for pipes, Linux 6.4");
            assertThat(result).isEqualTo(error(Errno.EAGAIN));
        }
    }

    /** liburing#364. */
    @Test
    void aNonBlockingDescriptorIsWaitedForAllTheSame() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8);
                Pipe pipe = Pipe.open(LibC.O_NONBLOCK())) {
            ring.sq().next().read(pipe.reader(), arena.allocate(10), -1);
            ring.submit();
            pipe.writer().write(arena.allocate(10));
            // Older kernels say EAGAIN instead: a loop on somebody else's descriptor must expect it.
            assertThat(Completion.result(ring)).isIn(10, error(Errno.EAGAIN));
        }
    }

    @Test
    void theRightsOfTheDescriptorCount() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8);
                Fd fd = existing(LibC.O_RDONLY())) {
            ring.sq().next().write(fd, arena.allocate(10), 0);
            assertThat(Completion.result(ring)).isEqualTo(error(Errno.EBADF));
        }
    }

    @Test
    void zeroBytesAreARequestToo() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8);
                Fd fd = existing(LibC.O_RDWR())) {
            ring.sq().next().read(fd, arena.allocate(10), 0, 0, 0).userData(1);
            ring.sq().next().write(fd, arena.allocate(10), 10, 0, 0).userData(2);
            assertThat(Completion.next(ring, 2)).containsExactlyInAnyOrder(Completion.of(1, 0), Completion.of(2, 0));
        }
    }

    @OnEveryRing
    void aThousandReadsInFlightEachHitTheirOwnBuffer(RingVariant variant) throws IOException {
        int count = 1_000;
        int size = 100;
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(64);
                Fd fd = existing(LibC.O_RDONLY())) {
            MemorySegment buffers = arena.allocate((long) count * size);
            for (int i = 0; i < count; i++) {
                long at = (long) i * size;
                Sqe sqe = ring.sq().next().read(fd, buffers, at, size, at).userData(i);
                if (i % 7 == 0) {
                    sqe.async();
                }
            }
            for (Completion completion : Completion.next(ring, count)) {
                assertThat(completion.res()).isEqualTo(size);
            }
            assertThat(bytes(buffers, SIZE)).isEqualTo(data);
        }
    }

    private Path file() {
        return directory.resolve("data");
    }

    private Fd existing(int flags) throws IOException {
        Files.write(file(), data);
        return Fd.open(file(), flags, 0);
    }

    private Fd empty() throws IOException {
        return Fd.open(file(), LibC.O_CREAT() | LibC.O_RDWR(), 0600);
    }

    private static MemorySegment copy(Arena arena, byte[] bytes) {
        return arena.allocateFrom(JAVA_BYTE, bytes);
    }

    private static byte[] bytes(MemorySegment buffer, int count) {
        return buffer.asSlice(0, count).toArray(JAVA_BYTE);
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}

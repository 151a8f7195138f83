package io.ferrule.uring;

import static io.ferrule.uring.Completion.error;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;
import io.ferrule.sys.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Registered files and registered buffers in use. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RegisteredTest {
    @TempDir
    Path directory;

    @OnEveryRing
    void aDirectDescriptorReadsAndWrites(RingVariant variant) throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8);
                Pipe pipe = Pipe.open(0)) {
            ring.register().files(pipe.reader(), pipe.writer());
            pipe.close(); // the ring holds them open
            MemorySegment buffer = arena.allocate(6);
            ring.sq()
                    .next()
                    .write(DirectDescriptor.of(1), arena.allocateFrom("hello"), -1)
                    .link();
            ring.sq().next().read(DirectDescriptor.of(0), buffer, -1);
            assertThat(Completion.next(ring, 2)).extracting(Completion::res).containsExactly(6, 6);
            assertThat(buffer.getString(0)).isEqualTo("hello");
        }
    }

    @Test
    void aSlotOutsideTheTableIsTheKernelsError() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8);
                Pipe pipe = Pipe.open(0)) {
            ring.register().files(pipe.reader());
            ring.sq().next().read(DirectDescriptor.of(1), arena.allocate(4), -1);
            assertThat(Completion.result(ring)).isEqualTo(error(Errno.EBADF));
        }
    }

    @Test
    void filesAreRegisteredOnceAndTakenBackOnce() throws IOException {
        try (IoUring ring = IoUring.open(8);
                Pipe pipe = Pipe.open(0)) {
            Registration registration = ring.register();
            registration.files(pipe.reader());
            assertFails(() -> registration.files(pipe.reader()), Errno.EBUSY, "registered already");
            registration.unregisterFiles();
            assertFails(registration::unregisterFiles, Errno.ENXIO, "None are registered");
            registration.files(pipe.reader());
        }
    }

    @Test
    void aFileThatIsNotOneIsRefused() throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            assertFails(() -> ring.register().files(Fd.borrow(1_000_000)), Errno.EBADF, "EBADF");
        }
    }

    @OnEveryRing
    void aRegisteredBufferIsReadAtAnyOffsetAndLength(RingVariant variant) throws IOException {
        byte[] data = new byte[64 * 1024];
        Random random = new Random(1);
        random.nextBytes(data);
        Path file = Files.write(directory.resolve("data"), data);
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8);
                Fd fd = Fd.open(file, LibC.O_RDONLY(), 0)) {
            MemorySegment buffer = arena.allocate(data.length);
            ring.register().buffers(arena.allocate(1), buffer);
            for (int i = 0; i < 200; i++) {
                int from = random.nextInt(data.length);
                int length = 1 + random.nextInt(data.length - from);
                buffer.fill((byte) 0);
                ring.sq().next().readFixed(fd, buffer.asSlice(from, length), from, 1);
                assertThat(Completion.result(ring)).isEqualTo(length);
                byte[] expected = new byte[data.length];
                System.arraycopy(data, from, expected, from, length);
                assertThat(Arrays.equals(buffer.toArray(JAVA_BYTE), expected))
                        .as("%d bytes at %d", length, from)
                        .isTrue();
            }
        }
    }

    @OnEveryRing
    void aRegisteredBufferIsWritten(RingVariant variant) throws IOException {
        Path file = directory.resolve("out");
        try (Arena arena = Arena.ofConfined();
                IoUring ring = variant.open(8);
                Fd fd = Fd.open(file, LibC.O_CREAT() | LibC.O_WRONLY(), 0600)) {
            MemorySegment buffer = arena.allocateFrom("hello");
            ring.register().buffers(buffer);
            ring.sq().next().writeFixed(fd, buffer.asSlice(1, 3), 0, 0);
            assertThat(Completion.result(ring)).isEqualTo(3);
            assertThat(file).hasContent("ell");
        }
    }

    @Test
    void memoryOutsideTheRegisteredBufferIsAFault() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8);
                Fd fd = Fd.open(Path.of("/dev/zero"), LibC.O_RDONLY(), 0)) {
            MemorySegment memory = arena.allocate(8192, 4096);
            ring.register().buffers(memory.asSlice(0, 4096));
            ring.sq().next().readFixed(fd, memory.asSlice(4096), 0, 0);
            assertThat(Completion.result(ring)).as("beyond it").isEqualTo(error(Errno.EFAULT));
            ring.sq().next().readFixed(fd, memory.asSlice(4000, 200), 0, 0);
            assertThat(Completion.result(ring)).as("across its end").isEqualTo(error(Errno.EFAULT));
            ring.sq().next().readFixed(fd, memory.asSlice(0, 16), 0, 1);
            assertThat(Completion.result(ring)).as("another index").isEqualTo(error(Errno.EFAULT));
            ring.sq().next().readFixed(fd, memory.asSlice(0, 16), 0, 0);
            assertThat(Completion.result(ring)).isEqualTo(16);
        }
    }

    @Test
    void buffersAreRegisteredOnceAndTakenBackOnce() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(8)) {
            MemorySegment buffer = arena.allocate(16);
            Registration registration = ring.register();
            registration.buffers(buffer);
            assertFails(() -> registration.buffers(buffer), Errno.EBUSY, "registered already");
            registration.unregisterBuffers();
            assertFails(registration::unregisterBuffers, Errno.ENXIO, "None are registered");
            registration.buffers(buffer);
        }
    }

    @Test
    void aRingWithRegisteredFilesAndBuffersInUseCloses() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open(0)) {
            IoUring ring = IoUring.open(8);
            MemorySegment buffer = arena.allocate(16);
            ring.register().files(pipe.reader());
            ring.register().buffers(buffer);
            ring.sq().next().readFixed(DirectDescriptor.of(0), buffer, -1, 0);
            ring.sq().next().read(DirectDescriptor.of(0), buffer, -1).skipSuccess();
            ring.submit();
            ring.close();
            pipe.writer().write(buffer);
            assertThat(pipe.reader().read(buffer)).as("nobody else took them").isEqualTo(16);
        }
    }

    private static void assertFails(ThrowingCallable call, Errno errno, String message) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno))
                .hasMessageContaining(message);
    }
}

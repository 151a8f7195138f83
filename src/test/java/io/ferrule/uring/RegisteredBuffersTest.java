package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Jvm;
import io.ferrule.testing.Probes;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Buffers that stay pinned: registered at once or one by one, and what may be read into them. */
@Covers({"IORING_REGISTER_BUFFERS", "IORING_UNREGISTER_BUFFERS"})
@Timeout(30)
class RegisteredBuffersTest {
    private static final int SIZE = 16_384;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(SIZE);

    @TempDir
    private Path folder;

    private IoUring ring;
    private Fd file;
    private byte[] content;

    @BeforeEach
    void open() throws IOException {
        content = new byte[SIZE];
        for (int i = 0; i < SIZE; i++) {
            content[i] = (byte) (i * 31 >> 3);
        }
        Path path = Files.write(folder.resolve("file"), content);
        file = Fd.open(path, LibC.O_RDWR(), 0);
        ring = IoUring.open(8);
    }

    @AfterEach
    void close() throws IOException {
        ring.close();
        file.close();
        arena.close();
    }

    @Test
    @Covers({"IORING_OP_READ_FIXED", "IORING_REGISTER_BUFFERS"})
    void aFileIsReadIntoARegisteredBuffer() throws IOException {
        ring.register().buffers(arena.allocate(64), buffer);
        assertThat(read(buffer.asSlice(100, 50), 7, 1)).isEqualTo(50);
        assertThat(buffer.asSlice(100, 50).toArray(ValueLayout.JAVA_BYTE))
                .isEqualTo(java.util.Arrays.copyOfRange(content, 7, 57));
    }

    @Test
    @Covers({"IORING_OP_WRITE_FIXED", "IORING_REGISTER_BUFFERS"})
    void aRegisteredBufferIsWrittenToAFile() throws IOException {
        ring.register().buffers(buffer);
        buffer.fill((byte) 'x');
        ring.sq().next().writeFixed(file, buffer.asSlice(10, 20), 5, 0);
        assertThat(Completion.result(ring)).isEqualTo(20);
        byte[] now = Files.readAllBytes(folder.resolve("file"));
        assertThat(new String(now, 5, 20, java.nio.charset.StandardCharsets.ISO_8859_1))
                .isEqualTo("x".repeat(20));
        assertThat(now[25]).isEqualTo(content[25]);
    }

    /** The pages of a buffer are found by its offset: at, before and after their borders. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 4095, 4096, 4097, 8191, 12_288, 16_383})
    void everyPlaceOfABufferCanBeReadInto(int from) throws IOException {
        ring.register().buffers(buffer);
        assertThat(read(buffer.asSlice(from), from, 0)).isEqualTo(SIZE - from);
        assertThat(buffer.asSlice(from).mismatch(MemorySegment.ofArray(content).asSlice(from)))
                .isEqualTo(-1);
    }

    @Test
    void memoryThatReachesBeyondTheBufferIsRefused() throws IOException {
        ring.register().buffers(buffer.asSlice(0, 4096));
        assertThat(read(buffer.asSlice(4090, 10), 0, 0)).isEqualTo(Completion.error(Errno.EFAULT));
    }

    @Test
    void memoryBeforeTheBufferIsRefused() throws IOException {
        ring.register().buffers(buffer.asSlice(4096, 4096));
        assertThat(read(buffer.asSlice(4095, 10), 0, 0)).isEqualTo(Completion.error(Errno.EFAULT));
    }

    @Test
    void anIndexThatNothingIsRegisteredUnderIsRefused() throws IOException {
        assertThat(read(buffer, 0, 0)).isEqualTo(Completion.error(Errno.EFAULT));
        ring.register().buffers(buffer);
        assertThat(read(buffer, 0, 1)).isEqualTo(Completion.error(Errno.EFAULT));
        assertThat(read(buffer, 0, 65_535)).isEqualTo(Completion.error(Errno.EFAULT));
    }

    @Test
    @Covers("IORING_OP_READV_FIXED")
    void aVectorOfPiecesOfOneBufferIsReadInto() throws IOException {
        Kernel.needs(ring, Opcode.IORING_OP_READV_FIXED);
        ring.register().buffers(buffer);
        IovecArray pieces = IovecArray.of(arena, buffer.asSlice(8192, 100), buffer.asSlice(4000, 200));
        ring.sq().next().readvFixed(file, pieces, 2, 0, 0, 0);
        assertThat(Completion.result(ring)).isEqualTo(300);
        MemorySegment expected = MemorySegment.ofArray(content);
        assertThat(buffer.asSlice(8192, 100).mismatch(expected.asSlice(0, 100))).isEqualTo(-1);
        assertThat(buffer.asSlice(4000, 200).mismatch(expected.asSlice(100, 200)))
                .isEqualTo(-1);
    }

    @Test
    @Covers("IORING_OP_WRITEV_FIXED")
    void aVectorOfPiecesOfOneBufferIsWritten() throws IOException {
        Kernel.needs(ring, Opcode.IORING_OP_WRITEV_FIXED);
        ring.register().buffers(buffer);
        buffer.asSlice(0, 3).copyFrom(MemorySegment.ofArray("abc".getBytes()));
        buffer.asSlice(9000, 3).copyFrom(MemorySegment.ofArray("def".getBytes()));
        IovecArray pieces = IovecArray.of(arena, buffer.asSlice(9000, 3), buffer.asSlice(0, 3));
        ring.sq().next().writevFixed(file, pieces, 2, 0, 0, 0);
        assertThat(Completion.result(ring)).isEqualTo(6);
        assertThat(new String(
                        Files.readAllBytes(folder.resolve("file")), 0, 6, java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo("defabc");
    }

    @Test
    @Covers("IORING_OP_READV_FIXED")
    void aPieceOutsideTheBufferRefusesTheWholeVector() throws IOException {
        Kernel.needs(ring, Opcode.IORING_OP_READV_FIXED);
        ring.register().buffers(buffer.asSlice(0, 4096));
        IovecArray pieces = IovecArray.of(arena, buffer.asSlice(0, 10), buffer.asSlice(8192, 10));
        ring.sq().next().readvFixed(file, pieces, 2, 0, 0, 0);
        assertThat(Completion.result(ring)).isEqualTo(Completion.error(Errno.EFAULT));
    }

    @Test
    void buffersAreRegisteredOnce() throws IOException {
        ring.register().buffers(buffer);
        Kernel.refuses(Errno.EBUSY, () -> ring.register().buffers(buffer))
                .hasMessageContaining("unregister them first");
    }

    @Test
    void whatIsNotRegisteredCannotBeUnregistered() {
        Kernel.refuses(Errno.ENXIO, () -> ring.register().unregisterBuffers())
                .hasMessageContaining("None are registered");
    }

    @Test
    @Covers({"IORING_UNREGISTER_BUFFERS", "IORING_REGISTER_BUFFERS"})
    void othersCanBeRegisteredAfterUnregistering() throws IOException {
        ring.register().buffers(buffer);
        ring.register().unregisterBuffers();
        assertThat(read(buffer, 0, 0)).isEqualTo(Completion.error(Errno.EFAULT));
        ring.register().buffers(buffer.asSlice(0, 100));
        assertThat(read(buffer.asSlice(0, 100), 0, 0)).isEqualTo(100);
    }

    @Test
    void unregisteringLeavesARequestInFlightItsBuffer() throws IOException {
        Kernel.needs(SetupFlag.IORING_SETUP_HYBRID_IOPOLL, "that unregisters without waiting for requests");
        try (io.ferrule.testing.Pipe pipe = io.ferrule.testing.Pipe.open()) {
            ring.register().buffers(buffer);
            ring.sq().next().readFixed(pipe.reader(), buffer.asSlice(0, 5), -1, 0);
            ring.submit();
            ring.register().unregisterBuffers();
            pipe.write("hello");
            assertThat(Completion.result(ring)).isEqualTo(5);
            assertThat(new String(buffer.asSlice(0, 5).toArray(ValueLayout.JAVA_BYTE)))
                    .isEqualTo("hello");
        }
    }

    @Test
    void memoryThatIsNotMappedIsRefused() {
        MemorySegment nowhere = MemorySegment.ofAddress(8192).reinterpret(4096);
        Kernel.refuses(Errno.EFAULT, () -> ring.register().buffers(buffer, nowhere));
        Kernel.refuses(Errno.EFAULT, () -> ring.register().buffers(MemorySegment.NULL.reinterpret(1)));
    }

    @Test
    void aBufferHasOneGibibyteAtMost() {
        MemorySegment huge = buffer.reinterpret((1L << 30) + 1);
        Kernel.refuses(Errno.EFAULT, () -> ring.register().buffers(huge));
    }

    @Test
    void heapMemoryIsRefused() {
        assertThatThrownBy(() -> ring.register().buffers(MemorySegment.ofArray(new byte[10])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("heap segment");
    }

    @Test
    void readOnlyMemoryIsRefused() {
        assertThatThrownBy(() -> ring.register().buffers(buffer.asReadOnly()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("read-only");
    }

    @Test
    void oneToSixteenThousandBuffersCanBeRegistered() throws IOException {
        assertThatThrownBy(() -> ring.register().buffers())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 16384 buffers, not 0");
        assertThatThrownBy(() -> ring.register().sparseBuffers(16_385))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not 16385");
    }

    @Test
    void oneVectorOfBuffersHasRoomForAllOfThem() throws IOException {
        MemorySegment[] many = new MemorySegment[2000];
        java.util.Arrays.fill(many, buffer.asSlice(0, 64));
        ring.register().buffers(many);
        assertThat(read(buffer.asSlice(0, 64), 0, 1999)).isEqualTo(64);
    }

    @Test
    @Covers({"IORING_REGISTER_BUFFERS2", "IORING_REGISTER_BUFFERS_UPDATE"})
    void anEmptyPlaceServesOnceItIsFilled() throws IOException {
        Kernel.needs(
                RegisterOpcode.IORING_REGISTER_BUFFERS2, () -> ring.register().sparseBuffers(4));
        assertThat(read(buffer, 0, 2)).isEqualTo(Completion.error(Errno.EFAULT));
        assertThat(ring.register().updateBuffers(2, null, buffer)).isEqualTo(1);
        assertThat(read(buffer, 0, 2)).isEqualTo(SIZE);
        assertThat(read(buffer, 0, 1)).isEqualTo(Completion.error(Errno.EFAULT));
    }

    @Test
    @Covers({"IORING_REGISTER_BUFFERS2", "IORING_REGISTER_BUFFERS_UPDATE"})
    void aPlaceCanBeEmptied() throws IOException {
        Kernel.needs(
                RegisterOpcode.IORING_REGISTER_BUFFERS2, () -> ring.register().sparseBuffers(2));
        ring.register().updateBuffers(0, null, buffer, buffer);
        assertThat(ring.register().updateBuffers(1, null, MemorySegment.NULL)).isEqualTo(1);
        assertThat(read(buffer, 0, 1)).isEqualTo(Completion.error(Errno.EFAULT));
        assertThat(read(buffer, 0, 0)).isEqualTo(SIZE);
    }

    @Test
    @Covers({"IORING_REGISTER_BUFFERS2", "IORING_REGISTER_BUFFERS_UPDATE"})
    void placesOutsideTheTableCannotBeFilled() throws IOException {
        Kernel.needs(
                RegisterOpcode.IORING_REGISTER_BUFFERS2, () -> ring.register().sparseBuffers(2));
        Kernel.refuses(Errno.EINVAL, () -> ring.register().updateBuffers(1, null, buffer, buffer))
                .hasMessageContaining("out of range");
        Kernel.refuses(Errno.EOVERFLOW, () -> ring.register().updateBuffers(-1, null, buffer));
    }

    @Test
    @Covers("IORING_REGISTER_BUFFERS_UPDATE")
    void thereIsNothingToUpdateWithoutATable() throws IOException {
        Kernel.needs(ring, Feature.IORING_FEAT_RSRC_TAGS);
        Kernel.refuses(Errno.ENXIO, () -> ring.register().updateBuffers(0, null, buffer));
    }

    /** Without CAP_IPC_LOCK, pinned memory counts against the memory-lock limit. */
    @Test
    @Tag("subprocess")
    void theMemoryLockLimitIsNamed() throws Exception {
        String[] nobody = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
        Probes.need(
                "setpriv and prlimit, as root",
                "setpriv",
                "--reuid=65534",
                "--clear-groups",
                "prlimit",
                "--memlock=65536",
                "true");
        Jvm.Result result = Jvm.onModulePath(RegistersTooMuch.class)
                .under("prlimit", "--memlock=262144")
                .under(nobody)
                .run();
        assertThat(result.out()).as(result.toString()).contains("ENOMEM").contains("memory-lock limit");
    }

    static class RegistersTooMuch {
        public static void main(String[] args) throws IOException {
            try (Arena arena = Arena.ofConfined();
                    IoUring ring = IoUring.open(1)) {
                ring.register().buffers(arena.allocate(1 << 20));
                System.out.println("registered");
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private int read(MemorySegment into, long offset, int index) throws IOException {
        ring.sq().next().readFixed(file, into, offset, index);
        return Completion.result(ring);
    }
}

package io.ferrule.uring;

import static io.ferrule.uring.Opcode.IORING_OP_PIPE;
import static io.ferrule.uring.Opcode.IORING_OP_SPLICE;
import static io.ferrule.uring.Opcode.IORING_OP_TEE;
import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pipes, and bytes that move through them without being copied. */
class SpliceTest extends OperationTest {
    @TempDir
    private Path folder;

    private Pipe pipe;
    private Fd source;
    private Path targetPath;
    private Fd target;

    @BeforeEach
    void open() throws IOException {
        needs(IORING_OP_SPLICE);
        pipe = keep(Pipe.open());
        source = keep(Fd.open(Files.writeString(folder.resolve("source"), "0123456789"), LibC.O_RDONLY(), 0));
        targetPath = folder.resolve("target");
        target = keep(Fd.open(targetPath, LibC.O_RDWR() | LibC.O_CREAT(), 0600));
    }

    @Test
    @Covers("IORING_OP_SPLICE")
    void bytesMoveFromAFileThroughAPipeIntoAnother() throws IOException {
        sq().splice(source, 2, pipe.writer(), -1, 5, 0).link();
        sq().splice(pipe.reader(), -1, target, 1, 5, 0);
        assertThat(result()).isEqualTo(5);
        assertThat(result()).isEqualTo(5);
        assertThat(targetPath).hasContent("\0" + "23456");
    }

    @Test
    @Covers("IORING_OP_SPLICE")
    void withoutAnOffsetTheFilesPositionMoves() throws IOException {
        for (String expected : new String[] {"0123", "4567", "89"}) {
            sq().splice(source, -1, pipe.writer(), -1, 4, LibC.SPLICE_F_MOVE());
            assertThat(result()).isEqualTo(expected.length());
            assertThat(pipe.read()).isEqualTo(expected);
        }
        sq().splice(source, -1, pipe.writer(), -1, 4, 0);
        assertThat(result()).as("at the end").isZero();
    }

    @Test
    @Covers("IORING_OP_SPLICE")
    void theSourceMayBeADirectDescriptor() throws IOException {
        ring.register().files(source);
        sq().splice(DirectDescriptor.of(0), 7, pipe.writer(), -1, 3, 0);
        assertThat(result()).isEqualTo(3);
        assertThat(pipe.read()).isEqualTo("789");
    }

    @Test
    @Covers({"IORING_OP_SPLICE", "IOSQE_FIXED_FILE"})
    void theTargetMayBeADirectDescriptor() throws IOException {
        ring.register().files(pipe.writer());
        sq().splice(source, 0, DirectDescriptor.of(0), -1, 3, 0);
        assertThat(result()).isEqualTo(3);
        assertThat(pipe.read()).isEqualTo("012");
    }

    @Test
    @Covers("IORING_OP_SPLICE")
    void oneOfTheTwoIsAPipe() throws IOException {
        sq().splice(source, 0, target, 0, 5, 0);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers("IORING_OP_TEE")
    void teeingDuplicatesWithoutConsuming() throws IOException {
        needs(IORING_OP_TEE);
        Pipe copy = keep(Pipe.open());
        pipe.write("in both");
        sq().tee(pipe.reader(), copy.writer(), 64, 0);
        assertThat(result()).isEqualTo(7);
        assertThat(copy.read()).isEqualTo("in both");
        assertThat(pipe.read()).isEqualTo("in both");
    }

    @Test
    @Covers("IORING_OP_TEE")
    void teeingReadsFromADirectDescriptorToo() throws IOException {
        needs(IORING_OP_TEE);
        ring.register().files(pipe.reader());
        Pipe copy = keep(Pipe.open());
        pipe.write("in both");
        sq().tee(DirectDescriptor.of(0), copy.writer(), 64, 0);
        assertThat(result()).isEqualTo(7);
        assertThat(copy.read()).isEqualTo("in both");
    }

    @Test
    @Covers("IORING_OP_TEE")
    void aFileCannotBeTeed() throws IOException {
        needs(IORING_OP_TEE);
        sq().tee(source, pipe.writer(), 5, 0);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers("IORING_OP_PIPE")
    void aPipeIsMadeOfTwoDescriptors() throws IOException {
        needs(IORING_OP_PIPE);
        MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
        sq().pipe(ends, LibC.O_CLOEXEC() | LibC.O_NONBLOCK());
        assertThat(result()).isZero();
        Fd reader = descriptor(ends.getAtIndex(ValueLayout.JAVA_INT, 0));
        Fd writer = descriptor(ends.getAtIndex(ValueLayout.JAVA_INT, 1));
        assertThat(reader.read(ends)).as("it does not block").isEqualTo(error(Errno.EAGAIN));
        Pipe.write(writer, "through");
        assertThat(Pipe.read(reader)).isEqualTo("through");
    }

    @Test
    @Covers("IORING_OP_PIPE")
    void aPipeWithUnknownFlagsIsRefused() throws IOException {
        needs(IORING_OP_PIPE);
        sq().pipe(arena.allocate(ValueLayout.JAVA_INT, 2), LibC.O_CREAT());
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }
}

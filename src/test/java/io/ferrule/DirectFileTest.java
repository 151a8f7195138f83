package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.sys.Abi;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files opened for direct I/O. */
class DirectFileTest extends LoopContract {
    private static final int PAGE = 4096;

    @TempDir
    Path folder;

    private Path path;
    private DirectAlignment alignment;

    @BeforeEach
    void needAlignment() throws IOException {
        Drivers.need(driver, Drivers.Feature.SPECIAL_FILES);
        path = Files.writeString(folder.resolve("file"), "x".repeat(3 * PAGE) + "tail");
        DirectAlignment told = loop.paths().status(path).await().direct();
        assumeTrue(told != null && told.isSupported(), "needs a file system that tells its alignment (statx)");
        alignment = told;
    }

    private File opened() throws IOException {
        return keep(loop.openFile(path, READ, WRITE, FileOption.DIRECT).await());
    }

    @Test
    void theAlignmentIsThatOfTheFile() throws IOException {
        assertThat(opened().directAlignment()).isEqualTo(Math.max(alignment.memory(), alignment.offset()));
    }

    @Test
    void aFileThatIsNotDirectAsksForNoAlignment() throws IOException {
        File file = keep(loop.openFile(path).await());
        assertThat(file.directAlignment()).isEqualTo(1);
        assertThat(file.read(Buffer.allocate(10), 1, 3, 7).await()).isEqualTo(3);
    }

    @Test
    void theFlagOfTheKernelOpensADirectFileToo() throws IOException {
        File file = keep(loop.openFile(path, Abi.value("O_DIRECT"), 0).await());
        assertThat(file.directAlignment()).isGreaterThan(1);
    }

    @Test
    void whatIsAlignedIsReadAndWritten() throws IOException {
        File file = opened();
        int unit = file.directAlignment();
        Buffer buffer = Buffer.allocate(2 * unit, unit);
        buffer.put(unit, "y".repeat(unit).getBytes(UTF_8), 0, unit);
        assertThat(file.writeDurably(buffer, unit, unit, unit).await()).isEqualTo(unit);
        assertThat(file.read(buffer, 0, unit, 0).await()).isEqualTo(unit);
        assertThat(buffer.get(unit - 1)).isEqualTo((byte) 'x');
        assertThat(Files.readString(path)).startsWith("x".repeat(unit) + "y".repeat(unit) + "x");
    }

    @Test
    void anOffsetThatIsNotAlignedIsRefusedWithTheUnit() throws IOException {
        File file = opened();
        int unit = file.directAlignment();
        Buffer buffer = Buffer.allocate(unit, unit);
        assertThatThrownBy(() -> file.read(buffer, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the offset, 1, is not a multiple of " + alignment.offset()
                        + " bytes, as direct I/O on " + path + " needs it");
    }

    @Test
    void aLengthThatIsNotAlignedIsRefused() throws IOException {
        File file = opened();
        Buffer buffer = Buffer.allocate(PAGE, PAGE);
        assertThatThrownBy(() -> file.write(buffer, 0, 5, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the length, 5, is not a multiple of ");
    }

    @Test
    void memoryThatIsNotAlignedIsRefused() throws IOException {
        File file = opened();
        int unit = file.directAlignment();
        Buffer buffer = Buffer.allocate(2 * unit, unit);
        assertThatThrownBy(() -> file.read(buffer, 1, unit, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the buffer's address, ");
    }

    @Test
    void oneOfSeveralBuffersThatIsNotAlignedIsRefused() throws IOException {
        File file = opened();
        int unit = file.directAlignment();
        Buffer[] buffers = {Buffer.allocate(unit, unit), Buffer.allocate(unit + 1, unit)};
        assertThatThrownBy(() -> file.read(buffers, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("a buffer's size, " + (unit + 1) + ", is not a multiple of ");
    }

    @Test
    void theTailOfTheFileIsReadIntoAWholeBlock() throws IOException {
        Buffer buffer = Buffer.allocate(PAGE, PAGE);
        assertThat(opened().read(buffer, 3L * PAGE).await()).isEqualTo(4);
        assertThat(buffer.getString(0, 4, UTF_8)).isEqualTo("tail");
    }

    @Test
    void theEndInTheMiddleOfABlockIsTheEnd() throws IOException {
        File file = opened();
        Buffer buffer = Buffer.allocate(2 * PAGE, PAGE);
        assertThatThrownBy(() -> file.readFully(buffer, 0, 2 * PAGE, 2L * PAGE).await())
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("the end came after " + (PAGE + 4) + " bytes");
    }

    @Test
    void aFileThatCannotBeOpenedDirectLeavesNothingOpen() throws IOException {
        assertThatThrownBy(() ->
                        loop.openFile(folder.resolve("none"), FileOption.DIRECT).await())
                .isInstanceOf(java.nio.file.NoSuchFileException.class);
    }
}

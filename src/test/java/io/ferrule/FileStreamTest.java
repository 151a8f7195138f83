package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files as streams, at their own position, and in several pieces. */
class FileStreamTest extends LoopContract {
    @TempDir
    Path folder;

    private Path path;

    @BeforeEach
    void writeFile() throws IOException {
        path = Files.writeString(folder.resolve("file"), "one two three");
    }

    private File opened() throws IOException {
        return keep(loop.openFile(path).await());
    }

    private static String read(File file, int length) throws IOException {
        Buffer buffer = Buffer.allocate(length);
        int bytes = file.read(buffer, File.HERE).await();
        return buffer.getString(0, bytes, UTF_8);
    }

    @Test
    void readsAtItsOwnPositionFollowEachOther() throws IOException {
        File file = opened();
        assertThat(read(file, 4)).isEqualTo("one ");
        assertThat(read(file, 4)).isEqualTo("two ");
        assertThat(read(file, 100)).isEqualTo("three");
        assertThat(read(file, 100)).isEmpty();
    }

    @Test
    void aReadAtAnOffsetLeavesThePositionAlone() throws IOException {
        File file = opened();
        assertThat(read(file, 4)).isEqualTo("one ");
        file.read(Buffer.allocate(4), 0).await();
        assertThat(read(file, 4)).isEqualTo("two ");
    }

    @Test
    void writesAtItsOwnPositionFollowEachOther() throws IOException {
        File file = keep(loop.openFile(folder.resolve("new"), CREATE, WRITE).await());
        Buffer buffer = buffer("abc");
        file.writeFully(buffer, 0, 3, File.HERE).await();
        file.writeDurably(buffer, 0, 2, File.HERE).await();
        file.write(new Buffer[] {buffer, buffer}, File.HERE).await();
        assertThat(folder.resolve("new")).hasContent("abcababcabc");
    }

    @Test
    void whatIsAppendedComesLast() throws IOException {
        File file = keep(loop.openFile(path, APPEND).await());
        file.writeFully(buffer("!"), 0, 1, File.HERE).await();
        assertThat(path).hasContent("one two three!");
    }

    @Test
    void aSecondRequestAtThePositionIsRefusedWhileTheFirstIsInFlight() throws Exception {
        File file = opened();
        CompletableFuture<Integer> first = onLoop(() -> {
            CompletableFuture<Integer> reading =
                    file.read(Buffer.allocate(4), File.HERE).future();
            assertThatThrownBy(() -> file.read(Buffer.allocate(4), File.HERE).future())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("another request is using the own position of " + path
                            + ": wait for its end, or give offsets");
            return reading;
        });
        assertThat(first.get()).isEqualTo(4);
        assertThat(read(file, 4)).isEqualTo("two ");
    }

    @Test
    void aBufferThatIsNotFreeLeavesThePositionFree() throws IOException {
        File file = opened();
        Buffer closed = Buffer.allocate(4);
        closed.close();
        assertThatThrownBy(() -> file.read(closed, File.HERE).await()).isInstanceOf(IllegalStateException.class);
        assertThat(read(file, 4)).isEqualTo("one ");
    }

    @Test
    void anOffsetBelowThePositionsIsRefused() throws IOException {
        File file = opened();
        assertThatThrownBy(() -> file.read(Buffer.allocate(4), -2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an offset is 0 or more, or HERE (-1), not -2");
    }

    @Test
    void buffersAreFilledOneAfterTheOther() throws IOException {
        Buffer[] buffers = {Buffer.allocate(4), Buffer.allocate(4), Buffer.allocate(100)};
        assertThat(opened().read(buffers, 0).await()).isEqualTo(13);
        assertThat(buffers[0].getString(0, 4, UTF_8)).isEqualTo("one ");
        assertThat(buffers[1].getString(0, 4, UTF_8)).isEqualTo("two ");
        assertThat(buffers[2].getString(0, 5, UTF_8)).isEqualTo("three");
    }

    @Test
    void fillingSeveralBuffersTellsOfAnEndBeforeTheyAreFull() throws IOException {
        File file = opened();
        Buffer[] buffers = {Buffer.allocate(4), Buffer.allocate(100)};
        assertThatThrownBy(() -> file.readFully(buffers, 0).await())
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("the end came after 13 bytes");
    }

    @Test
    void noBuffersAndTooManyAreRefused() throws IOException {
        File file = opened();
        assertThatThrownBy(() -> file.read(new Buffer[0], 0)).isInstanceOf(IllegalArgumentException.class);
        Buffer[] many = new Buffer[1025];
        java.util.Arrays.fill(many, Buffer.allocate(1));
        assertThatThrownBy(() -> file.write(many, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void afterCloseAFileIsNotRead() throws IOException {
        File file = opened();
        file.close();
        assertThatThrownBy(() -> file.read(Buffer.allocate(1), 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(path + " is closed");
        assertThatThrownBy(file::status).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> file.read(new Buffer[] {Buffer.allocate(1)}, 0))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aFileThatOpensWhileItsLoopClosesIsClosedToo() throws IOException {
        loop.close();
        for (int i = 0; i < 20; i++) {
            Loop closing = Loop.open(options());
            CompletableFuture<File> opening = closing.openFile(path).future();
            closing.close();
            assertThat(opening).isDone();
        }
        assertThat(io.ferrule.testing.Descriptors.openTo(path.toString())).isZero();
    }
}

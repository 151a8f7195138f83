package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.sys.ErrnoException;
import io.ferrule.testing.Descriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files beneath a directory, and nowhere else. */
class OpenBeneathTest extends LoopContract {
    @TempDir
    Path folder;

    private Path inside;
    private File directory;

    @BeforeEach
    void openDirectory() throws IOException {
        Drivers.need(driver, Drivers.Feature.OPEN_BENEATH);
        Files.writeString(folder.resolve("secret"), "secret");
        inside = Files.createDirectories(folder.resolve("inside/deeper")).getParent();
        Files.writeString(inside.resolve("deeper/file"), "public");
        directory = keep(loop.openFile(inside).await());
    }

    private String content(String path) throws IOException {
        try (File file = directory.openBeneath(Path.of(path)).await();
                Buffer buffer = Buffer.allocate(64)) {
            return buffer.getString(0, file.read(buffer, 0).await(), UTF_8);
        }
    }

    private void assertLeadsOut(String path) {
        assertThatThrownBy(() -> content(path))
                .isInstanceOf(ErrnoException.class)
                .hasMessageContaining("EXDEV")
                .hasMessageContaining(path + " beneath " + inside);
    }

    @Test
    void aFileInADirectoryInItIsOpened() throws IOException {
        assertThat(content("deeper/file")).isEqualTo("public");
    }

    @Test
    void theFileKnowsItsWholePath() throws IOException {
        File file = keep(directory.openBeneath(Path.of("deeper/file")).await());
        assertThat(file.path()).isEqualTo(inside.resolve("deeper/file"));
    }

    @Test
    void theDirectoryItselfIsBeneathIt() throws IOException {
        File itself = keep(directory.openBeneath(Path.of("")).await());
        assertThat(itself.status().await().inode())
                .isEqualTo(directory.status().await().inode());
    }

    @Test
    void aWayUpThatStaysInsideIsTaken() throws IOException {
        assertThat(content("deeper/../deeper/file")).isEqualTo("public");
    }

    @Test
    void aWayUpThatLeadsOutIsNot() {
        assertLeadsOut("../secret");
        assertLeadsOut("deeper/../../secret");
        assertLeadsOut("../inside/deeper/file");
    }

    @Test
    void anAbsolutePathIsNot() {
        assertLeadsOut(inside.resolve("deeper/file").toString());
    }

    @Test
    void aSymbolicLinkInsideIsFollowed() throws IOException {
        Files.createSymbolicLink(inside.resolve("link"), Path.of("deeper/file"));
        assertThat(content("link")).isEqualTo("public");
    }

    @Test
    void aSymbolicLinkThatLeadsOutIsNot() throws IOException {
        Files.createSymbolicLink(inside.resolve("up"), Path.of("../secret"));
        Files.createSymbolicLink(inside.resolve("absolute"), folder.resolve("secret"));
        Files.createSymbolicLink(inside.resolve("folder"), folder);
        assertLeadsOut("up");
        assertLeadsOut("absolute");
        assertLeadsOut("folder/secret");
    }

    @Test
    void aFileThatIsNotThereIsMissing() {
        assertThatThrownBy(() -> content("deeper/none")).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void aFileIsMadeThere() throws IOException {
        directory
                .openBeneath(Path.of("deeper/new"), StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)
                .await()
                .close();
        assertThat(inside.resolve("deeper/new")).isEmptyFile();
    }

    @Test
    void aRefusalLeavesNoDescriptorOpen() {
        assertLeadsOut("../secret");
        assertThat(openToFolder()).isOne(); // the directory's own
    }

    private long openToFolder() {
        try {
            return Descriptors.openTo(folder + "/.*");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

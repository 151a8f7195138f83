package io.ferrule;

import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names of files: directories, links, changes of name. */
class PathOperationsTest extends LoopContract {
    @TempDir
    Path folder;

    private PathOperations paths;
    private Path file;

    @BeforeEach
    void writeFile() throws IOException {
        paths = loop.paths();
        file = Files.writeString(folder.resolve("file"), "old");
    }

    @Test
    void aDirectoryIsMade() throws IOException {
        Path made = folder.resolve("made");
        paths.createDirectory(made, 0700).await();
        assertThat(made).isEmptyDirectory();
        assertThat(Files.getAttribute(made, "unix:mode")).isEqualTo(0040700);
    }

    @Test
    void aDirectoryThatIsThereIsNotMadeAgain() {
        assertThatThrownBy(() -> paths.createDirectory(folder, 0700).await())
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining(folder.toString());
    }

    @Test
    void aFileIsDeleted() throws IOException {
        paths.deleteFile(file).await();
        assertThat(file).doesNotExist();
    }

    @Test
    void aFileThatIsNotThereIsNotDeleted() {
        assertThatThrownBy(() -> paths.deleteFile(folder.resolve("none")).await())
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void anEmptyDirectoryIsDeleted() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        paths.deleteDirectory(empty).await();
        assertThat(empty).doesNotExist();
    }

    @Test
    void aDirectoryWithAFileInItIsNotDeleted() {
        assertThatThrownBy(() -> paths.deleteDirectory(folder).await()).isInstanceOf(DirectoryNotEmptyException.class);
        assertThat(file).exists();
    }

    @Test
    void aFileGetsAnotherName() throws IOException {
        Drivers.need(driver, Drivers.Feature.RENAME_FLAGS);
        Path other = folder.resolve("other");
        paths.rename(file, other).await();
        assertThat(file).doesNotExist();
        assertThat(other).hasContent("old");
    }

    @Test
    void aNameThatIsTakenIsNotTakenAway() throws IOException {
        Drivers.need(driver, Drivers.Feature.RENAME_FLAGS);
        Path other = Files.writeString(folder.resolve("other"), "other");
        assertThatThrownBy(() -> paths.rename(file, other).await()).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(other).hasContent("other");
    }

    @Test
    void aNameThatIsTakenIsTakenAwayWhereThatIsAskedFor() throws IOException {
        Path other = Files.writeString(folder.resolve("other"), "other");
        paths.rename(file, other, REPLACE_EXISTING).await();
        assertThat(other).hasContent("old");
        assertThat(file).doesNotExist();
    }

    @Test
    void aFileGetsASecondName() throws IOException {
        Path second = folder.resolve("second");
        paths.link(file, second).await();
        assertThat(second).hasContent("old");
        assertThat(Files.getAttribute(file, "unix:nlink")).isEqualTo(2);
    }

    @Test
    void aSymbolicLinkPointsToItsTarget() throws IOException {
        Path link = folder.resolve("link");
        paths.symbolicLink(Path.of("file"), link).await();
        assertThat(Files.readSymbolicLink(link)).isEqualTo(Path.of("file"));
        assertThat(link).hasContent("old");
    }

    @Test
    void anOptionWithoutAMeaningIsRefused() {
        assertThatThrownBy(() -> paths.rename(file, folder.resolve("other"), COPY_ATTRIBUTES))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("COPY_ATTRIBUTES has no meaning for a change of name");
    }

    @Test
    void aPathOfAnotherFileSystemIsRefused() throws IOException {
        URI zip = URI.create("jar:" + folder.resolve("archive.zip").toUri());
        try (FileSystem inside = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
            assertThatThrownBy(() -> paths.deleteFile(inside.getPath("/file")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the kernel knows nothing of");
            assertThatThrownBy(() -> loop.openFile(inside.getPath("/file")))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void afterCloseNothingIsDescribed() {
        loop.close();
        assertThatThrownBy(() -> paths.createDirectory(folder.resolve("made"), 0700))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> paths.rename(file, file)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> paths.status(file)).isInstanceOf(IllegalStateException.class);
    }

    // ---- status ----

    @Test
    void aStatusTellsWhatThePlatformTells() throws IOException {
        Drivers.need(driver, Drivers.Feature.STATX);
        FileStatus status = paths.status(file).await();
        Map<String, Object> theirs = Files.readAttributes(file, "unix:*");
        assertThat(status.type()).isEqualTo(FileType.REGULAR);
        assertThat(status.size()).isEqualTo(3);
        assertThat(status.inode()).isEqualTo(theirs.get("ino"));
        assertThat(status.links()).isEqualTo(theirs.get("nlink"));
        assertThat(status.owner()).isEqualTo(theirs.get("uid"));
        assertThat(status.group()).isEqualTo(theirs.get("gid"));
        assertThat(status.permissions()).isEqualTo((int) theirs.get("mode") & 07777);
        assertThat(status.modified()).isEqualTo(Files.getLastModifiedTime(file).toInstant());
        assertThat(status.changed()).isAfterOrEqualTo(status.modified());
        assertThat(status.blockSize()).isPositive();
    }

    @Test
    void aFileWithAHoleHasFewerBytesThanItsSize() throws IOException {
        Drivers.need(driver, Drivers.Feature.STATX);
        try (File sparse =
                loop.openFile(file, java.nio.file.StandardOpenOption.WRITE).await()) {
            sparse.truncate(1 << 30).await();
            FileStatus status = sparse.status().await();
            assertThat(status.size()).isEqualTo(1 << 30);
            assertThat(status.allocated()).isLessThan(1 << 20);
        }
    }

    @Test
    void aDirectoryIsADirectory() throws IOException {
        Drivers.need(driver, Drivers.Feature.STATX);
        assertThat(paths.status(folder).await().type()).isEqualTo(FileType.DIRECTORY);
    }

    @Test
    void aDeviceIsADevice() throws IOException {
        Drivers.need(driver, Drivers.Feature.STATX);
        assertThat(paths.status(Path.of("/dev/null")).await().type()).isEqualTo(FileType.CHARACTER_DEVICE);
    }

    @Test
    void aSymbolicLinkIsFollowedUnlessThatIsForbidden() throws IOException {
        Drivers.need(driver, Drivers.Feature.STATX);
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        assertThat(paths.status(link).await().type()).isEqualTo(FileType.REGULAR);
        assertThat(paths.status(link, LinkOption.NOFOLLOW_LINKS).await().type()).isEqualTo(FileType.SYMBOLIC_LINK);
    }

    @Test
    void theStatusOfAnOpenFileIsThatOfItsPath() throws IOException {
        Drivers.need(driver, Drivers.Feature.STATX);
        try (File opened = loop.openFile(file).await()) {
            assertThat(opened.status().await()).isEqualTo(paths.status(file).await());
        }
    }

    @Test
    void whatIsNotThereHasNoStatus() {
        Drivers.need(driver, Drivers.Feature.STATX);
        assertThatThrownBy(() -> paths.status(folder.resolve("none")).await())
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("statx");
    }
}

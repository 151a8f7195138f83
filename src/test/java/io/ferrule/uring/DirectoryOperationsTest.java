package io.ferrule.uring;

import static io.ferrule.uring.Opcode.IORING_OP_LINKAT;
import static io.ferrule.uring.Opcode.IORING_OP_MKDIRAT;
import static io.ferrule.uring.Opcode.IORING_OP_RENAMEAT;
import static io.ferrule.uring.Opcode.IORING_OP_SYMLINKAT;
import static io.ferrule.uring.Opcode.IORING_OP_UNLINKAT;
import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names in directories, as the JDK sees what came of them. */
class DirectoryOperationsTest extends OperationTest {
    @TempDir
    private Path folder;

    private Path file;
    private Path other;
    private Fd directory;

    @BeforeEach
    void open() throws IOException {
        file = Files.writeString(folder.resolve("file"), "content");
        other = folder.resolve("other");
        directory = keep(Fd.open(folder, LibC.O_RDONLY(), 0));
    }

    @Test
    @Covers("IORING_OP_RENAMEAT")
    void aFileIsRenamed() throws IOException {
        needs(IORING_OP_RENAMEAT);
        sq().renameat(Fd.CWD, path(file), Fd.CWD, path(other), 0);
        assertThat(result()).isZero();
        assertThat(file).doesNotExist();
        assertThat(other).hasContent("content");
    }

    @Test
    @Covers("IORING_OP_RENAMEAT")
    void relativePathsStartAtTheirDirectories() throws IOException {
        needs(IORING_OP_RENAMEAT);
        Path inner = Files.createDirectory(folder.resolve("inner"));
        Fd innerDirectory = keep(Fd.open(inner, LibC.O_RDONLY(), 0));
        sq().renameat(directory, path("file"), innerDirectory, path("moved"), 0);
        assertThat(result()).isZero();
        assertThat(inner.resolve("moved")).hasContent("content");
    }

    @Test
    @Covers("IORING_OP_RENAMEAT")
    void aNameThatIsTakenIsNotReplacedWhenToldSo() throws IOException {
        needs(IORING_OP_RENAMEAT);
        Files.writeString(other, "other");
        sq().renameat(Fd.CWD, path(file), Fd.CWD, path(other), LibC.RENAME_NOREPLACE());
        assertThat(result()).isEqualTo(error(Errno.EEXIST));
        assertThat(other).hasContent("other");
    }

    @Test
    @Covers("IORING_OP_RENAMEAT")
    void twoNamesAreExchanged() throws IOException {
        needs(IORING_OP_RENAMEAT);
        Files.writeString(other, "other");
        sq().renameat(Fd.CWD, path(file), Fd.CWD, path(other), LibC.RENAME_EXCHANGE());
        assertThat(result()).isZero();
        assertThat(file).hasContent("other");
        assertThat(other).hasContent("content");
    }

    @Test
    @Covers("IORING_OP_UNLINKAT")
    void aFileIsRemoved() throws IOException {
        needs(IORING_OP_UNLINKAT);
        sq().unlinkat(directory, path("file"), 0);
        assertThat(result()).isZero();
        assertThat(file).doesNotExist();
        sq().unlinkat(directory, path("file"), 0);
        assertThat(result()).isEqualTo(error(Errno.ENOENT));
    }

    @Test
    @Covers("IORING_OP_UNLINKAT")
    void aDirectoryIsRemovedByItsFlag() throws IOException {
        needs(IORING_OP_UNLINKAT);
        Path empty = Files.createDirectory(folder.resolve("empty"));
        sq().unlinkat(Fd.CWD, path(empty), 0);
        assertThat(result()).isEqualTo(error(Errno.EISDIR));
        sq().unlinkat(Fd.CWD, path(empty), LibC.AT_REMOVEDIR());
        assertThat(result()).isZero();
        assertThat(empty).doesNotExist();
    }

    @Test
    @Covers("IORING_OP_UNLINKAT")
    void aDirectoryThatIsNotEmptyStays() throws IOException {
        needs(IORING_OP_UNLINKAT);
        sq().unlinkat(Fd.CWD, path(folder), LibC.AT_REMOVEDIR());
        assertThat(result()).isEqualTo(error(Errno.ENOTEMPTY));
    }

    @Test
    @Covers("IORING_OP_MKDIRAT")
    void aDirectoryIsMade() throws IOException {
        needs(IORING_OP_MKDIRAT);
        sq().mkdirat(directory, path("made"), 0700);
        assertThat(result()).isZero();
        assertThat(Files.getPosixFilePermissions(folder.resolve("made")))
                .containsExactlyInAnyOrder(
                        PosixFilePermission.OWNER_READ,
                        PosixFilePermission.OWNER_WRITE,
                        PosixFilePermission.OWNER_EXECUTE);
        sq().mkdirat(directory, path("made"), 0700);
        assertThat(result()).isEqualTo(error(Errno.EEXIST));
    }

    @Test
    @Covers("IORING_OP_SYMLINKAT")
    void aSymbolicLinkHoldsItsTarget() throws IOException {
        needs(IORING_OP_SYMLINKAT);
        sq().symlinkat(path("file"), directory, path("link"));
        assertThat(result()).isZero();
        assertThat(Files.readSymbolicLink(folder.resolve("link"))).isEqualTo(Path.of("file"));
        assertThat(folder.resolve("link")).hasContent("content");
    }

    @Test
    @Covers("IORING_OP_LINKAT")
    void aHardLinkIsTheSameFile() throws IOException {
        needs(IORING_OP_LINKAT);
        sq().linkat(Fd.CWD, path(file), Fd.CWD, path(other), 0);
        assertThat(result()).isZero();
        assertThat(Files.isSameFile(file, other)).isTrue();
        sq().linkat(Fd.CWD, path(file), Fd.CWD, path(other), 0);
        assertThat(result()).isEqualTo(error(Errno.EEXIST));
    }

    @Test
    @Covers("IORING_OP_LINKAT")
    void aHardLinkFollowsASymbolicOneWhenToldSo() throws IOException {
        needs(IORING_OP_LINKAT);
        Path link = Files.createSymbolicLink(folder.resolve("link"), file);
        sq().linkat(Fd.CWD, path(link), Fd.CWD, path(other), LibC.AT_SYMLINK_FOLLOW());
        assertThat(result()).isZero();
        assertThat(Files.isRegularFile(other, LinkOption.NOFOLLOW_LINKS)).isTrue();
    }
}

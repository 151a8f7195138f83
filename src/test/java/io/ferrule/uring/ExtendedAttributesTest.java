package io.ferrule.uring;

import static io.ferrule.uring.UringFlags.XATTR_CREATE;
import static io.ferrule.uring.UringFlags.XATTR_REPLACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Extended attributes, of open files and of paths. */
class ExtendedAttributesTest extends OperationTest {
    @TempDir
    private Path folder;

    private final MemorySegment name = path("user.ferrule");
    private final MemorySegment buffer = arena.allocate(64);
    private MemorySegment path;
    private Fd file;

    @BeforeEach
    void open() throws IOException {
        needs(Opcode.IORING_OP_FSETXATTR);
        Path created = Files.createFile(folder.resolve("file"));
        path = path(created);
        file = keep(Fd.open(created, LibC.O_RDWR(), 0));
        sq().fgetxattr(file, name, buffer);
        assumeTrue(result() != error(Errno.EOPNOTSUPP), "needs a file system with user attributes in " + folder);
    }

    @Test
    @Covers({"IORING_OP_FSETXATTR", "IORING_OP_FGETXATTR"})
    void anAttributeOfAnOpenFileIsSetAndRead() throws IOException {
        sq().fsetxattr(file, name, bytes("a value"), 0).link();
        sq().fgetxattr(file, name, buffer);
        assertThat(result()).isZero();
        assertThat(text(buffer, result())).isEqualTo("a value");
    }

    @Test
    @Covers({"IORING_OP_SETXATTR", "IORING_OP_GETXATTR"})
    void anAttributeOfAPathIsSetAndRead() throws IOException {
        sq().setxattr(path, name, bytes("a value"), 0).link();
        sq().getxattr(path, name, buffer);
        assertThat(result()).isZero();
        assertThat(text(buffer, result())).isEqualTo("a value");
    }

    @Test
    @Covers("IORING_OP_GETXATTR")
    void anAttributeThatIsNotThereIsAnError() throws IOException {
        sq().getxattr(path, name, buffer);
        assertThat(result()).isEqualTo(error(Errno.ENODATA));
    }

    @Test
    @Covers({"IORING_OP_FSETXATTR", "IORING_OP_SETXATTR"})
    void anAttributeThatIsThereIsNotCreatedAgain() throws IOException {
        sq().fsetxattr(file, name, bytes("1"), XATTR_CREATE);
        assertThat(result()).isZero();
        sq().setxattr(path, name, bytes("2"), XATTR_CREATE);
        assertThat(result()).isEqualTo(error(Errno.EEXIST));
    }

    @Test
    @Covers("IORING_OP_SETXATTR")
    void onlyAnAttributeThatIsThereIsReplaced() throws IOException {
        sq().setxattr(path, name, bytes("1"), XATTR_REPLACE);
        assertThat(result()).isEqualTo(error(Errno.ENODATA));
    }

    @Test
    @Covers({"IORING_OP_FSETXATTR", "IORING_OP_FGETXATTR"})
    void aBufferThatIsTooSmallIsAnError() throws IOException {
        sq().fsetxattr(file, name, bytes("a value"), 0).link();
        sq().fgetxattr(file, name, buffer.asSlice(0, 3));
        assertThat(result()).isZero();
        assertThat(result()).isEqualTo(error(Errno.ERANGE));
    }
}

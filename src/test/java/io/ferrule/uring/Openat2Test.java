package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.bindings.liburing.open_how;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening files with rules for how their paths are resolved. */
class Openat2Test extends OperationTest {
    @TempDir
    private Path folder;

    private Fd directory;

    @BeforeEach
    void open() throws IOException {
        needs(Opcode.IORING_OP_OPENAT2);
        Files.writeString(folder.resolve("file"), "content");
        Files.createSymbolicLink(folder.resolve("link"), Path.of("file"));
        Files.createSymbolicLink(folder.resolve("root"), Path.of("/file"));
        directory = keep(Fd.open(folder, LibC.O_RDONLY(), 0));
    }

    private int open(String path, int resolve) throws IOException {
        MemorySegment how = open_how.allocate(arena).fill((byte) 0);
        open_how.flags(how, LibC.O_RDONLY() | LibC.O_CLOEXEC());
        open_how.resolve(how, resolve);
        sq().openat2(directory, path(path), how);
        return result();
    }

    @Test
    @Covers("IORING_OP_OPENAT2")
    void withoutRulesItOpensAsOpenat() throws IOException {
        assertThat(Pipe.read(descriptor(open("link", 0)))).isEqualTo("content");
    }

    @Test
    @Covers("IORING_OP_OPENAT2")
    void symbolicLinksAreRefused() throws IOException {
        assertThat(open("link", LibUring.RESOLVE_NO_SYMLINKS())).isEqualTo(error(Errno.ELOOP));
        assertThat(Pipe.read(descriptor(open("file", LibUring.RESOLVE_NO_SYMLINKS()))))
                .isEqualTo("content");
    }

    @Test
    @Covers("IORING_OP_OPENAT2")
    void pathsThatLeaveTheDirectoryAreRefused() throws IOException {
        assertThat(open("../x", LibUring.RESOLVE_BENEATH())).isEqualTo(error(Errno.EXDEV));
        assertThat(open("root", LibUring.RESOLVE_BENEATH())).isEqualTo(error(Errno.EXDEV));
    }

    @Test
    @Covers("IORING_OP_OPENAT2")
    void theDirectoryCanStandForTheRoot() throws IOException {
        assertThat(Pipe.read(descriptor(open("root", LibUring.RESOLVE_IN_ROOT()))))
                .isEqualTo("content");
    }

    @Test
    @Covers("IORING_OP_OPENAT2")
    void otherFileSystemsAreRefused() throws IOException {
        MemorySegment how = open_how.allocate(arena).fill((byte) 0);
        open_how.resolve(how, LibUring.RESOLVE_NO_XDEV());
        sq().openat2(keep(Fd.open(Path.of("/"), LibC.O_RDONLY(), 0)), path("proc/self"), how);
        assertThat(result()).isEqualTo(error(Errno.EXDEV));
    }

    @Test
    @Covers("IORING_OP_OPENAT2")
    void unknownRulesAreRefused() throws IOException {
        assertThat(open("file", 1 << 30)).isEqualTo(error(Errno.EINVAL));
    }
}

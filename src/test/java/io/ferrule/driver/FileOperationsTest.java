package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.statx;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import io.ferrule.testing.Descriptors;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files and directories. */
class FileOperationsTest extends DriverContract {
    private static final long NOTHING = 0;

    @TempDir
    Path directory;

    private final MemorySegment buffer = arena.allocate(64);

    private Path path(String name) {
        return directory.resolve(name);
    }

    private MemorySegment cPath(String name) {
        return path(path(name));
    }

    private Fd open(String name, int flags) throws IOException {
        return keep(Fd.open(path(name), flags, 0644));
    }

    private Fd create(String name) throws IOException {
        return open(name, LibC.O_RDWR() | LibC.O_CREAT());
    }

    private static TestOperation at(OperationKind kind, MemorySegment path) {
        return TestOperation.of(kind, Fd.CWD, path).length(NOTHING);
    }

    @Test
    void aFileIsOpenedAndClosed() throws IOException {
        Files.writeString(path("file"), "hello");
        int number = result(at(OperationKind.OPEN, cPath("file")).flags(LibC.O_RDONLY()));
        assertThat(Files.readSymbolicLink(Path.of("/proc/self/fd/" + number))).isEqualTo(path("file"));
        assertThat(result(TestOperation.of(OperationKind.CLOSE, Fd.borrow(number))))
                .isZero();
        assertThat(Descriptors.openTo(path("file").toString())).isZero();
    }

    @Test
    void aFileIsCreatedWithItsMode() throws IOException {
        int flags = LibC.O_WRONLY() | LibC.O_CREAT() | LibC.O_EXCL();
        descriptor(result(at(OperationKind.OPEN, cPath("new")).flags(flags).length(0600)));
        assertThat(Files.getPosixFilePermissions(path("new"))).hasSize(2);
    }

    @Test
    void whatIsOpenedIsClosedOnExec() throws IOException {
        Files.createFile(path("file"));
        Fd file = descriptor(result(at(OperationKind.OPEN, cPath("file")).flags(LibC.O_RDONLY())));
        assertThat(LibC.fcntl.makeInvoker().apply(file.number(), LibC.F_GETFD()))
                .isEqualTo(LibC.FD_CLOEXEC());
    }

    @Test
    void aMissingFileIsAnError() throws IOException {
        assertThat(result(at(OperationKind.OPEN, cPath("none")).flags(LibC.O_RDONLY())))
                .isEqualTo(error(Errno.ENOENT));
    }

    @Test
    void bytesAreWrittenAndReadAtAPlace() throws IOException {
        Fd file = create("file");
        assertThat(result(TestOperation.write(file, bytes("world")).inFile(6))).isEqualTo(5);
        assertThat(result(TestOperation.write(file, bytes("hello,")).inFile(0))).isEqualTo(6);
        assertThat(result(TestOperation.read(file, buffer).inFile(3))).isEqualTo(8);
        assertThat(text(buffer, 8)).isEqualTo("lo,world");
        assertThat(Files.readString(path("file"))).isEqualTo("hello,world");
    }

    @Test
    void withoutAPlaceTheFilesOwnPositionIsUsedAndMoved() throws IOException {
        Fd file = create("file");
        assertThat(result(TestOperation.write(file, bytes("one")).inFile(-1))).isEqualTo(3);
        assertThat(result(TestOperation.write(file, bytes("two")).inFile(-1))).isEqualTo(3);
        assertThat(Files.readString(path("file"))).isEqualTo("onetwo");
    }

    @Test
    void readingAtTheEndGivesNothing() throws IOException {
        assertThat(result(TestOperation.read(create("file"), buffer).inFile(0))).isZero();
    }

    @Test
    void piecesAreWrittenAndRead() throws IOException {
        Fd file = create("file");
        MemorySegment gathered =
                IovecArray.of(arena, bytes("one"), bytes("two"), bytes("three")).segment();
        assertThat(result(TestOperation.of(OperationKind.WRITEV, file, gathered)
                        .length(3)
                        .inFile(2)))
                .isEqualTo(11);
        MemorySegment scattered = IovecArray.of(arena, buffer.asSlice(0, 4), buffer.asSlice(8, 16))
                .segment();
        assertThat(result(TestOperation.of(OperationKind.READV, file, scattered)
                        .length(2)
                        .inFile(2)))
                .isEqualTo(11);
        assertThat(text(buffer, 4)).isEqualTo("onet");
        assertThat(text(buffer.asSlice(8), 7)).isEqualTo("wothree");
    }

    @Test
    void aFileIsSynced() throws IOException {
        Fd file = create("file");
        assertThat(result(TestOperation.of(OperationKind.FSYNC, file))).isZero();
        assertThat(result(TestOperation.of(OperationKind.FDATASYNC, file))).isZero();
    }

    @Test
    void whatCannotBeSyncedIsAnError() throws IOException {
        assertThat(result(TestOperation.of(OperationKind.FSYNC, pipe().writer())))
                .isEqualTo(error(Errno.EINVAL));
    }

    @Test
    void spaceIsAllocated() throws IOException {
        TestOperation allocate = TestOperation.of(OperationKind.ALLOCATE, create("file"));
        allocate.offset = 1000;
        allocate.length = 24;
        assertThat(result(allocate)).isZero();
        assertThat(path("file")).hasSize(1024);
    }

    @Test
    void aFileIsCutOff() throws IOException {
        Files.writeString(path("file"), "hello, world");
        Fd file = open("file", LibC.O_RDWR());
        assertThat(result(TestOperation.of(OperationKind.TRUNCATE, file).length(5)))
                .isZero();
        assertThat(path("file")).hasContent("hello");
    }

    @Test
    void aFilesStatusIsWhatJavaSays() throws IOException {
        Files.writeString(path("file"), "hello");
        MemorySegment status = statx.allocate(arena);
        assertThat(result(at(OperationKind.STATX, cPath("file"))
                        .length(LibC.STATX_SIZE())
                        .second(status)))
                .isZero();
        assertThat(statx.stx_size(status)).isEqualTo(5);
    }

    @Test
    void directoriesAreMadeAndRemoved() throws IOException {
        assertThat(result(at(OperationKind.MKDIR, cPath("dir")).length(0700))).isZero();
        assertThat(path("dir")).isDirectory();
        assertThat(result(at(OperationKind.UNLINK, cPath("dir")).flags(LibC.AT_REMOVEDIR())))
                .isZero();
        assertThat(path("dir")).doesNotExist();
    }

    @Test
    void filesAreLinkedRenamedAndRemoved() throws IOException {
        Files.writeString(path("file"), "hello");
        assertThat(result(at(OperationKind.LINK, cPath("file")).second(Fd.CWD).second(cPath("link"))))
                .isZero();
        assertThat(result(at(OperationKind.UNLINK, cPath("file")))).isZero();
        assertThat(result(at(OperationKind.RENAME, cPath("link")).second(Fd.CWD).second(cPath("other"))))
                .isZero();
        assertThat(path("other")).hasContent("hello");
        assertThat(directory).isDirectoryNotContaining("glob:**/{file,link}");
    }

    @Test
    void aRenameCanBeForbiddenToReplace() throws IOException {
        int noReplace = 1;
        Files.writeString(path("one"), "1");
        Files.writeString(path("two"), "2");
        TestOperation rename = at(OperationKind.RENAME, cPath("one"))
                .second(Fd.CWD)
                .second(cPath("two"))
                .flags(noReplace);
        assertThat(result(rename)).isEqualTo(error(Errno.EEXIST));
    }

    @Test
    void aSymbolicLinkIsMade() throws IOException {
        assertThat(result(at(OperationKind.SYMLINK, bytes("to/where\0"))
                        .second(Fd.CWD)
                        .second(cPath("link"))))
                .isZero();
        assertThat(Files.readSymbolicLink(path("link"))).isEqualTo(Path.of("to/where"));
    }

    @Test
    void manyFilesAreReadAtOnce() throws IOException {
        int count = 100;
        TestOperation[] reads = new TestOperation[count];
        MemorySegment[] buffers = new MemorySegment[count];
        for (int i = 0; i < count; i++) {
            Files.writeString(path("file" + i), "content " + i);
            buffers[i] = arena.allocate(16);
            reads[i] = TestOperation.read(open("file" + i, LibC.O_RDONLY()), buffers[i])
                    .inFile(0);
        }
        start(reads);
        await(reads);
        for (int i = 0; i < count; i++) {
            assertThat(text(buffers[i], reads[i].result())).isEqualTo("content " + i);
        }
    }
}

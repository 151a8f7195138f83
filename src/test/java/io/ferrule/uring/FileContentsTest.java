package io.ferrule.uring;

import static io.ferrule.uring.Opcode.IORING_OP_FTRUNCATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
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

/** What files hold and how large they are: sizes, ranges, advice, and reads and writes with flags. */
class FileContentsTest extends OperationTest {
    @TempDir
    private Path folder;

    private Path path;
    private Fd file;

    @BeforeEach
    void open() throws IOException {
        path = Files.writeString(folder.resolve("file"), "0123456789");
        file = keep(Fd.open(path, LibC.O_RDWR(), 0));
    }

    private Fd readOnly() throws IOException {
        return keep(Fd.open(path, LibC.O_RDONLY(), 0));
    }

    @Test
    @Covers("IORING_OP_FTRUNCATE")
    void aFileIsCutOffAndLengthened() throws IOException {
        needs(IORING_OP_FTRUNCATE);
        sq().ftruncate(file, 4).link();
        sq().ftruncate(file, 6);
        assertThat(result()).isZero();
        assertThat(result()).isZero();
        assertThat(path).hasContent("0123\0\0");
    }

    @Test
    @Covers("IORING_OP_FTRUNCATE")
    void aFileThatIsOnlyReadKeepsItsSize() throws IOException {
        needs(IORING_OP_FTRUNCATE);
        sq().ftruncate(readOnly(), 0);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
        assertThat(path).hasContent("0123456789");
    }

    @Test
    @Covers("IORING_OP_FALLOCATE")
    void allocatingARangeLengthensTheFile() throws IOException {
        sq().fallocate(file, 0, 100, 28);
        assertThat(result()).isZero();
        assertThat(Files.size(path)).isEqualTo(128);
    }

    @Test
    @Covers("IORING_OP_FALLOCATE")
    void allocatingARangeLeavesTheSizeWhenToldSo() throws IOException {
        sq().fallocate(file, LibC.FALLOC_FL_KEEP_SIZE(), 0, 1 << 20);
        assertThat(result()).isZero();
        assertThat(Files.size(path)).isEqualTo(10);
    }

    @Test
    @Covers("IORING_OP_FALLOCATE")
    void aHoleIsZeroes() throws IOException {
        sq().fallocate(file, LibC.FALLOC_FL_KEEP_SIZE() | LibC.FALLOC_FL_PUNCH_HOLE(), 2, 3);
        assertThat(result()).isZero();
        assertThat(path).hasContent("01\0\0\0" + "56789");
    }

    @Test
    @Covers("IORING_OP_FALLOCATE")
    void aRangeOfNoLengthIsNotAllocated() throws IOException {
        sq().fallocate(file, 0, 0, 0);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers("IORING_OP_FADVISE")
    void adviceAboutAFileIsTaken() throws IOException {
        sq().fadvise(file, 0, 10, LibC.POSIX_FADV_SEQUENTIAL());
        assertThat(result()).isZero();
        sq().fadvise(file, 0, 0, LibC.POSIX_FADV_DONTNEED());
        assertThat(result()).isZero();
    }

    @Test
    @Covers("IORING_OP_FADVISE")
    void adviceAboutAPipeIsRefused() throws IOException {
        sq().fadvise(keep(Pipe.open()).reader(), 0, 0, LibC.POSIX_FADV_NORMAL());
        assertThat(result()).isEqualTo(error(Errno.ESPIPE));
    }

    @Test
    @Covers("IORING_OP_FADVISE")
    void adviceNobodyKnowsIsRefused() throws IOException {
        sq().fadvise(file, 0, 10, 1000);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers("IORING_OP_MADVISE")
    void memoryThatIsNotNeededIsZeroAfterwards() throws IOException {
        long page = 4096;
        MemorySegment pages = LibC.mmap(
                        MemorySegment.NULL,
                        4 * page,
                        LibC.PROT_READ() | LibC.PROT_WRITE(),
                        LibC.MAP_PRIVATE() | LibC.MAP_ANONYMOUS(),
                        -1,
                        0)
                .reinterpret(4 * page);
        keep(() -> LibC.munmap(pages, 4 * page));
        pages.fill((byte) 1);
        sq().madvise(pages.asSlice(0, page), LibC.MADV_DONTNEED());
        assertThat(result()).isZero();
        assertThat(pages.get(ValueLayout.JAVA_BYTE, 0)).isZero();
        assertThat(pages.get(ValueLayout.JAVA_BYTE, page)).as("the next page").isOne();
        sq().madvise(pages.asSlice(8, page), LibC.MADV_DONTNEED());
        assertThat(result()).as("not aligned").isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers("IORING_OP_SYNC_FILE_RANGE")
    void aRangeIsWrittenBack() throws IOException {
        sq().syncFileRange(file, 0, 0, LibC.SYNC_FILE_RANGE_WRITE() | LibC.SYNC_FILE_RANGE_WAIT_AFTER());
        assertThat(result()).isZero();
    }

    @Test
    @Covers("IORING_OP_SYNC_FILE_RANGE")
    void aPipeHasNoRangeToWriteBack() throws IOException {
        sq().syncFileRange(keep(Pipe.open()).writer(), 0, 0, LibC.SYNC_FILE_RANGE_WRITE());
        assertThat(result()).isEqualTo(error(Errno.ESPIPE));
    }

    @Test
    @Covers("IORING_OP_READV")
    void aFileIsReadIntoSeveralPiecesWithFlags() throws IOException {
        MemorySegment first = arena.allocate(3);
        MemorySegment second = arena.allocate(4);
        sq().readv(file, IovecArray.of(arena, first, second), 2, 1, LibC.RWF_NOWAIT());
        int read = result();
        assumeTrue(read != error(Errno.EOPNOTSUPP), "needs a file system that knows RWF_NOWAIT");
        if (read == error(Errno.EAGAIN)) { // not in the page cache
            sq().readv(file, IovecArray.of(arena, first, second), 2, 1, 0);
            read = result();
        }
        assertThat(read).isEqualTo(7);
        assertThat(text(first) + "|" + text(second)).isEqualTo("123|4567");
    }

    @Test
    @Covers("IORING_OP_WRITEV")
    void aFileIsWrittenFromSeveralPiecesWithFlags() throws IOException {
        IovecArray pieces = IovecArray.of(arena, bytes("ab"), bytes("cd"));
        sq().writev(file, pieces, 2, 0, LibC.RWF_APPEND() | LibC.RWF_DSYNC());
        assertThat(result()).isEqualTo(4);
        assertThat(path).hasContent("0123456789abcd");
    }

    @Test
    @Covers("IORING_OP_WRITE")
    void flagsOfAPlainWriteAreTaken() throws IOException {
        sq().write(file, bytes("ab"), 0).rwFlags(LibC.RWF_APPEND());
        assertThat(result()).isEqualTo(2);
        assertThat(path).hasContent("0123456789ab");
    }

    @Test
    @Covers("IORING_OP_READ")
    void flagsThatNobodyKnowsAreRefused() throws IOException {
        sq().read(file, arena.allocate(4), 0).rwFlags(1 << 30);
        assertThat(result()).isIn(error(Errno.EOPNOTSUPP), error(Errno.EINVAL));
    }

    @Test
    @Covers({"IORING_OP_READV_FIXED", "IORING_OP_WRITEV_FIXED"})
    void registeredBuffersAreReadAndWrittenInPieces() throws IOException {
        needs(Opcode.IORING_OP_READV_FIXED);
        MemorySegment buffer = arena.allocate(16).fill((byte) '.');
        ring.register().buffers(buffer);
        IovecArray pieces = IovecArray.of(arena, buffer.asSlice(8, 2), buffer.asSlice(1, 3));
        sq().readvFixed(file, pieces, 2, 4, 0, 0);
        assertThat(result()).isEqualTo(5);
        assertThat(text(buffer)).isEqualTo(".678....45......");
        sq().writevFixed(file, pieces, 2, 0, 0, 0);
        assertThat(result()).isEqualTo(5);
        assertThat(path).hasContent("4567856789");
    }

    @Test
    @Covers("IORING_OP_READV_FIXED")
    void piecesOutsideTheRegisteredBufferAreRefused() throws IOException {
        needs(Opcode.IORING_OP_READV_FIXED);
        ring.register().buffers(arena.allocate(16));
        sq().readvFixed(file, IovecArray.of(arena, arena.allocate(16)), 1, 0, 0, 0);
        assertThat(result()).isEqualTo(error(Errno.EFAULT));
    }
}

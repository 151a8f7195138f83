package io.ferrule.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data and holes: a file with one page of data at 6 GiB, an offset that no int holds, and a hole before and behind it. */
class SparseFileTest {
    private static final long DATA = 6L << 30;
    private static final long SIZE = DATA + (1 << 20);

    @TempDir
    private Path directory;

    private Fd fd;

    @BeforeEach
    void open() throws IOException {
        Path path = directory.resolve("sparse");
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(DATA);
            file.write(new byte[4096]);
            file.setLength(SIZE);
        }
        fd = Fd.open(path, 0, 0);
        assumeTrue(fd.nextData(0) > 0, "needs a filesystem that has holes");
    }

    @AfterEach
    void close() throws IOException {
        fd.close();
    }

    @Test
    void theNextDataIsFoundBehindAHole() throws IOException {
        assertThat(fd.nextData(0)).isEqualTo(DATA);
        assertThat(fd.nextData(DATA + 1)).isEqualTo(DATA + 1);
    }

    @Test
    void theNextHoleIsFoundBehindTheData() throws IOException {
        assertThat(fd.nextHole(0)).isZero();
        assertThat(fd.nextHole(DATA)).isBetween(DATA + 4096, SIZE - 1);
    }

    @Test
    void behindTheLastDataThereIsNone() throws IOException {
        assertThat(fd.nextData(SIZE - 1)).isEqualTo(-1);
    }

    @Test
    void atTheEndOfTheFileThereIsNeither() throws IOException {
        assertThat(fd.nextData(SIZE)).isEqualTo(-1);
        assertThat(fd.nextHole(SIZE)).isEqualTo(-1);
    }

    @Test
    void aPipeHasNoHoles() throws IOException {
        try (Pipe pipe = Pipe.open(0)) {
            assertThatThrownBy(() -> pipe.reader().nextData(0))
                    .isInstanceOfSatisfying(
                            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ESPIPE));
        }
    }
}

package io.ferrule.examples.cp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What only shows from inside: faults put between two stages, and what the copying thread allocates. */
@Timeout(60)
class CopierTest {
    private static final CopyOptions CHECKED = new CopyOptions(1 << 16, 8, false, true, true, false);

    @TempDir
    private Path directory;

    private Path source;
    private Path copy;

    @BeforeEach
    void nameFiles() throws IOException {
        source = Files.write(directory.resolve("source"), new byte[1 << 20]);
        copy = directory.resolve("copy");
    }

    @Test
    void aCopyThatReadsBackDifferentlyIsDeleted() {
        Progress corrupt =
                at(Progress.Stage.READING_BACK, () -> Files.write(draft(), new byte[] {1}, StandardOpenOption.WRITE));

        assertThatIOException()
                .isThrownBy(() -> new Copier(source, copy, CHECKED, corrupt).copy())
                .withMessageContaining("differs from " + source);
        assertThat(directory).isDirectoryNotContaining("glob:**{copy,.ferrule*}");
    }

    @Test
    void aSourceThatBecomesShorterMeanwhileIsAFailure() {
        Progress shorten = at(Progress.Stage.COPYING, () -> Files.write(source, new byte[10]));

        assertThatIOException()
                .isThrownBy(() -> new Copier(source, copy, CHECKED, shorten).copy())
                .withMessageContaining("became shorter while it was read");
        assertThat(directory).isDirectoryNotContaining("glob:**{copy,.ferrule*}");
    }

    @Test
    void aCancelledCopyLeavesNothing() {
        AtomicReference<Copier> copier = new AtomicReference<>();
        copier.set(new Copier(
                source,
                copy,
                CHECKED,
                at(Progress.Stage.READING_BACK, () -> copier.get().cancel())));

        assertThatThrownBy(() -> copier.get().copy()).isInstanceOf(CopyCancelledException.class);
        assertThat(directory).isDirectoryNotContaining("glob:**{copy,.ferrule*}");
    }

    @Test
    void aFileThatTurnsUpMeanwhileIsNotReplaced() throws IOException {
        Progress intrude = at(Progress.Stage.READING_BACK, () -> Files.writeString(copy, "somebody else's"));

        assertThatIOException().isThrownBy(() -> new Copier(source, copy, CHECKED, intrude).copy());
        assertThat(copy).hasContent("somebody else's");
        assertThat(directory).isDirectoryNotContaining("glob:**.ferrule*");
    }

    @Test
    void whatIsAllocatedDoesNotGrowWithTheNumberOfBlocks() throws IOException {
        Path large = Files.write(directory.resolve("large"), new byte[16 << 20]);
        int moreBlocks = (16 - 1) * (1 << 20) / 4096;
        double bytesPerBlock;
        long begun = System.nanoTime();
        do { // until the JVM has compiled it, which may take long on a busy machine
            bytesPerBlock = (double) (allocatedBy(large) - allocatedBy(source)) / moreBlocks;
        } while (bytesPerBlock >= 8 && System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(30));

        assertThat(bytesPerBlock).isLessThan(8); // no object is as small
    }

    private long allocatedBy(Path file) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Copier copier = new Copier(file, copy, new CopyOptions(4096, 8, false, true, false, true), Progress.NONE);
        long before = threads.getCurrentThreadAllocatedBytes();
        copier.copy();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private Path draft() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(".ferrule"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @FunctionalInterface
    private interface Mischief {
        void happen() throws IOException;
    }

    /** Something that happens as a stage begins. */
    private static Progress at(Progress.Stage when, Mischief mischief) {
        return new Progress() {
            @Override
            public void started(Stage stage, long total) {
                if (stage == when) {
                    try {
                        mischief.happen();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            }

            @Override
            public void reached(long position) {}
        };
    }
}

package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.testing.Jvm;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a loop on mapped files tells its users. */
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MappedLoopTest {
    @TempDir
    Path folder;

    @Test
    void whatIsNoFileIsRefusedInWords() throws IOException {
        try (Loop loop = Loop.open(LoopOptions.defaults().driver("mmap"))) {
            assertThatThrownBy(() -> loop.listen(LoopContract.LOOPBACK).await())
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("the driver of this loop, mmap, has no listen: take another, such as uring or epoll");
            assertThatThrownBy(() -> loop.pipe().await())
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("the driver of this loop, mmap, has no pipe: take another, such as uring or epoll");
        }
    }

    @Test
    @Tag("subprocess")
    void whoReadsWhatSomebodyCutsOffIsToldSo() throws Exception {
        Jvm.Result result = Jvm.onModulePath(Reading.class)
                .arguments(folder.resolve("file").toString())
                .run();
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.out())
                .startsWith("read on ")
                .contains("EFAULT")
                .contains("somebody has made it shorter while it was copied")
                .endsWith("still alive\n");
    }

    /** Reads a file that somebody makes shorter and longer, until that fails. */
    static final class Reading {
        private static final int SIZE = 1 << 20;

        public static void main(String[] arguments) throws Exception {
            Path path = Path.of(arguments[0]);
            AtomicBoolean over = new AtomicBoolean();
            Thread other = Thread.ofPlatform().start(() -> shortenAndLengthen(path, over));
            try (Loop loop = Loop.open(LoopOptions.defaults().driver("mmap"));
                    File file = loop.openFile(
                                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)
                            .await()) {
                Buffer buffer = Buffer.allocate(SIZE);
                for (; ; ) {
                    file.read(buffer, 0).await();
                }
            } catch (ErrnoException e) {
                if (e.errno() != Errno.EFAULT) {
                    throw e;
                }
                System.out.println(e.getMessage());
            } finally {
                over.set(true);
                other.join();
            }
            System.out.println("still alive");
        }

        private static void shortenAndLengthen(Path path, AtomicBoolean over) {
            try (var file = new RandomAccessFile(path.toFile(), "rw")) {
                while (!over.get()) {
                    file.setLength(SIZE);
                    file.setLength(1);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Fd;
import io.ferrule.testing.PageCache;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A thread that waits for what is in the page cache reads it itself, where the driver lets it; the loop still owns the descriptor. */
class ReadsAtOnceTest extends LoopContract {
    private static final String TEXT = "in the page cache";

    @TempDir
    Path folder;

    private File file(String name, String content) throws IOException {
        return loop.openFile(Files.writeString(folder.resolve(name), content)).await();
    }

    private static <T> T onVirtualThread(Callable<T> work) throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            return threads.submit(work).get();
        }
    }

    private void needSharedReads() {
        assumeTrue(loop.sharesReads(), () -> driver + " reads all files itself");
    }

    /** How many reads the loop had to do. */
    private long readsOfTheLoop(Callable<?> work) throws Exception {
        long before = loop.counters().submitted();
        work.call();
        return loop.counters().submitted() - before;
    }

    @Test
    void whatIsCachedIsReadWithoutTheLoop() throws Exception {
        needSharedReads();
        File file = file("file", TEXT);
        Buffer buffer = Buffer.allocate(TEXT.length());
        long byTheLoop = PageCache.tryUntil(
                0L,
                () -> readsOfTheLoop(() -> onVirtualThread(() -> {
                    for (int i = 0; i < 100; i++) {
                        assertThat(file.read(buffer, 0).await()).isEqualTo(TEXT.length());
                    }
                    return null;
                })));
        assertThat(buffer.getString(0, TEXT.length(), UTF_8)).isEqualTo(TEXT);
        assertThat(byTheLoop).isZero();
    }

    @Test
    void whatIsNotInMemoryIsReadByTheLoop() throws Exception {
        File file = file("file", TEXT);
        Buffer buffer = Buffer.allocate(TEXT.length());
        try (Fd same = Fd.open(folder.resolve("file"), LibC.O_RDONLY(), 0)) {
            long byTheLoop = PageCache.tryUntil(
                    1L,
                    () -> readsOfTheLoop(() -> {
                        assumeTrue(PageCache.drop(same), "needs a file system that lets go of a file's pages");
                        assertThat(file.read(buffer, 0).await()).isEqualTo(TEXT.length());
                        return null;
                    }));
            assertThat(buffer.getString(0, TEXT.length(), UTF_8)).isEqualTo(TEXT);
            assertThat(byTheLoop).isOne();
        }
    }

    @Test
    void theEndOfTheFileIsFound() throws IOException {
        File file = file("file", TEXT);
        Buffer buffer = Buffer.allocate(100);
        assertThat(file.read(buffer, 3).await()).isEqualTo(TEXT.length() - 3);
        assertThat(file.read(buffer, TEXT.length()).await()).isZero();
        assertThatThrownBy(() -> file.readFully(buffer, 0, 100, 0).await()).hasMessageContaining("the end came");
    }

    @Test
    void theBufferIsFreeAfterwards() throws IOException {
        File file = file("file", TEXT);
        Buffer buffer = Buffer.allocate(TEXT.length());
        file.read(buffer, 0).await();
        assertThat(buffer.isInFlight()).isFalse();
        buffer.close();
        assertThatThrownBy(() -> file.read(buffer, 0).await()).hasMessageContaining("closed");
    }

    @Test
    void anInterruptedThreadStaysInterrupted() throws Exception {
        needSharedReads();
        File file = file("file", TEXT);
        Buffer buffer = Buffer.allocate(TEXT.length());
        long byTheLoop = PageCache.tryUntil(
                0L,
                () -> readsOfTheLoop(() -> {
                    Thread.currentThread().interrupt();
                    try {
                        assertThat(file.read(buffer, 0).await()).isEqualTo(TEXT.length());
                    } catch (OperationCancelledException e) {
                        // It was for the loop to read, after all.
                    }
                    assertThat(Thread.interrupted()).isTrue();
                    return null;
                }));
        assertThat(byTheLoop).isZero();
    }

    // ---- closing ----

    @Test
    void aFileIsClosedWhenNobodyReadsItAnyMore() throws Exception {
        File file = file("file", TEXT);
        assertThat(file.enter()).isTrue();
        assertThat(file.enter()).isTrue();
        CompletableFuture<Void> closed = file.closeAsync();
        file.leave();
        settle();
        assertThat(closed).isNotDone();
        file.leave();
        closed.get();
        assertThat(file.enter()).isFalse();
    }

    @Test
    void theLoopIsClosedWhenNobodyReadsItsFilesAnyMore() throws Exception {
        File file = file("file", TEXT);
        assertThat(file.enter()).isTrue();
        CompletableFuture<Void> closed = CompletableFuture.runAsync(loop::close);
        while (file.isOpen()) {
            Thread.onSpinWait();
        }
        assertThat(closed).isNotDone();
        file.leave();
        closed.get();
    }

    /** A number that is used again for another file at once, while threads read: none of them ever gets bytes of the other. */
    @Test
    void nobodyReadsTheNextFileOfThatNumber() throws Exception {
        int size = 4096;
        Path[] paths = {
            Files.writeString(folder.resolve("a"), "a".repeat(size)),
            Files.writeString(folder.resolve("b"), "b".repeat(size))
        };
        AtomicInteger reads = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < 100; round++) {
                File file = loop.openFile(paths[round % 2]).await();
                byte expected = (byte) (round % 2 == 0 ? 'a' : 'b');
                List<Future<?>> readers = new ArrayList<>();
                int before = reads.get();
                for (int i = 0; i < 4; i++) {
                    readers.add(threads.submit(() -> readUntilClosed(file, expected, reads)));
                }
                while (reads.get() < before + 20) {
                    Thread.onSpinWait();
                }
                file.close();
                File next = loop.openFile(paths[(round + 1) % 2]).await();
                for (Future<?> reader : readers) {
                    reader.get();
                }
                next.close();
            }
        }
    }

    private static void readUntilClosed(File file, byte expected, AtomicInteger reads) {
        Buffer buffer = Buffer.allocate(4096);
        try {
            while (file.read(buffer, 0).await() == 4096) {
                assertThat(buffer.get(0)).isEqualTo(expected);
                assertThat(buffer.get(4095)).isEqualTo(expected);
                reads.incrementAndGet();
            }
        } catch (AsynchronousCloseException | IllegalStateException e) {
            assertThat(file.isOpen()).isFalse();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

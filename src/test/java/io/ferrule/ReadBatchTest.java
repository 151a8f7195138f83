package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.testing.Allocation;
import io.ferrule.testing.PageCache;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads of many files at once. */
class ReadBatchTest extends LoopContract {
    private static final int FILES = 20;
    private static final int RUNS = 5000;

    @TempDir
    Path folder;

    private final File[] files = new File[FILES];
    private final Buffer[] buffers = new Buffer[FILES];
    private ReadBatch batch;

    @BeforeEach
    void openFiles() throws IOException {
        for (int i = 0; i < FILES; i++) {
            files[i] = loop.openFile(Files.writeString(folder.resolve("file" + i), "contents of " + i))
                    .await();
            buffers[i] = Buffer.allocate(100);
        }
        batch = loop.batch(FILES);
    }

    private void describeAll() {
        for (int i = 0; i < FILES; i++) {
            assertThat(batch.add(files[i], buffers[i], 0, 100, 0)).isEqualTo(i);
        }
    }

    private void checkAll() throws IOException {
        for (int i = 0; i < FILES; i++) {
            assertThat(buffers[i].getString(0, batch.bytes(i), UTF_8)).isEqualTo("contents of " + i);
        }
    }

    @Test
    void eachReadHasItsOwnResult() throws IOException {
        describeAll();
        batch.await();
        checkAll();
        assertThat(batch.failures()).isZero();
    }

    @Test
    void aCallbackComesWhenAllAreOver() throws Exception {
        describeAll();
        CompletableFuture<ReadBatch> over = new CompletableFuture<>();
        onLoop(() -> {
            batch.start((value, error) -> over.complete(value));
            assertThat(batch).hasToString("batch of 20 reads, 20 in flight");
            return null;
        });
        assertThat(over.get()).isSameAs(batch);
        checkAll();
    }

    @Test
    void aFutureCompletesWhenAllAreOver() throws Exception {
        describeAll();
        assertThat(batch.future().get()).isSameAs(batch);
        checkAll();
    }

    @Test
    void theLoopsOwnThreadTurnsItMeanwhile() throws IOException {
        try (Loop own = Loop.open(options());
                File file = own.openFile(folder.resolve("file0")).await()) {
            ReadBatch single = own.batch(1);
            single.add(file, buffers[0], 0, 100, 9);
            assertThat(single.await().bytes(0)).isEqualTo(4);
        }
    }

    @Test
    void aReadThatFailsLeavesTheOthersAlone() throws IOException {
        try (File directory = loop.openFile(folder).await()) {
            batch.add(files[0], buffers[0], 0, 100, 0);
            batch.add(directory, buffers[1], 0, 100, 0);
            batch.await();
            assertThat(batch.bytes(0)).isEqualTo(13);
            assertThat(batch.error(1)).hasMessageContaining("EISDIR");
            assertThatThrownBy(() -> batch.bytes(1)).isSameAs(batch.error(1));
            assertThat(batch.failures()).isEqualTo(1);
        }
    }

    @Test
    void itServesAgainWhenItHasBeenCleared() throws IOException {
        describeAll();
        batch.await();
        batch.clear();
        assertThat(batch.count()).isZero();
        batch.add(files[3], buffers[0], 0, 100, 12);
        batch.await();
        assertThat(buffers[0].getString(0, batch.bytes(0), UTF_8)).isEqualTo("3");
    }

    @Test
    void whatWasDescribedMayBeForgotten() throws IOException {
        describeAll();
        batch.clear();
        describeAll();
        batch.await();
        checkAll();
    }

    @Test
    void itAllocatesNoMoreThanItsReadsDo() throws Exception {
        try (Loop own = Loop.open(options());
                File file = own.openFile(folder.resolve("file0")).await()) {
            int[] over = {0};
            TransferCallback one = (bytes, error) -> over[0]++;
            double ofReads = Allocation.bytesPerRun(RUNS, () -> {
                over[0] = 0;
                for (int i = 0; i < 8; i++) {
                    file.read(buffers[i], 0).start(one);
                }
                while (over[0] < 8) {
                    own.turn(-1);
                }
            });
            ReadBatch many = own.batch(8);
            Callback<ReadBatch> all = (value, error) -> over[0] = 8;
            Allocation.assertAtMost(
                    ofReads + 8,
                    RUNS,
                    () -> { // that is smaller than an object
                        over[0] = 0;
                        many.clear();
                        for (int i = 0; i < 8; i++) {
                            many.add(file, buffers[i], 0, 100, 0);
                        }
                        many.start(all);
                        while (over[0] < 8) {
                            own.turn(-1);
                        }
                    });
        }
    }

    @Test
    void allReadsGoToTheKernelWithOneCall() throws Exception {
        assumeTrue(driver.equals("uring"), "needs a driver that hands over many operations at once");
        try (Loop own = Loop.open(options());
                File file = own.openFile(folder.resolve("file0")).await()) {
            long waits = PageCache.tryUntil(1L, () -> {
                ReadBatch many = own.batch(100);
                for (int i = 0; i < 100; i++) {
                    many.add(file, Buffer.allocate(10), 0, 10, 0);
                }
                long before = own.counters().waits();
                many.await(); // what the page cache has is read as it is handed over
                assertThat(many.failures()).isZero();
                return own.counters().waits() - before;
            });
            assertThat(waits).isOne();
        }
    }

    @Test
    void aBufferThatIsNotFreeHasAllRefused() throws IOException {
        batch.add(files[0], buffers[0], 0, 100, 0);
        batch.add(files[1], buffers[0], 0, 100, 0);
        assertThatThrownBy(batch::await)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a request is filling it");
        assertThat(batch.count()).isZero();
        assertThat(buffers[0].isInFlight()).isFalse();
        describeAll();
        batch.await();
        checkAll();
    }

    @Test
    void aFileThatIsClosedMeanwhileFailsItsReadOnly() throws IOException {
        batch.add(files[0], buffers[0], 0, 100, 0);
        batch.add(files[1], buffers[1], 0, 100, 0);
        files[0].close();
        batch.await();
        assertThat(batch.error(0)).isInstanceOf(AsynchronousCloseException.class);
        assertThat(batch.bytes(1)).isEqualTo(13);
    }

    @Test
    void aFullBatchRefusesAnother() {
        describeAll();
        assertThatThrownBy(() -> batch.add(files[0], Buffer.allocate(1), 0, 1, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("the batch is full with 20 reads");
    }

    @Test
    void anEmptyBatchIsNotBegun() {
        assertThatThrownBy(batch::await)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("the batch is empty");
    }

    @Test
    void theFilesOwnPositionIsRefused() {
        assertThatThrownBy(() -> batch.add(files[0], buffers[0], 0, 1, File.HERE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPartOutsideTheBufferIsRefusedAndNotAdded() throws IOException {
        assertThatThrownBy(() -> batch.add(files[0], buffers[0], 50, 51, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(batch.count()).isZero();
        batch.add(files[0], buffers[0], 50, 50, 0);
        assertThat(batch.await().bytes(0)).isEqualTo(13);
    }

    @Test
    void aFileOfAnotherLoopIsRefused() throws IOException {
        try (Loop other = Loop.start(options());
                File theirs = other.openFile(folder.resolve("file0")).await()) {
            assertThatThrownBy(() -> batch.add(theirs, buffers[0], 0, 1, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("belongs to another loop");
        }
    }

    @Test
    void inFlightItRefusesEverythingElse() throws Exception {
        describeAll();
        CompletableFuture<ReadBatch> reading = onLoop(() -> {
            CompletableFuture<ReadBatch> future = batch.future();
            assertThatThrownBy(() -> batch.add(files[0], buffers[0], 0, 1, 0))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("wait until all are over");
            assertThatThrownBy(() -> batch.bytes(0)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(batch::clear).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(batch::future).isInstanceOf(IllegalStateException.class);
            return future;
        });
        reading.get();
        checkAll();
    }

    @Test
    void aCallbackBelongsToTheLoopsThread() {
        describeAll();
        assertThatThrownBy(() -> batch.start((value, error) -> {})).isInstanceOf(WrongThreadException.class);
    }

    @Test
    void afterCloseItIsRefused() {
        describeAll();
        loop.close();
        assertThatThrownBy(batch::await).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> loop.batch(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> batch.add(files[0], buffers[0], 0, 1, 0)).isInstanceOf(IllegalStateException.class);
    }
}

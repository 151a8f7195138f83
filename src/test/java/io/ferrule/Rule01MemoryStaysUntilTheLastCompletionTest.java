package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Abi;
import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rule 1: memory handed to the kernel stays allocated and reachable until the request's last completion, on every path. Each test interrupts requests in
 * the middle, and then looks whether anything writes into memory that is free.
 */
class Rule01MemoryStaysUntilTheLastCompletionTest extends LoopContract {
    private static final int READS = 32;
    private static final int BLOCK = 1 << 18;

    @TempDir
    Path folder;

    /** How a receive that waits for bytes comes to its end before they do. */
    private interface Interruption {
        void end(Connection connection, CompletableFuture<Integer> receive) throws Exception;
    }

    // ---- socket receives ----

    @Test
    void aReceiveThatIsCancelledWritesNothingAfterwards() throws Exception {
        Pair pair = connected();
        Canary canary = new Canary(4096);
        CompletableFuture<Integer> receive =
                pair.server().receive(canary.buffer()).future();
        settle();
        assertThat(canary.buffer().isInFlight()).isTrue();
        receive.cancel(true);
        assertThatThrownBy(receive::get).hasCauseInstanceOf(OperationCancelledException.class);
        canary.assertUntouched();
        assertWhatComesLaterGoesElsewhere(pair, canary);
    }

    @Test
    void aReceiveWhoseTimeIsUpWritesNothingAfterwards() throws Exception {
        Pair pair = connected();
        Canary canary = new Canary(4096);
        assertThatThrownBy(() -> pair.server()
                        .receive(canary.buffer())
                        .within(Duration.ofMillis(1))
                        .await())
                .isInstanceOf(java.net.SocketTimeoutException.class);
        canary.assertUntouched();
        assertWhatComesLaterGoesElsewhere(pair, canary);
    }

    @Test
    void aReceiveThatIsInterruptedWritesNothingAfterwards() throws Exception {
        for (Thread.Builder kind : List.of(Thread.ofPlatform(), Thread.ofVirtual())) {
            Pair pair = connected();
            Canary canary = new Canary(4096);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicReference<Boolean> stillSet = new AtomicReference<>();
            Thread reader = kind.start(() -> {
                thrown.set(catchThrowable(
                        () -> pair.server().receive(canary.buffer()).await()));
                stillSet.set(Thread.currentThread().isInterrupted());
            });
            while (!canary.buffer().isInFlight()) {
                Thread.onSpinWait();
            }
            reader.interrupt();
            reader.join();
            assertThat(thrown.get()).isInstanceOf(OperationCancelledException.class);
            assertThat(stillSet.get()).as("interrupt status").isTrue();
            canary.assertUntouched();
            assertWhatComesLaterGoesElsewhere(pair, canary);
        }
    }

    @Test
    void aReceiveWhoseConnectionIsClosedWritesNothingAfterwards() throws Exception {
        Pair pair = connected();
        Canary canary = new Canary(4096);
        CompletableFuture<Integer> receive =
                pair.server().receive(canary.buffer()).future();
        settle();
        CompletableFuture<Void> closed = pair.server().closeAsync();
        closed.get();
        assertThat(receive).as("is over before the close is").isDone();
        assertThatThrownBy(receive::get).hasCauseInstanceOf(java.nio.channels.AsynchronousCloseException.class);
        sendToNobody(pair.client());
        canary.assertUntouched();
    }

    @Test
    void aReceiveWhoseLoopIsClosedWritesNothingAfterwards() throws Exception {
        Pair pair = connected();
        Canary canary = new Canary(4096);
        CompletableFuture<Integer> receive =
                pair.server().receive(canary.buffer()).future();
        settle();
        loop.close();
        assertThat(receive).as("is over when the loop is closed").isCompletedExceptionally();
        canary.assertUntouched();
    }

    @Test
    void aBufferInFlightCannotBeClosedWrittenOrUsedForAnotherRequest() throws Exception {
        Pair pair = connected();
        Buffer buffer = Buffer.allocate(16);
        CompletableFuture<Integer> receive = pair.server().receive(buffer).future();
        assertThatThrownBy(buffer::close).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> buffer.put(0, (byte) 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(buffer::segment).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pair.client().receive(buffer).future()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pair.client().send(buffer, 0, 1).future()).isInstanceOf(IllegalStateException.class);
        send(pair.client(), "x");
        assertThat(receive.get()).isOne();
        buffer.close();
    }

    private void assertWhatComesLaterGoesElsewhere(Pair pair, Canary canary) throws Exception {
        canary.refill();
        assertReaches(pair.client(), pair.server());
        canary.assertUntouched();
        assertThat(loop.counters().inFlight()).isZero();
    }

    private static void sendToNobody(Connection client) {
        Buffer bytes = buffer("nobody is there");
        // The first is answered with a reset, which the second finds.
        catchThrowable(() -> client.sendFully(bytes, 0, bytes.size()).await());
        catchThrowable(() -> client.sendFully(bytes, 0, bytes.size()).await());
    }

    // ---- O_DIRECT reads ----

    @Test
    void directReadsThatAreCancelledWriteNothingAfterTheyAreOver() throws Exception {
        DirectReads reads = new DirectReads();
        reads.start();
        reads.all.forEach(each -> each.cancel(true));
        reads.assertNothingIsWrittenAfterEachIsOver();
    }

    @Test
    void directReadsWhoseFileIsClosedWriteNothingAfterTheyAreOver() throws Exception {
        DirectReads reads = new DirectReads();
        reads.start();
        reads.file.close();
        assertThat(reads.all).allMatch(CompletableFuture::isDone);
        reads.assertNothingIsWrittenAfterEachIsOver();
    }

    @Test
    void directReadsWhoseLoopIsClosedWriteNothingAfterTheyAreOver() throws Exception {
        DirectReads reads = new DirectReads();
        reads.start();
        loop.close();
        assertThat(reads.all).allMatch(CompletableFuture::isDone);
        reads.assertNothingIsWrittenAfterEachIsOver();
    }

    @Test
    void directReadsWhoseTimeIsUpWriteNothingAfterTheyAreOver() throws Exception {
        DirectReads reads = new DirectReads();
        reads.limit = Duration.ofNanos(1);
        reads.start();
        reads.assertNothingIsWrittenAfterEachIsOver();
    }

    /** Many reads past the page cache, each into a canary that is filled anew as soon as its read is over. */
    private final class DirectReads {
        final File file;
        final List<CompletableFuture<Integer>> all = new ArrayList<>();
        final List<Canary> canaries = new ArrayList<>();
        final List<CompletableFuture<Integer>> refilled = new ArrayList<>();
        Duration limit = Duration.ofSeconds(SECONDS);

        DirectReads() throws IOException {
            Drivers.need(driver, Drivers.Feature.SPECIAL_FILES);
            NativeLibrary.load();
            Path path = folder.resolve("direct");
            Files.write(path, new byte[READS * BLOCK]);
            file = open(path);
        }

        private File open(Path path) throws IOException {
            try {
                return loop.openFile(path, LibC.O_RDONLY() | Abi.value("O_DIRECT"), 0)
                        .await();
            } catch (IOException e) {
                assumeTrue(false, "needs O_DIRECT in the folder for temporary files: " + e);
                throw e;
            }
        }

        void start() throws Exception {
            for (int i = 0; i < READS; i++) {
                canaries.add(new Canary(BLOCK));
            }
            for (int i = 0; i < READS; i++) {
                Canary canary = canaries.get(i);
                CompletableFuture<Integer> read = file.read(canary.buffer(), (long) i * BLOCK)
                        .within(limit)
                        .future();
                all.add(read);
                refilled.add(read.whenComplete((bytes, error) -> {
                    assertThat(canary.buffer().isInFlight()).isFalse();
                    canary.assertGuardsUntouched();
                    canary.refill();
                }));
            }
            settle();
        }

        void assertNothingIsWrittenAfterEachIsOver() throws Exception {
            for (CompletableFuture<Integer> each : refilled) {
                try {
                    assertThat(each.get()).isEqualTo(BLOCK);
                } catch (ExecutionException e) {
                    assertThat(e.getCause()).isInstanceOf(IOException.class);
                }
            }
            // The device has its time to write what it should not: as long as it takes to read the whole file once
            // more.
            try (Loop other = Loop.start(options())) {
                File again = other.openFile(file.path(), LibC.O_RDONLY() | Abi.value("O_DIRECT"), 0)
                        .await();
                Buffer buffer = Buffer.allocate(BLOCK, 4096);
                for (long at = 0; at < (long) READS * BLOCK; at += BLOCK) {
                    again.readFully(buffer, 0, BLOCK, at).await();
                }
            }
            canaries.forEach(Canary::assertUntouched);
        }
    }

    // ---- zero-copy sends ----

    @Test
    void aZeroCopySendIsReadFromItsBufferUntilThatIsFree() throws Exception {
        int size = 1 << 20;
        Pair pair = connected();
        Canary canary = new Canary(size);
        CompletableFuture<Integer> sent =
                pair.client().sendFullyZeroCopy(canary.buffer(), 0, size).future();
        Buffer received = Buffer.allocate(size);
        CompletableFuture<Integer> all =
                pair.server().receiveFully(received, 0, size).future();
        assertThat(sent.get()).isEqualTo(size);
        awaitFree(canary.buffer());
        canary.scribble(); // whoever still read it would send this
        assertThat(all.get()).isEqualTo(size);
        for (int i = 0; i < size; i++) {
            if (received.get(i) != Canary.byteAt(i)) {
                throw new AssertionError("byte " + i + " was sent after the buffer was free");
            }
        }
        canary.assertGuardsUntouched();
    }

    @Test
    void aZeroCopySendWhoseConnectionIsClosedKeepsItsBufferUntilTheKernelLetsGo() throws Exception {
        Pair pair = connected();
        Canary canary = new Canary(1 << 16);
        assertThat(pair.client().sendZeroCopy(canary.buffer(), 0, 1 << 16).await())
                .isPositive();
        pair.client().close(); // the peer has not received it yet
        awaitReceived(pair.server());
        awaitFree(canary.buffer());
        canary.assertUntouched();
        canary.buffer().close();
    }

    @Test
    void aZeroCopySendThatNobodyReceivesGivesItsBufferBackWhenTheLoopIsClosed() throws Exception {
        Pair pair = connected();
        Canary canary = new Canary(1 << 16);
        pair.client().sendZeroCopy(canary.buffer(), 0, 1 << 16).await();
        loop.close();
        canary.assertUntouched();
        canary.buffer().close();
    }

    private static void awaitReceived(Connection connection) throws IOException {
        Buffer buffer = Buffer.allocate(1 << 16);
        while (connection.receive(buffer).await() > 0) {
            // all of it
        }
    }

    private static void awaitFree(Buffer buffer) {
        while (buffer.isInFlight()) {
            Thread.onSpinWait(); // the test has a time limit
        }
    }

    // ---- multishot streams ----

    @Test
    void aStreamThatIsCancelledWritesIntoNoLeaseAfterwards() throws Exception {
        Pair pair = connected();
        BufferLeases leases = loop.leases(4, 1024);
        Stream stream = new Stream(pair.server(), leases);
        send(pair.client(), "first");
        stream.awaitBytes(5);
        stream.subscription.cancel();
        assertThat(stream.end.get().reason()).isEqualTo(StreamEnd.Reason.CANCELLED);
        assertReaches(pair.client(), pair.server());
        assertThat(stream.text()).isEqualTo("first");
        stream.closeLeases();
        assertThat(leases.out()).isZero();
        leases.close();
    }

    @Test
    void aStreamWhoseConnectionIsClosedGivesAllBuffersBack() throws Exception {
        Pair pair = connected();
        BufferLeases leases = loop.leases(4, 1024);
        Stream stream = new Stream(pair.server(), leases);
        send(pair.client(), "first");
        stream.awaitBytes(5);
        pair.server().close();
        assertThat(stream.end.get().reason()).isEqualTo(StreamEnd.Reason.CLOSED);
        sendToNobody(pair.client());
        assertThat(stream.text()).isEqualTo("first");
        stream.closeLeases();
        leases.close();
        assertThat(leases.out()).isZero();
    }

    @Test
    void aLeaseStaysReadableWhenItsLoopIsClosed() throws Exception {
        Pair pair = connected();
        Stream stream = new Stream(pair.server(), loop.leases(4, 1024));
        send(pair.client(), "first");
        stream.awaitBytes(5);
        loop.close();
        assertThat(stream.end.get().reason()).isEqualTo(StreamEnd.Reason.CLOSED);
        assertThat(stream.text()).isEqualTo("first");
        stream.closeLeases();
    }

    /** The pieces of a stream, kept. */
    private static final class Stream {
        private final List<Lease> pieces = new ArrayList<>();
        final CompletableFuture<StreamEnd> end = new CompletableFuture<>();
        final Subscription subscription;

        Stream(Connection connection, BufferLeases leases) {
            subscription = connection.receiveAll(leases, (lease, why) -> {
                if (lease != null) {
                    synchronized (this) {
                        pieces.add(lease);
                        notifyAll();
                    }
                } else {
                    end.complete(why);
                }
            });
        }

        synchronized void awaitBytes(int count) throws InterruptedException {
            while (pieces.stream().mapToInt(Lease::length).sum() < count) {
                wait();
            }
        }

        synchronized String text() {
            StringBuilder text = new StringBuilder();
            pieces.forEach(
                    each -> text.append(each.getString(0, each.length(), java.nio.charset.StandardCharsets.UTF_8)));
            return text.toString();
        }

        synchronized void closeLeases() {
            pieces.forEach(Lease::close);
        }
    }

    // ---- garbage collection ----

    @Test
    void aBufferThatNobodyRefersToIsKeptWhileItsRequestIsInFlight() throws Exception {
        Pair pair = connected();
        WeakReference<Buffer> buffer = receiveAndForget(pair.server());
        settle();
        collect();
        assertThat(buffer.get()).as("the buffer in flight").isNotNull();
        send(pair.client(), "x");
        while (loop.counters().inFlight() > 0) {
            Thread.onSpinWait();
        }
        awaitCollected(buffer); // so that the first part says something
    }

    private static WeakReference<Buffer> receiveAndForget(Connection connection) {
        Buffer buffer = Buffer.allocate(4096);
        connection.receive(buffer).future();
        return new WeakReference<>(buffer);
    }

    @Test
    void aLoopThatNobodyRefersToKeepsTheBuffersInFlight() throws Exception {
        AtomicReference<WeakReference<Buffer>> buffer = new AtomicReference<>();
        Listener listener = keep(listener());
        Thread owner = new Thread(() -> {
            try {
                Loop forgotten = Loop.open(options()); // and never closed
                Connection connection =
                        forgotten.connect(listener.localAddress()).await();
                buffer.set(receiveAndForget(connection));
                forgotten.turn(0);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        owner.start();
        owner.join();
        collect();
        assertThat(buffer.get().get()).as("the buffer in flight").isNotNull();
    }

    private static void collect() {
        WeakReference<Object> probe = new WeakReference<>(new Object());
        awaitCollected(probe);
        System.gc();
    }

    private static void awaitCollected(WeakReference<?> reference) {
        while (reference.get() != null) {
            System.gc(); // the test has a time limit
        }
    }
}

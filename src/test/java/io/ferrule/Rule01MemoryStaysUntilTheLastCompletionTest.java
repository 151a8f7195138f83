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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rule 1: memory handed to the kernel stays allocated and reachable until the request's last completion, on every path. Each test interrupts requests in
 * the middle, and then looks whether anything writes into memory that is free.
 */
class Rule01MemoryStaysUntilTheLastCompletionTest extends LoopContract {
    private static final int READS = 32;
    private static final int BLOCK = 1 << 18;
    private static final int MORE_THAN_SOCKETS_HOLD = 16 << 20;
    private static final int SOAK_ROUNDS = 100;

    @TempDir
    Path folder;

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

    @Test
    void directReadsWhoseThreadsAreInterruptedWriteNothingAfterTheyAreOver() throws Exception {
        DirectReads reads = new DirectReads();
        List<Thread> readers = reads.startAwaiting();
        readers.forEach(Thread::interrupt);
        for (Thread each : readers) {
            each.join();
        }
        reads.assertNothingIsWrittenAfterEachIsOver();
    }

    @Test
    void directReadsIntoBuffersThatNobodyRefersToWriteIntoNothingElse() throws Exception {
        DirectReads reads = new DirectReads();
        reads.startAndForget();
        List<Canary> inTheirPlace = new ArrayList<>();
        while (loop.counters().inFlight() > 0) {
            System.gc();
            inTheirPlace.add(new Canary(BLOCK));
        }
        inTheirPlace.forEach(Canary::assertUntouched);
    }

    @Test
    @Tag("soak")
    @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void directReadsThatEndInAnyWayAgainAndAgainWriteNothingAfterTheyAreOver() throws Exception {
        for (int round = 0; round < SOAK_ROUNDS; round++) {
            DirectReads reads = new DirectReads();
            switch (round % 4) {
                case 0 -> {
                    reads.start();
                    reads.all.forEach(each -> each.cancel(true));
                }
                case 1 -> {
                    reads.start();
                    reads.file.close();
                }
                case 2 -> {
                    reads.limit = Duration.ofNanos(1 + round * 10_000L);
                    reads.start();
                }
                default -> reads.startAwaiting().forEach(Thread::interrupt);
            }
            reads.assertNothingIsWrittenAfterEachIsOver();
            reads.file.close();
        }
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

        /** Each is awaited by a thread of its own. */
        List<Thread> startAwaiting() {
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < READS; i++) {
                Canary canary = new Canary(BLOCK);
                canaries.add(canary);
                Transfer read = file.read(canary.buffer(), (long) i * BLOCK);
                CompletableFuture<Integer> over = new CompletableFuture<>();
                refilled.add(over);
                readers.add((i % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual()).start(() -> {
                    try {
                        int bytes = read.await();
                        canary.assertGuardsUntouched();
                        canary.refill();
                        over.complete(bytes);
                    } catch (Throwable e) {
                        canary.refill();
                        over.completeExceptionally(e);
                    }
                }));
            }
            return readers;
        }

        void startAndForget() throws Exception {
            for (int i = 0; i < READS; i++) {
                file.read(Buffer.allocate(BLOCK, 4096), (long) i * BLOCK).future();
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

    @Test
    void aZeroCopySendHalfOfWhichNobodyReceivesGivesItsBufferBackWhenTheLoopIsClosed() throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        try (Loop ofThePeer = Loop.start(options())) {
            Listener listener = ofThePeer.listen(LOOPBACK).await();
            Connection client = loop.connect(listener.localAddress()).await();
            Canary canary = new Canary(MORE_THAN_SOCKETS_HOLD);
            CompletableFuture<Integer> sent = client.sendFullyZeroCopy(canary.buffer(), 0, MORE_THAN_SOCKETS_HOLD)
                    .future();
            settle();
            loop.close();
            assertThat(sent).isCompletedExceptionally();
            canary.assertUntouched();
            canary.buffer().close();
        }
    }

    @Test
    void aZeroCopySendThatIsCancelledIsReadFromItsBufferUntilThatIsFree() throws Exception {
        new HalfSent().endsBy(send -> {
            CompletableFuture<Integer> future = send.future();
            settle();
            future.cancel(true);
            assertThatThrownBy(future::get).hasCauseInstanceOf(OperationCancelledException.class);
        });
    }

    @Test
    void aZeroCopySendWhoseTimeIsUpIsReadFromItsBufferUntilThatIsFree() throws Exception {
        new HalfSent()
                .endsBy(send -> assertThatThrownBy(send.within(Duration.ofMillis(20))::await)
                        .isInstanceOf(java.net.SocketTimeoutException.class));
    }

    @Test
    void aZeroCopySendThatIsInterruptedIsReadFromItsBufferUntilThatIsFree() throws Exception {
        new HalfSent().endsBy(send -> {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread sender = Thread.ofVirtual().start(() -> thrown.set(catchThrowable(send::await)));
            settle();
            sender.interrupt();
            sender.join();
            assertThat(thrown.get()).isInstanceOf(OperationCancelledException.class);
        });
    }

    /** How a send that the peer does not take comes to its end. */
    private interface End {
        void of(Transfer send) throws Exception;
    }

    /** A send of more than the kernel keeps: whatever of it went arrives as it was, though the buffer is written to as soon as it is free. */
    private final class HalfSent {
        private final Pair pair = connected();
        private final Canary canary = new Canary(MORE_THAN_SOCKETS_HOLD);

        HalfSent() throws IOException {}

        void endsBy(End end) throws Exception {
            Transfer send = pair.client().sendFullyZeroCopy(canary.buffer(), 0, MORE_THAN_SOCKETS_HOLD);
            end.of(send);
            pair.client().shutdownOutput().await();
            CompletableFuture<Integer> received = new CompletableFuture<>();
            Thread.ofVirtual().start(() -> {
                try {
                    received.complete(receiveUntouched(pair.server()));
                } catch (Throwable e) {
                    received.completeExceptionally(e);
                }
            });
            awaitFree(canary.buffer());
            canary.scribble(); // whoever still read it would send this
            assertThat(received.get()).as("bytes that arrived").isEqualTo(send.moved());
            canary.assertGuardsUntouched();
        }
    }

    /** Receives to the end, and returns how many bytes came: all of them the canary's. */
    private static int receiveUntouched(Connection connection) throws IOException {
        Buffer buffer = Buffer.allocate(1 << 16);
        byte[] bytes = new byte[1 << 16];
        int total = 0;
        for (int count = connection.receive(buffer).await();
                count > 0;
                count = connection.receive(buffer).await()) {
            buffer.get(0, bytes, 0, count);
            for (int i = 0; i < count; i++) {
                if (bytes[i] != Canary.byteAt(total + i)) {
                    throw new AssertionError("byte " + (total + i) + " was sent after the buffer was free");
                }
            }
            total += count;
        }
        return total;
    }

    @Test
    void aZeroCopySendFromABufferThatNobodyRefersToSendsWhatWasInIt() throws Exception {
        Pair pair = connected();
        WeakReference<Buffer> buffer = sendAndForget(pair.client());
        settle();
        collect();
        assertThat(buffer.get()).as("the buffer in flight").isNotNull();
        Buffer in = Buffer.allocate(MORE_THAN_SOCKETS_HOLD);
        assertThat(pair.server().receiveFully(in, 0, in.size()).await()).isEqualTo(in.size());
        for (int i = 0; i < in.size(); i++) {
            if (in.get(i) != Canary.byteAt(i)) {
                throw new AssertionError("byte " + i + " is not what was in the buffer");
            }
        }
        awaitCollected(buffer); // so that the first part says something
    }

    private static WeakReference<Buffer> sendAndForget(Connection connection) {
        Canary canary = new Canary(MORE_THAN_SOCKETS_HOLD);
        connection.sendFullyZeroCopy(canary.buffer(), 0, MORE_THAN_SOCKETS_HOLD).future();
        return new WeakReference<>(canary.buffer());
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

    @Test
    void aStreamWhoseLeasesNobodyRefersToGoesOnIntoThem() throws Exception {
        Pair pair = connected();
        CompletableFuture<String> all = receiveAllAndForget(pair.server());
        settle();
        List<Canary> inTheirPlace = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            collect();
            inTheirPlace.add(new Canary(4 * 1024));
            send(pair.client(), "piece " + i + ";");
        }
        pair.client().close();
        assertThat(all.get()).isEqualTo("piece 0;piece 1;piece 2;");
        inTheirPlace.forEach(Canary::assertUntouched);
    }

    /** The text that comes. Neither the leases nor the subscription are kept. */
    private CompletableFuture<String> receiveAllAndForget(Connection connection) throws IOException {
        CompletableFuture<String> all = new CompletableFuture<>();
        StringBuilder text = new StringBuilder();
        connection.receiveAll(loop.leases(4, 1024), (lease, why) -> {
            if (lease != null) {
                text.append(lease.getString(0, lease.length(), java.nio.charset.StandardCharsets.UTF_8));
                lease.close();
            } else {
                all.complete(text.toString());
            }
        });
        return all;
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

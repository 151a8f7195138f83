package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that move from one handle to another inside the kernel. */
@Needs(Drivers.Feature.SOCKETS)
class RelayTest extends LoopContract {
    /** More than fits into a pipe, and no multiple of anything. */
    private static final int SIZE = 300_001;

    private static final long ALL = Long.MAX_VALUE;

    @TempDir
    Path folder;

    private final byte[] contents = new byte[SIZE];
    private Relay relay;
    private File file;
    private PipeEnds pipe;

    @BeforeEach
    void open() throws IOException {
        Drivers.need(driver, Drivers.Feature.SPLICE);
        new Random(1).nextBytes(contents);
        file = loop.openFile(Files.write(folder.resolve("file"), contents)).await();
        pipe = keep(loop.pipe().await());
        relay = keep(loop.relay().await());
    }

    private File target() throws IOException {
        return loop.openFile(folder.resolve("target"), CREATE, READ, WRITE).await();
    }

    /** Reads so many bytes from the pipe's end. */
    private byte[] drain(int length) throws IOException {
        Buffer buffer = Buffer.allocate(length);
        pipe.reader().readFully(buffer, 0, length).await();
        byte[] bytes = new byte[length];
        buffer.get(0, bytes, 0, length);
        return bytes;
    }

    private void write(String text) throws IOException {
        pipe.writer().writeFully(buffer(text), 0, text.length()).await();
    }

    @Test
    void aFileMovesIntoAnother() throws IOException {
        assertThat(relay.copy(file, 0, target(), 0, ALL).await()).isEqualTo(SIZE);
        assertThat(folder.resolve("target")).hasBinaryContent(contents);
        assertThat(relay.moved()).isEqualTo(SIZE);
        assertThat(relay.held()).isZero();
    }

    @Test
    void aPartOfAFileMovesToAPlaceInAnother() throws IOException {
        assertThat(relay.copyFully(file, 1000, target(), 10, 70_000).await()).isEqualTo(70_000);
        byte[] copied = Files.readAllBytes(folder.resolve("target"));
        assertThat(copied).hasSize(70_010).endsWith(java.util.Arrays.copyOfRange(contents, 1000, 71_000));
    }

    @Test
    void filesMoveAtTheirOwnPositions() throws IOException {
        File target = target();
        relay.copyFully(file, File.HERE, target, File.HERE, 1000).await();
        relay.copyFully(file, File.HERE, target, File.HERE, SIZE - 1000).await();
        assertThat(folder.resolve("target")).hasBinaryContent(contents);
    }

    @Test
    void aFileMovesIntoAPipeAsItIsRead() throws Exception {
        CompletableFuture<Long> copying =
                relay.copyFully(file, 0, pipe.writer(), File.HERE, SIZE).future();
        assertThat(drain(SIZE)).isEqualTo(contents);
        assertThat(copying.get()).isEqualTo(SIZE);
    }

    @Test
    void aPipeMovesIntoAFileUntilItsEnd() throws Exception {
        CompletableFuture<Long> copying =
                relay.copy(pipe.reader(), File.HERE, target(), 0, ALL).future();
        write("first ");
        write("second");
        pipe.writer().close();
        assertThat(copying.get()).isEqualTo(12);
        assertThat(folder.resolve("target")).hasContent("first second");
    }

    @Test
    void aFileMovesIntoASocket() throws Exception {
        Pair pair = connected();
        CompletableFuture<Long> copying =
                relay.copyFully(file, 0, pair.client(), File.HERE, SIZE).future();
        Buffer buffer = Buffer.allocate(SIZE);
        pair.server().receiveFully(buffer, 0, SIZE).await();
        assertThat(copying.get()).isEqualTo(SIZE);
        assertThat(buffer.segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                .isEqualTo(contents);
    }

    @Test
    void aSocketMovesIntoAFileUntilItsEnd() throws Exception {
        Pair pair = connected();
        CompletableFuture<Long> copying =
                relay.copy(pair.server(), File.HERE, target(), 0, ALL).future();
        relay2().copyFully(file, 0, pair.client(), File.HERE, SIZE).await();
        pair.client().close();
        assertThat(copying.get()).isEqualTo(SIZE);
        assertThat(folder.resolve("target")).hasBinaryContent(contents);
    }

    @Test
    void aSocketMovesIntoASocket() throws Exception {
        Pair in = connected();
        Pair out = connected();
        CompletableFuture<Long> copying =
                relay.copy(in.server(), File.HERE, out.client(), File.HERE, ALL).future();
        assertReaches(in.client(), out.server());
        assertReaches(in.client(), out.server());
        in.client().close();
        assertThat(copying.get()).isEqualTo(42);
    }

    @Test
    void whatASocketGaveIsNotLostWhenTheOtherOneWasFull() throws Exception {
        Pair in = connected();
        Pair out = connected();
        int much = 16 * 1024 * 1024; // more than all buffers on the way hold
        Buffer sent = Buffer.allocate(much);
        sent.put(much - 1, (byte) 7);
        CompletableFuture<Integer> sending =
                in.client().sendFully(sent, 0, much).future();
        CompletableFuture<Long> copying = relay.copyFully(in.server(), File.HERE, out.client(), File.HERE, much)
                .future();
        cutShort(copying);
        while (relay.held() == 0) {
            cutShort(relay.resume().future()); // what it held has been taken after all: until nothing goes any more
        }
        assertThat(relay.moved()).isPositive().isLessThan(much);

        CompletableFuture<Long> rest = relay.resume().future();
        Buffer received = Buffer.allocate(much);
        out.server().receiveFully(received, 0, much).await();
        assertThat(rest.get()).isEqualTo(much);
        assertThat(sending.get()).isEqualTo(much);
        assertThat(received.segment().mismatch(sent.segment())).isEqualTo(-1);
    }

    /** Cancels a copy that has moved something, and was seen to hold something. */
    private void cutShort(CompletableFuture<Long> copying) throws Exception {
        while (relay.moved() == 0 || relay.held() == 0) {
            settle();
        }
        copying.cancel(true);
        assertThatThrownBy(copying::get).hasCauseInstanceOf(OperationCancelledException.class);
    }

    private Relay relay2() throws IOException {
        return keep(loop.relay().await());
    }

    @Test
    void theEndOfTheSourceIsEnoughUnlessAllIsAskedFor() throws IOException {
        File target = target();
        assertThat(relay.copy(file, SIZE - 10, target, 0, 100).await()).isEqualTo(10);
        assertThatThrownBy(
                        () -> relay.copyFully(file, SIZE - 10, target, 0, 100).await())
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("the end came after 10 bytes");
        assertThat(relay.moved()).isEqualTo(10);
    }

    @Test
    void aSourceThatIsAtItsEndMovesNothing() throws IOException {
        assertThat(relay.copy(file, SIZE, target(), 0, ALL).await()).isZero();
    }

    @Test
    void aCopyThatIsCutShortGoesOnWhereItWas() throws Exception {
        CompletableFuture<Long> copying =
                relay.copyFully(file, 0, pipe.writer(), File.HERE, SIZE).future();
        settle(); // the pipe is full now, or is going to be
        copying.cancel(true);
        assertThatThrownBy(copying::get).hasCauseInstanceOf(OperationCancelledException.class);
        long moved = relay.moved();
        assertThat(moved).isLessThan(SIZE);

        CompletableFuture<Long> rest = relay.resume().future();
        assertThat(drain(SIZE)).isEqualTo(contents);
        assertThat(rest.get()).isEqualTo(SIZE);
    }

    @Test
    void oneThatTakesTooLongIsCutShort() throws IOException {
        assertThatThrownBy(() -> relay.copyFully(file, 0, pipe.writer(), File.HERE, SIZE)
                        .within(Duration.ofMillis(20))
                        .await())
                .isInstanceOf(java.net.SocketTimeoutException.class);
        int moved = (int) relay.moved(); // nothing, where the time was up before a thread could begin
        assertThat(moved == 0 ? new byte[0] : drain(moved)).isEqualTo(java.util.Arrays.copyOf(contents, moved));
    }

    @Test
    void whatAnErrorLeavesInTheRelayIsHeldAndNotLost() throws IOException {
        File readOnly =
                loop.openFile(Files.createFile(folder.resolve("readOnly"))).await();
        assertThatThrownBy(() -> relay.copy(file, 0, readOnly, 0, 100).await()).hasMessageContaining("EBADF");
        assertThat(relay.moved()).isZero();
        assertThat(relay.held()).isEqualTo(100);
        assertThat(relay).hasToString("relay: 0 bytes moved, 100 held");
        assertThatThrownBy(() -> relay.copy(file, 0, target(), 0, 100).await())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("the relay still holds 100 bytes of a copy that was cut short");
    }

    @Test
    void copiesThatWaitKeepNoThreadOfTheKernelWaiting() throws Exception {
        assumeTrue(driver.equals("uring"), "needs a driver for which the kernel may start threads");
        List<CompletableFuture<Long>> waiting = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            waiting.add(relay2().copy(connected().server(), File.HERE, target(), 0, ALL)
                    .future());
        }
        settle();
        settle();
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
        try (Stream<Path> threads = Files.list(Path.of("/proc/self/task"))) {
            assertThat(threads.filter(RelayTest::isWorker).count()).isLessThan(20);
        }
    }

    private static boolean isWorker(Path thread) {
        try {
            return Files.readString(thread.resolve("comm")).startsWith("iou-wrk");
        } catch (IOException e) {
            return false; // it has ended
        }
    }

    @Test
    void aSecondCopyAtTheSameTimeIsRefused() throws Exception {
        CompletableFuture<Long> waiting =
                relay.copy(pipe.reader(), File.HERE, target(), 0, ALL).future();
        assertThatThrownBy(() -> relay.copy(file, 0, target(), 0, 1).await())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("a relay does one copy at a time");
        pipe.writer().close();
        assertThat(waiting.get()).isZero();
    }

    @Test
    void aPositionThatAnotherRequestUsesIsRefused() throws Exception {
        File target = target();
        CompletableFuture<Long> waiting =
                relay.copy(pipe.reader(), File.HERE, target, File.HERE, ALL).future();
        assertThatThrownBy(() -> target.read(Buffer.allocate(1), File.HERE).await())
                .isInstanceOf(IllegalStateException.class);
        pipe.writer().close();
        assertThat(waiting.get()).isZero();
        assertThat(target.read(Buffer.allocate(1), File.HERE).await()).isZero();
    }

    @Test
    void closingEitherEndEndsTheCopy() throws Exception {
        CompletableFuture<Long> copying =
                relay.copy(pipe.reader(), File.HERE, target(), 0, ALL).future();
        settle();
        pipe.reader().close();
        assertThatThrownBy(copying::get).hasCauseInstanceOf(AsynchronousCloseException.class);

        PipeEnds other = keep(loop.pipe().await());
        File target = target();
        CompletableFuture<Long> second =
                relay.copy(other.reader(), File.HERE, target, 0, ALL).future();
        settle();
        target.close();
        assertThatThrownBy(second::get).hasCauseInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void closingTheRelayEndsTheCopy() throws Exception {
        CompletableFuture<Long> copying =
                relay.copy(pipe.reader(), File.HERE, target(), 0, ALL).future();
        settle();
        relay.close();
        assertThatThrownBy(copying::get).hasCauseInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void closingTheLoopEndsTheCopy() throws Exception {
        CompletableFuture<Long> copying =
                relay.copy(pipe.reader(), File.HERE, target(), 0, ALL).future();
        settle();
        loop.close();
        assertThatThrownBy(copying::get).hasCauseInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void whatMakesNoSenseIsRefused() throws IOException {
        assertThatThrownBy(() -> relay.copy(file, 0, pipe.writer(), File.HERE, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> relay.copy(file, 0, pipe.writer(), 5, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no offsets");
        assertThatThrownBy(() -> relay.copy(file, -2, pipe.writer(), File.HERE, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(relay::resume).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aHandleOfAnotherLoopIsRefused() throws IOException {
        try (Loop other = Loop.start(options())) {
            PipeWriter theirs = other.pipe().await().writer();
            assertThatThrownBy(() -> relay.copy(file, 0, theirs, File.HERE, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("belongs to another loop");
        }
    }

    @Test
    void afterCloseItCopiesNothing() throws IOException {
        File target = target();
        relay.close();
        relay.close();
        assertThatThrownBy(() -> relay.copy(file, 0, target, 0, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the relay is closed");
        assertThatThrownBy(relay::resume).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aCopyThatTheLoopsThreadBeginsWhileTheLoopIsBeingClosedIsCutShortAndNotRefused() throws Exception {
        File target = target();
        CompletableFuture<String> told = new CompletableFuture<>();
        onLoop(() -> {
            Thread.ofPlatform().start(loop::close);
            while (file.isOpen()) {
                Thread.onSpinWait(); // until it says that it closes, which another thread may do at any time
            }
            relay.copyFully(file, 0, target, 0, SIZE).start((moved, error) -> told.complete(moved + " " + error));
            return null;
        });
        assertThat(told.get()).isNotEmpty();
    }

    @Test
    void aCopyFromAClosedHandleIsRefused() throws IOException {
        file.close();
        assertThatThrownBy(() -> relay.copy(file, 0, pipe.writer(), File.HERE, 1))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theSameRelayServesAgain() throws IOException {
        for (int i = 0; i < 10; i++) {
            assertThat(relay.copyFully(file, i, target(), 0, 1000).await()).isEqualTo(1000);
        }
        write("x");
        assertThat(new String(drain(1), UTF_8)).isEqualTo("x");
    }
}

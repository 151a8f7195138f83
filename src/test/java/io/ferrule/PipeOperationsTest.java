package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.testing.Descriptors;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Pipes: what is written to one end comes out at the other. */
@Needs(Drivers.Feature.SOCKETS)
class PipeOperationsTest extends LoopContract {
    private static final String PIPES = "pipe:.*";

    /** More than a pipe holds. */
    private static final int MUCH = 1 << 20;

    private PipeEnds pipe;

    @BeforeEach
    void openPipe() throws IOException {
        pipe = keep(loop.pipe().await());
    }

    private void write(PipeEnds to, String text) throws IOException {
        assertThat(to.writer().writeFully(buffer(text), 0, text.length()).await())
                .isEqualTo(text.length());
    }

    private static String read(PipeEnds from) throws IOException {
        Buffer buffer = Buffer.allocate(100);
        return buffer.getString(0, from.reader().read(buffer).await(), UTF_8);
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        write(pipe, "hello");
        assertThat(read(pipe)).isEqualTo("hello");
    }

    @Test
    void aReadWaitsForAWrite() throws Exception {
        Buffer buffer = Buffer.allocate(10);
        CompletableFuture<Integer> reading = pipe.reader().read(buffer).future();
        settle();
        assertThat(reading).isNotDone();
        write(pipe, "late");
        assertThat(reading.get()).isEqualTo(4);
    }

    @Test
    void aReadAfterTheWriterIsClosedIsTheEnd() throws IOException {
        write(pipe, "rest");
        pipe.writer().close();
        assertThat(read(pipe)).isEqualTo("rest");
        assertThat(read(pipe)).isEmpty();
    }

    @Test
    void moreThanAPipeHoldsIsWrittenAsItIsRead() throws Exception {
        Buffer out = Buffer.allocate(MUCH);
        out.put(MUCH - 1, (byte) 7);
        CompletableFuture<Integer> writing =
                pipe.writer().writeFully(out, 0, MUCH).future();
        settle();
        assertThat(writing).isNotDone();
        Buffer in = Buffer.allocate(MUCH);
        assertThat(pipe.reader().readFully(in, 0, MUCH).await()).isEqualTo(MUCH);
        assertThat(writing.get()).isEqualTo(MUCH);
        assertThat(in.get(MUCH - 1)).isEqualTo((byte) 7);
    }

    @Test
    void severalBuffersAreWrittenAsTheyAreRead() throws Exception {
        Buffer[] out = {Buffer.allocate(100), Buffer.allocate(MUCH), Buffer.allocate(100)};
        out[2].put(99, (byte) 7);
        CompletableFuture<Integer> writing = pipe.writer().writeFully(out).future();
        Buffer in = Buffer.allocate(MUCH + 200);
        pipe.reader().readFully(in, 0, in.size()).await();
        assertThat(writing.get()).isEqualTo(MUCH + 200);
        assertThat(in.get(MUCH + 199)).isEqualTo((byte) 7);
    }

    @Test
    void severalBuffersAreFilled() throws IOException {
        write(pipe, "onetwo");
        Buffer[] in = {Buffer.allocate(3), Buffer.allocate(100)};
        assertThat(pipe.reader().read(in).await()).isEqualTo(6);
        assertThat(in[0].getString(0, 3, UTF_8) + in[1].getString(0, 3, UTF_8)).isEqualTo("onetwo");
    }

    @Test
    void theEndBeforeABufferIsFullIsAnError() throws IOException {
        write(pipe, "short");
        pipe.writer().close();
        assertThatThrownBy(() ->
                        pipe.reader().readFully(Buffer.allocate(10), 0, 10).await())
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("the end came after 5 bytes");
    }

    @Test
    void writingWithoutAReaderFails() throws IOException {
        pipe.reader().close();
        assertThatThrownBy(() -> write(pipe, "nobody")).hasMessageContaining("EPIPE");
    }

    @Test
    void aReadThatTakesTooLongIsCancelled() throws IOException {
        Buffer buffer = Buffer.allocate(10);
        assertThatThrownBy(() ->
                        pipe.reader().read(buffer).within(Duration.ofMillis(5)).await())
                .isInstanceOf(SocketTimeoutException.class);
        assertThat(buffer.isInFlight()).isFalse();
        write(pipe, "after");
        assertThat(read(pipe)).isEqualTo("after");
    }

    @Test
    void closingTheReaderEndsItsReads() throws Exception {
        CompletableFuture<Integer> reading =
                pipe.reader().read(Buffer.allocate(10)).future();
        settle();
        pipe.reader().close();
        assertThatThrownBy(reading::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void closingTheLoopClosesBothEnds() throws IOException {
        Set<String> before = Descriptors.targets(PIPES);
        Loop other = keep(Loop.start(options()));
        Set<String> ofTheLoop = Descriptors.targets(PIPES); // libuv has some of its own
        PipeEnds theirs = other.pipe().await();
        Set<String> opened = Descriptors.targets(PIPES);
        opened.removeAll(ofTheLoop);
        assertThat(opened).hasSize(1);
        assertThat(Descriptors.openTo(Pattern.quote(opened.iterator().next()))).isEqualTo(2);
        other.close();
        assertThat(theirs.reader().isOpen()).isFalse();
        assertThat(Descriptors.targets(PIPES))
                .as("those of ended processes may be gone")
                .isSubsetOf(before);
    }

    @Test
    void teeCopiesAndLeavesTheOriginal() throws IOException {
        Drivers.need(driver, Drivers.Feature.SPLICE);
        PipeEnds copy = keep(loop.pipe().await());
        write(pipe, "twice");
        assertThat(pipe.reader().tee(copy.writer(), 100).await()).isEqualTo(5);
        assertThat(read(copy)).isEqualTo("twice");
        assertThat(read(pipe)).isEqualTo("twice");
    }

    @Test
    void closingTheTargetEndsATee() throws Exception {
        Drivers.need(driver, Drivers.Feature.SPLICE);
        PipeEnds copy = keep(loop.pipe().await());
        CompletableFuture<Integer> copying =
                pipe.reader().tee(copy.writer(), 100).future();
        settle();
        copy.writer().close();
        assertThatThrownBy(copying::get).hasCauseInstanceOf(AsynchronousCloseException.class);
        write(pipe, "still here");
        assertThat(read(pipe)).isEqualTo("still here");
    }

    @Test
    void aTeeOfNothingIsRefused() {
        assertThatThrownBy(() -> pipe.reader().tee(pipe.writer(), 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTeeIntoAnotherLoopIsRefused() throws IOException {
        try (Loop other = Loop.start(options())) {
            PipeWriter theirs = other.pipe().await().writer();
            assertThatThrownBy(() -> pipe.reader().tee(theirs, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("belongs to another loop");
        }
    }

    @Test
    void aPartOutsideTheBufferIsRefused() {
        Buffer buffer = Buffer.allocate(10);
        assertThatThrownBy(() -> pipe.reader().read(buffer, 5, 6)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> pipe.writer().write(buffer, -1, 6)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void afterCloseBothEndsRefuse() throws IOException {
        pipe.close();
        pipe.close();
        Buffer buffer = Buffer.allocate(10);
        assertThatThrownBy(() -> pipe.reader().read(buffer))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching("pipe \\(reading end, fd \\d+\\) is closed");
        assertThatThrownBy(() -> pipe.reader().read(new Buffer[] {buffer})).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pipe.reader().tee(pipe.writer(), 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> pipe.writer().write(buffer, 0, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageMatching("pipe \\(writing end, fd \\d+\\) is closed");
        assertThatThrownBy(() -> pipe.writer().write(new Buffer[] {buffer})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aClosedLoopMakesNoPipe() {
        loop.close();
        assertThatThrownBy(loop::pipe).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(loop::relay).isInstanceOf(IllegalStateException.class);
    }
}

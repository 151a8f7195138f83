package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.channel.Streams;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams of the JDK over files and connections. */
class StreamsTest extends LoopContract {
    @TempDir
    Path folder;

    private final Random random = new Random(7);

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void aFileIsReadFromItsStartToItsEnd() throws Exception {
        byte[] content = bytes(100_001);
        Path path = Files.write(folder.resolve("file"), content);
        try (InputStream in = Streams.input(loop.openFile(path).await(), 1000)) {
            assertThat(in.readAllBytes()).isEqualTo(content);
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void bytesAreReadOneByOneToo() throws Exception {
        Path path = Files.write(folder.resolve("file"), new byte[] {1, -1, 0});
        try (InputStream in = Streams.input(loop.openFile(path).await(), 2)) {
            assertThat(new int[] {in.read(), in.read(), in.read(), in.read()}).containsExactly(1, 255, 0, -1);
        }
    }

    @Test
    void aFileIsWrittenInTheOrderOfTheWrites() throws Exception {
        Path path = folder.resolve("file");
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        File file = loop.openFile(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)
                .await();
        try (OutputStream out = Streams.output(file, 512)) {
            for (int size : new int[] {0, 1, 511, 512, 513, 5000}) {
                byte[] piece = bytes(size);
                out.write(piece);
                out.write(size);
                expected.write(piece);
                expected.write(size);
            }
        }
        assertThat(Files.readAllBytes(path)).isEqualTo(expected.toByteArray());
    }

    @Test
    void whatIsFlushedReachesThePeer() throws Exception {
        Pair pair = connected();
        OutputStream out = Streams.output(pair.client());
        BufferedReader in = new BufferedReader(new InputStreamReader(Streams.input(pair.server()), UTF_8));
        out.write("a line\n".getBytes(UTF_8));
        out.flush();
        assertThat(in.readLine()).isEqualTo("a line");
    }

    @Test
    void closingTheOutputEndsTheInputOfThePeer() throws Exception {
        Pair pair = connected();
        byte[] content = bytes(300_000);
        CompletableFuture<byte[]> received = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                received.complete(Streams.input(pair.server()).readAllBytes());
            } catch (Throwable e) {
                received.completeExceptionally(e);
            }
        });
        try (OutputStream out = Streams.output(pair.client())) {
            out.write(content);
        }
        assertThat(received.get()).isEqualTo(content);
    }

    @Test
    void whatIsThereAlreadyIsAvailable() throws Exception {
        Path path = Files.write(folder.resolve("file"), new byte[10]);
        try (InputStream in = Streams.input(loop.openFile(path).await(), 8)) {
            assertThat(in.available()).isZero();
            in.read();
            assertThat(in.available()).isEqualTo(7);
        }
    }

    @Test
    void readingNothingReadsNothing() throws Exception {
        try (InputStream in = Streams.input(connected().server())) {
            assertThat(in.read(new byte[0])).isZero();
        }
    }

    @Test
    void aPartThatDoesNotFitTheArrayIsRefused() throws Exception {
        Connection server = connected().server();
        assertThatThrownBy(() -> Streams.input(server).read(new byte[4], 2, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Streams.output(server).write(new byte[4], -1, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void afterCloseEverythingFailsAndASecondCloseDoesNothing() throws Exception {
        Pair pair = connected();
        InputStream in = Streams.input(pair.server());
        OutputStream out = Streams.output(pair.client());
        in.close();
        out.close();
        in.close();
        out.close();
        assertThat(pair.server().isOpen()).isFalse();
        assertThatIOException().isThrownBy(in::read).isInstanceOf(ClosedChannelException.class);
        assertThatIOException().isThrownBy(in::available).isInstanceOf(ClosedChannelException.class);
        assertThatIOException().isThrownBy(() -> out.write(1)).isInstanceOf(ClosedChannelException.class);
        assertThatIOException().isThrownBy(out::flush).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void closeEndsAReadThatWaits() throws Exception {
        InputStream in = Streams.input(connected().server());
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                in.read();
            } catch (Throwable e) {
                failure.complete(e);
            }
        });
        while (loop.counters().inFlight() == 0) {
            Thread.onSpinWait();
        }
        in.close();
        assertThat(failure.get()).isInstanceOf(AsynchronousCloseException.class);
    }
}

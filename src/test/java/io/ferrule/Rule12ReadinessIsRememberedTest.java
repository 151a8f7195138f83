package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rule 12, as programs see it, and so on every driver: readiness that was told once is remembered until it is used up, data is drained before a hang-up
 * is reported, and files can be read as well. What it says of registrations is tested where they are: RegistrationTest of io.ferrule.epoll.
 */
@Needs(Drivers.Feature.SOCKETS)
class Rule12ReadinessIsRememberedTest extends LoopContract {
    private static final int MUCH = 1 << 20;

    @TempDir
    Path folder;

    @Test
    void whatCameBeforeAnybodyAskedIsReceived() throws Exception {
        Pair pair = connected();
        send(pair.client(), "one two");
        settle();
        assertThat(receive(pair.server(), 3)).isEqualTo("one");
        settle();
        assertThat(receive(pair.server(), 4)).as("told of once").isEqualTo(" two");
    }

    @Test
    void byteByByteEverythingIsReceivedThoughItWasToldOfOnce() throws Exception {
        Pair pair = connected();
        String text = "x".repeat(500);
        CompletableFuture<Integer> first =
                pair.server().receive(Buffer.allocate(1)).future();
        send(pair.client(), text);
        assertThat(first.get()).isOne();
        for (int i = 1; i < text.length(); i++) {
            assertThat(receive(pair.server(), 1)).isEqualTo("x");
        }
    }

    @Test
    void roomToWriteIsNoticedAfterItWasUsedUp() throws Exception {
        Pair pair = connected();
        for (int round = 0; round < 3; round++) {
            Buffer much = Buffer.allocate(8 * MUCH);
            CompletableFuture<Integer> sent =
                    pair.client().sendFully(much, 0, much.size()).future();
            settle();
            Buffer in = Buffer.allocate(8 * MUCH);
            assertThat(pair.server().receiveFully(in, 0, in.size()).await()).isEqualTo(in.size());
            assertThat(sent.get()).isEqualTo(much.size());
        }
    }

    @Test
    void everythingSentBeforeAHangUpIsReceivedBeforeItsEnd() throws Exception {
        Listener listener = listener();
        try (SocketChannel peer = SocketChannel.open((InetSocketAddress) listener.localAddress())) {
            Connection connection = listener.accept().await();
            ByteBuffer bytes = ByteBuffer.allocate(100_000);
            Buffer in = Buffer.allocate(4096);
            CompletableFuture<Integer> first = connection.receive(in).future();
            while (bytes.hasRemaining()) {
                peer.write(bytes);
            }
            peer.shutdownOutput();
            peer.close();
            int total = first.get();
            for (int count = 1; count > 0; total += count) {
                count = connection.receive(in).await();
            }
            assertThat(total).isEqualTo(100_000);
            assertThat(connection.receive(in).await()).as("the end, once more").isZero();
        }
    }

    @Test
    void aStreamIsDrainedBeforeItsEndIsReported() throws Exception {
        Pair pair = connected();
        BufferLeases leases = loop.leases(2, 1000);
        int[] total = {0};
        CompletableFuture<StreamEnd> end = new CompletableFuture<>();
        Buffer bytes = Buffer.allocate(50_000);
        pair.client().sendFully(bytes, 0, bytes.size()).await();
        pair.client().close();
        pair.server().receiveAll(leases, (lease, why) -> {
            if (lease != null) {
                total[0] += lease.length();
                lease.close();
            } else {
                end.complete(why);
            }
        });
        assertThat(end.get().isEndOfStream()).isTrue();
        assertThat(total[0]).isEqualTo(50_000);
    }

    @Test
    void aRegularFileIsReadOnADriverThatWaitsForReadinessToo() throws Exception {
        File file = loop.openFile(Files.writeString(folder.resolve("f"), "a regular file"))
                .await();
        Buffer buffer = Buffer.allocate(64);
        assertThat(file.read(buffer, 0).await()).isEqualTo(14);
        assertThat(buffer.getString(0, 14, UTF_8)).isEqualTo("a regular file");
    }
}

package io.ferrule.examples.echo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.Loop;
import io.ferrule.LoopOptions;
import io.ferrule.examples.SocketDrivers;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Server and client in this JVM. The client compares every byte. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EchoTest {
    private static final SocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final int MORE_THAN_SOCKETS_HOLD = 16 << 20;

    /** What the server complained about. */
    private final List<IOException> troubles = new ArrayList<>();

    static Stream<Arguments> everyStyleOnEveryDriver() {
        return Stream.of(Echo.Style.values())
                .flatMap(style -> SocketDrivers.names().map(driver -> Arguments.of(style, driver)));
    }

    @ParameterizedTest
    @MethodSource("everyStyleOnEveryDriver")
    void everyByteComesBack(Echo.Style style, String driver) throws IOException {
        LoopOptions options = SocketDrivers.options(driver);
        try (EchoServer server = EchoServer.start(ANY_PORT, options, style, 1, troubles::add)) {
            EchoClient.Figures figures = measure(options, plan(server.address(), 20, 10_000));

            assertThat(figures.roundTrips()).isGreaterThanOrEqualTo(1);
            assertThat(figures.nanos().getTotalCount()).isEqualTo(figures.roundTrips());
            assertThat(server.tally().connections()).isEqualTo(20);
            awaitBytes(server, figures.roundTrips() * 10_000);
            assertThat(server.tally().broken()).isZero();
        }
        assertThat(troubles).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Echo.Style.class)
    void moreThanTheSocketsHoldComesBackToo(Echo.Style style) throws Exception {
        try (EchoServer server = EchoServer.start(ANY_PORT, LoopOptions.defaults(), style, 1, troubles::add)) {
            assertThat(exchange(server.address(), MORE_THAN_SOCKETS_HOLD)).isEqualTo(bytes(MORE_THAN_SOCKETS_HOLD));
        }
    }

    /** Otherwise a few of them would take all leases. */
    @Test
    void whoDoesNotTakeWhatItIsSentDoesNotKeepOthersWaiting() throws Exception {
        try (EchoServer server =
                EchoServer.start(ANY_PORT, LoopOptions.defaults(), Echo.Style.CALLBACK, 1, troubles::add)) {
            List<Socket> greedy = new ArrayList<>();
            List<Thread> writers = new ArrayList<>();
            try {
                for (int i = 0; i < 4; i++) {
                    Socket socket = connect(server.address());
                    greedy.add(socket);
                    writers.add(Thread.startVirtualThread(() -> send(socket, MORE_THAN_SOCKETS_HOLD)));
                }
                while (server.tally().bytes() < 4 << 20) { // under way: they have filled their sockets, or are about to
                    Thread.onSpinWait();
                }

                assertThat(exchange(server.address(), 1000)).isEqualTo(bytes(1000));
            } finally {
                for (Socket socket : greedy) {
                    socket.close();
                }
                for (Thread writer : writers) {
                    writer.join();
                }
            }
        }
    }

    @Test
    void severalLoopsShareThePort() throws IOException {
        try (EchoServer server =
                EchoServer.start(ANY_PORT, LoopOptions.defaults(), Echo.Style.VIRTUAL, 3, troubles::add)) {
            assertThat(server.description()).endsWith("3 loops");

            measure(LoopOptions.defaults(), plan(server.address(), 30, 100));

            assertThat(server.tally().connections()).isEqualTo(30);
        }
    }

    @Test
    void aUnixSocketServesAsWellAndIsGoneAfterwards(@TempDir Path directory) throws IOException {
        Path path = directory.resolve("socket");
        try (EchoServer server = EchoServer.start(
                UnixDomainSocketAddress.of(path), LoopOptions.defaults(), Echo.Style.CALLBACK, 1, troubles::add)) {
            assertThat(measure(LoopOptions.defaults(), plan(server.address(), 3, 100_000))
                            .roundTrips())
                    .isPositive();
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void whoMeasuresAgainUsesTheSameConnections() throws IOException {
        try (EchoServer server = EchoServer.start(ANY_PORT, LoopOptions.defaults(), troubles::add);
                Loop loop = Loop.open()) {
            EchoClient client = new EchoClient(plan(server.address(), 5, 100), loop);

            EchoClient.Figures first = client.measure();
            EchoClient.Figures second = client.measure(SHORT);

            assertThat(first.roundTrips()).isGreaterThanOrEqualTo(5);
            assertThat(second.roundTrips()).isGreaterThanOrEqualTo(5);
            awaitBytes(server, (first.roundTrips() + second.roundTrips()) * 100);
            assertThat(server.tally().connections()).isEqualTo(5);
        }
    }

    @Test
    void aServerThatDoesNotSendTheSameIsFoundOut() throws Exception {
        try (java.net.ServerSocket liar = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.startVirtualThread(() -> lie(liar));

            assertThatThrownBy(() -> measure(LoopOptions.defaults(), plan(liar.getLocalSocketAddress(), 1, 10)))
                    .hasMessageMatching("byte \\d that came back on .* is not the one that was sent");
        }
    }

    @Test
    void aConnectionThatTheServerEndsIsAFailure() throws Exception {
        try (java.net.ServerSocket mute = new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.startVirtualThread(() -> {
                try (Socket socket = mute.accept()) {
                    socket.getInputStream().readNBytes(10);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });

            assertThatThrownBy(() -> measure(LoopOptions.defaults(), plan(mute.getLocalSocketAddress(), 1, 10)))
                    .isInstanceOf(java.io.EOFException.class)
                    .hasMessageContaining("the end came after 0 bytes");
        }
    }

    @Test
    void closingTheServerEndsItsConnections() throws IOException {
        for (Echo.Style style : Echo.Style.values()) {
            EchoServer server = EchoServer.start(ANY_PORT, LoopOptions.defaults(), style, 1, troubles::add);
            try (Socket socket = connect(server.address())) {
                socket.getOutputStream().write(1);
                assertThat(socket.getInputStream().read()).isEqualTo(1);

                server.close();

                assertThat(socket.getInputStream().read()).as("%s", style).isEqualTo(-1);
            }
            assertThat(server.tally().broken()).isZero();
        }
    }

    // ---- helpers ----

    private static EchoClient.Plan plan(SocketAddress address, int connections, int size) {
        return new EchoClient.Plan(address, connections, size, SHORT);
    }

    /** The server counts what it has sent when it hears of it, which may be after the client has it. */
    private static void awaitBytes(EchoServer server, long bytes) {
        while (server.tally().bytes() < bytes) {
            Thread.onSpinWait();
        }
        assertThat(server.tally().bytes()).isEqualTo(bytes);
    }

    private static EchoClient.Figures measure(LoopOptions options, EchoClient.Plan plan) throws IOException {
        try (Loop loop = Loop.open(options)) {
            return new EchoClient(plan, loop).measure();
        }
    }

    /** Sends so many bytes with the JDK's sockets, and returns what came back. */
    private static byte[] exchange(SocketAddress address, int length) throws Exception {
        try (Socket socket = connect(address)) {
            Thread writer = Thread.startVirtualThread(() -> send(socket, length));
            byte[] back = new byte[length];
            new DataInputStream(socket.getInputStream()).readFully(back);
            writer.join();
            return back;
        }
    }

    private static void send(Socket socket, int length) {
        try {
            socket.getOutputStream().write(bytes(length));
        } catch (IOException e) {
            // closed meanwhile: who reads finds out
        }
    }

    private static void lie(java.net.ServerSocket server) {
        try (Socket socket = server.accept()) {
            byte[] bytes = socket.getInputStream().readNBytes(10);
            bytes[7] ^= 1;
            socket.getOutputStream().write(bytes);
            socket.getInputStream().read();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Socket connect(SocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.connect(address);
        return socket;
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        return bytes;
    }
}

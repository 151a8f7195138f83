package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.sys.AbstractAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Datagrams over UDP and Unix sockets. */
@Needs(Drivers.Feature.SOCKETS)
class DatagramsTest extends LoopContract {
    @TempDir
    Path folder;

    private final Buffer in = Buffer.allocate(1000);

    @Test
    void aDatagramArrivesWithItsSenderAndAnAnswerGoesBack() throws IOException {
        Datagrams server = loop.datagrams(LOOPBACK).await();
        Datagrams client = loop.datagrams(LOOPBACK).await();
        send(client, "question", new PeerAddress(server.localAddress()));
        PeerAddress sender = new PeerAddress();
        assertThat(text(server.receive(in, sender).await())).isEqualTo("question");
        assertThat(sender.get()).isEqualTo(client.localAddress());
        send(server, "answer", sender);
        assertThat(text(client.receive(in).await())).isEqualTo("answer");
    }

    @Test
    void anAddressCanBeComparedWithoutBeingDecoded() throws IOException {
        Datagrams server = loop.datagrams(LOOPBACK).await();
        Datagrams client = loop.datagrams(LOOPBACK).await();
        send(client, "from the client", new PeerAddress(server.localAddress()));
        PeerAddress sender = new PeerAddress();
        server.receive(in, sender).await();
        assertThat(sender.isSameAs(new PeerAddress(client.localAddress()))).isTrue();
        assertThat(sender.isSameAs(new PeerAddress(server.localAddress()))).isFalse();
    }

    @Test
    void eachReceiveTakesOneDatagramAlsoAnEmptyOne() throws IOException {
        Datagrams server = loop.datagrams(LOOPBACK).await();
        PeerAddress address = new PeerAddress(server.localAddress());
        Datagrams client = loop.datagrams(StandardProtocolFamily.INET).await();
        for (String each : new String[] {"one", "", "three"}) {
            send(client, each, address);
        }
        assertThat(text(server.receive(in).await())).isEqualTo("one");
        assertThat(server.receive(in).await()).isZero();
        assertThat(text(server.receive(in).await())).isEqualTo("three");
    }

    @Test
    void whoIsConnectedSendsWithoutAnAddress() throws IOException {
        Datagrams server = loop.datagrams(LOOPBACK).await();
        Datagrams client = loop.datagrams(StandardProtocolFamily.INET).await();
        client.connect(server.localAddress()).await();
        assertThat(client.remoteAddress()).isEqualTo(server.localAddress());
        Buffer out = buffer("hello");
        assertThat(client.send(out, 0, 5).await()).isEqualTo(5);
        assertThat(text(server.receive(in).await())).isEqualTo("hello");
    }

    @Test
    void whoIsConnectedLearnsThatNobodyIsThere() throws IOException {
        Datagrams gone = loop.datagrams(LOOPBACK).await();
        Datagrams client = loop.datagrams(StandardProtocolFamily.INET).await();
        client.connect(gone.localAddress()).await();
        gone.close();
        client.send(buffer("anybody?"), 0, 8).await();
        assertThatThrownBy(() -> client.receive(in).await())
                .isInstanceOf(PortUnreachableException.class)
                .hasMessageContaining("ECONNREFUSED");
    }

    @Test
    void aDatagramThatIsTooLongIsReportedWithWhatFits() throws Exception {
        Datagrams server = loop.datagrams(LOOPBACK).await();
        Datagrams client = loop.datagrams(StandardProtocolFamily.INET).await();
        PeerAddress address = new PeerAddress(server.localAddress());
        Buffer small = Buffer.allocate(4);
        for (PeerAddress sender : new PeerAddress[] {null, new PeerAddress()}) {
            send(client, "too long", address);
            assertThatThrownBy(() -> (sender == null ? server.receive(small) : server.receive(small, sender)).await())
                    .isInstanceOfSatisfying(
                            DatagramTruncatedException.class,
                            e -> assertThat(e.length()).isEqualTo(8))
                    .hasMessageContaining("8 bytes came, and there was room for 4");
            assertThat(small.getString(0, 4, UTF_8)).isEqualTo("too ");
        }
        send(client, "next", address);
        assertThat(text(server.receive(in).await())).isEqualTo("next");
    }

    @Test
    void aCallbackGetsTheBytesThatFitTogetherWithTheError() throws Exception {
        Datagrams server = loop.datagrams(LOOPBACK).await();
        Datagrams client = loop.datagrams(StandardProtocolFamily.INET).await();
        CompletableFuture<Integer> fits = new CompletableFuture<>();
        onLoop(() -> server.receive(Buffer.allocate(4)).start((bytes, error) -> {
            assertThat(error).isInstanceOf(DatagramTruncatedException.class);
            fits.complete(bytes);
        }));
        send(client, "too long", new PeerAddress(server.localAddress()));
        assertThat(fits.get()).isEqualTo(4);
    }

    @Test
    void aDatagramThatNoNetworkTakesIsRefused() throws IOException {
        Datagrams client = loop.datagrams(StandardProtocolFamily.INET).await();
        Buffer huge = Buffer.allocate(70_000);
        assertThatThrownBy(() -> client.send(huge, 0, 70_000, new PeerAddress(new InetSocketAddress("127.0.0.1", 9)))
                        .await())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("EMSGSIZE")
                .hasMessageContaining("65,507 bytes");
    }

    @Test
    void overIPv6() throws IOException {
        AddressesTest.assumeVersion6();
        assertArrives(new InetSocketAddress("::1", 0), new InetSocketAddress("::1", 0));
    }

    @Test
    void overFiles() throws IOException {
        Drivers.need(driver, Drivers.Feature.UNIX_DATAGRAMS);
        assertArrives(
                UnixDomainSocketAddress.of(folder.resolve("server")),
                UnixDomainSocketAddress.of(folder.resolve("client")));
    }

    @Test
    void overAbstractNames() throws IOException {
        Drivers.need(driver, Drivers.Feature.UNIX_DATAGRAMS);
        String name = "ferrule-test-datagrams-" + driver + "-"
                + ProcessHandle.current().pid();
        assertArrives(AbstractAddress.of(name), AbstractAddress.of(name + "-client"));
    }

    @Test
    void aUnixSenderThatIsNotBoundIsNobody() throws IOException {
        Drivers.need(driver, Drivers.Feature.UNIX_DATAGRAMS);
        Datagrams server = loop.datagrams(UnixDomainSocketAddress.of("")).await();
        Datagrams client = loop.datagrams(StandardProtocolFamily.UNIX).await();
        send(client, "anonymous", new PeerAddress(server.localAddress()));
        PeerAddress sender = new PeerAddress(LOOPBACK);
        server.receive(in, sender).await();
        assertThat(sender.get()).isNull();
        assertThatIllegalStateException()
                .isThrownBy(() -> send(server, "answer", sender))
                .withMessageContaining("nobody's address");
    }

    @Test
    void anAddressInFlightIsNobodyElses() throws Exception {
        Datagrams server = loop.datagrams(LOOPBACK).await();
        PeerAddress sender = new PeerAddress();
        CompletableFuture<Integer> waiting = server.receive(in, sender).future();
        assertThatIllegalStateException().isThrownBy(sender::get);
        assertThatIllegalStateException().isThrownBy(() -> sender.set(LOOPBACK));
        Buffer other = Buffer.allocate(10);
        assertThatIllegalStateException()
                .isThrownBy(() -> server.receive(other, sender).future());
        other.close();
        server.close();
        assertThatThrownBy(waiting::get).cause().isInstanceOf(AsynchronousCloseException.class);
        assertThat(sender.get()).isNull();
    }

    @Test
    void anAddressIsGivenOnce() throws IOException {
        SocketAddress taken = loop.datagrams(LOOPBACK).await().localAddress();
        assertThatThrownBy(() -> loop.datagrams(taken).await()).isInstanceOf(BindException.class);
    }

    @Test
    void anAddressThatIsGivenLaterIsTold() throws IOException {
        Datagrams server = loop.datagrams(LOOPBACK).await();
        Datagrams client = loop.datagrams(StandardProtocolFamily.INET).await();
        assertThat(((InetSocketAddress) client.localAddress()).getPort()).isZero();
        client.connect(server.localAddress()).await();
        assertThat(((InetSocketAddress) client.localAddress()).getPort()).isPositive();
    }

    private void assertArrives(SocketAddress to, SocketAddress from) throws IOException {
        Datagrams server = loop.datagrams(to).await();
        Datagrams client = loop.datagrams(from).await();
        send(client, "hello", new PeerAddress(server.localAddress()));
        PeerAddress sender = new PeerAddress();
        assertThat(text(server.receive(in, sender).await())).isEqualTo("hello");
        assertThat(sender.get()).isEqualTo(client.localAddress());
    }

    private static void send(Datagrams from, String text, PeerAddress to) throws IOException {
        Buffer out = text.isEmpty() ? Buffer.allocate(1) : buffer(text);
        assertThat(from.send(out, 0, text.length(), to).await()).isEqualTo(text.length());
    }

    private String text(int length) {
        return in.getString(0, length, UTF_8);
    }
}

package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.sys.AbstractAddress;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listening and connecting, for each kind of address. */
@Needs(Drivers.Feature.SOCKETS)
class AddressesTest extends LoopContract {
    @TempDir
    Path folder;

    @Test
    void ofVersion4() throws IOException {
        assertConnects(new InetSocketAddress("127.0.0.1", 0));
    }

    @Test
    void ofVersion6() throws IOException {
        assumeVersion6();
        assertConnects(new InetSocketAddress("::1", 0));
    }

    @Test
    void ofAFile() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket"));
        assertConnects(address);
    }

    @Test
    void ofAnAbstractName() throws IOException {
        Drivers.need(driver, Drivers.Feature.ABSTRACT_ADDRESSES);
        assertConnects(name());
    }

    @Test
    void bothEndsTellTheirAddressesAndThePeers() throws IOException {
        Listener listener = listener();
        Pair pair = connected(listener);
        assertThat(pair.client().remoteAddress()).isEqualTo(listener.localAddress());
        assertThat(pair.server().localAddress()).isEqualTo(listener.localAddress());
        assertThat(pair.server().remoteAddress()).isEqualTo(pair.client().localAddress());
        assertThat(pair.client()).hasToString("connection to " + listener.localAddress());
    }

    @Test
    void aUnixPeerThatIsNotBoundHasAnEmptyPath() throws IOException {
        Drivers.need(driver, Drivers.Feature.ABSTRACT_ADDRESSES);
        Pair pair = connected(loop.listen(name()).await());
        assertThat(pair.server().remoteAddress()).isEqualTo(UnixDomainSocketAddress.of(""));
    }

    @Test
    void aListenerForVersion6TakesVersion4Too() throws IOException {
        assumeVersion6();
        Listener listener = loop.listen(new InetSocketAddress("::", 0)).await();
        int port = ((InetSocketAddress) listener.localAddress()).getPort();
        Connection client =
                loop.connect(new InetSocketAddress("127.0.0.1", port)).await();
        assertReaches(client, listener.accept().await());
    }

    @Test
    void aListenerForVersion6AloneDoesNot() throws IOException {
        Drivers.need(driver, Drivers.Feature.KERNEL_OPTIONS);
        assumeVersion6();
        Listener listener = loop.listen(
                        new InetSocketAddress("::", 0), ListenOptions.defaults().onlyV6(true))
                .await();
        int port = ((InetSocketAddress) listener.localAddress()).getPort();
        assertThatThrownBy(() ->
                        loop.connect(new InetSocketAddress("127.0.0.1", port)).await())
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void whereNobodyListensOneIsRefused() throws IOException {
        Listener listener = listener();
        SocketAddress address = listener.localAddress();
        listener.close();
        assertThatThrownBy(() -> loop.connect(address).await())
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("ECONNREFUSED")
                .hasMessageContaining(address.toString());
    }

    @Test
    void whereThereIsNoSocketOneIsRefusedToo() {
        SocketAddress address = UnixDomainSocketAddress.of(folder.resolve("none"));
        assertThatThrownBy(() -> loop.connect(address).await())
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("ENOENT");
    }

    @Test
    void anAddressIsGivenOnce() throws IOException {
        SocketAddress address = listener().localAddress();
        assertThatThrownBy(() -> loop.listen(address).await())
                .isInstanceOf(BindException.class)
                .hasMessageContaining("EADDRINUSE")
                .hasMessageContaining("Somebody listens there");
    }

    @Test
    void aFileThatAnEarlierListenerLeftIsInTheWay() throws IOException {
        SocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket"));
        loop.listen(address).await().close();
        assertThatThrownBy(() -> loop.listen(address).await())
                .isInstanceOf(BindException.class)
                .hasMessageContaining("delete the other");
    }

    private void assertConnects(SocketAddress address) throws IOException {
        Listener listener = loop.listen(address).await();
        Pair pair = connected(listener);
        assertReaches(pair.client(), pair.server());
        assertReaches(pair.server(), pair.client());
    }

    static void assumeVersion6() throws IOException {
        Path addresses = Path.of("/proc/net/if_inet6");
        assumeTrue(
                Files.exists(addresses) && Files.readString(addresses).contains("0".repeat(31) + "1 "),
                "the machine has no IPv6 address");
    }

    private AbstractAddress name() {
        return AbstractAddress.of(
                "ferrule-test-" + driver + "-" + ProcessHandle.current().pid());
    }
}

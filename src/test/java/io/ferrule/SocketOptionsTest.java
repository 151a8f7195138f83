package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.bindings.libc.LibC;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What sockets can be told about themselves. */
@Needs(Drivers.Feature.SOCKETS)
class SocketOptionsTest extends LoopContract {
    @Test
    void aSwitchIsOffAndOnAndOffAgain() throws IOException {
        Connection client = connected().client();
        for (SocketOption<Boolean> option :
                List.of(StandardSocketOptions.TCP_NODELAY, StandardSocketOptions.SO_KEEPALIVE)) {
            assertThat(client.getOption(option)).isFalse();
            client.setOption(option, true);
            assertThat(client.getOption(option)).isTrue();
            client.setOption(option, false);
            assertThat(client.getOption(option)).isFalse();
        }
    }

    @Test
    void theKernelDoublesTheSizeOfABuffer() throws IOException {
        Drivers.need(driver, Drivers.Feature.KERNEL_OPTIONS);
        Connection client = connected().client();
        client.setOption(StandardSocketOptions.SO_SNDBUF, 20_000);
        assertThat(client.getOption(StandardSocketOptions.SO_SNDBUF)).isEqualTo(40_000);
        client.setOption(StandardSocketOptions.SO_RCVBUF, 30_000);
        assertThat(client.getOption(StandardSocketOptions.SO_RCVBUF)).isEqualTo(60_000);
    }

    @Test
    void lingeringIsATimeInSecondsOrOff() throws IOException {
        Connection client = connected().client();
        assertThat(client.getOption(StandardSocketOptions.SO_LINGER)).isNegative();
        client.setOption(StandardSocketOptions.SO_LINGER, 5);
        assertThat(client.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(5);
        client.setOption(StandardSocketOptions.SO_LINGER, -1);
        assertThat(client.getOption(StandardSocketOptions.SO_LINGER)).isNegative();
    }

    @Test
    void optionsOfTheJdkNetModuleAreKnownByName() throws IOException {
        Connection client = connected().client();
        SocketOption<Integer> idle = option("TCP_KEEPIDLE");
        client.setOption(idle, 77);
        assertThat(client.getOption(idle)).isEqualTo(77);
        assertThat(client.getOption(LibC.IPPROTO_TCP(), LibC.TCP_KEEPIDLE())).isEqualTo(77);
    }

    @Test
    void anyOptionIsSetByTheKernelsNumbers() throws IOException {
        Drivers.need(driver, Drivers.Feature.KERNEL_OPTIONS);
        Connection client = connected().client();
        client.setOption(LibC.IPPROTO_TCP(), LibC.TCP_USER_TIMEOUT(), 4321);
        assertThat(client.getOption(LibC.IPPROTO_TCP(), LibC.TCP_USER_TIMEOUT()))
                .isEqualTo(4321);
    }

    @Test
    void theClassOfTrafficHasANameOfItsOwnInVersion6() throws IOException {
        AddressesTest.assumeVersion6();
        Datagrams six = loop.datagrams(new InetSocketAddress("::1", 0)).await();
        six.setOption(StandardSocketOptions.IP_TOS, 0x10);
        assertThat(six.getOption(StandardSocketOptions.IP_TOS)).isEqualTo(0x10);
        Datagrams four = loop.datagrams(LOOPBACK).await();
        four.setOption(StandardSocketOptions.IP_TOS, 0x10);
        assertThat(four.getOption(StandardSocketOptions.IP_TOS)).isEqualTo(0x10);
    }

    @Test
    void datagramsMayBeBroadcast() throws IOException {
        Datagrams datagrams = loop.datagrams(StandardProtocolFamily.INET).await();
        datagrams.setOption(StandardSocketOptions.SO_BROADCAST, true);
        assertThat(datagrams.getOption(StandardSocketOptions.SO_BROADCAST)).isTrue();
    }

    @Test
    void aListenerReusesAddressesUnlessToldOtherwise() throws IOException {
        assertThat(listener().getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
        Listener other = loop.listen(
                        LOOPBACK, ListenOptions.defaults().reuseAddress(false).reusePort(true))
                .await();
        assertThat(other.getOption(StandardSocketOptions.SO_REUSEADDR)).isFalse();
        assertThat(other.getOption(StandardSocketOptions.SO_REUSEPORT)).isTrue();
    }

    @Test
    void anOptionThatIsNotKnownIsRefusedWithTheWayOut() throws IOException {
        Connection client = connected().client();
        assertThatThrownBy(() -> client.getOption(StandardSocketOptions.IP_MULTICAST_IF))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("use setOption(level, name, value)");
    }

    @Test
    void anOptionOfAnotherKindOfSocketIsRefusedByTheKernel() throws IOException {
        Datagrams datagrams = loop.datagrams(LOOPBACK).await();
        assertThatThrownBy(() -> datagrams.setOption(StandardSocketOptions.TCP_NODELAY, true))
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("setsockopt")
                .hasMessageContaining("ENOPROTOOPT");
    }

    @Test
    void theLoopsOwnThreadAsksToo() throws Exception {
        Connection client = connected().client();
        assertThat(onLoop(() -> client.getOption(StandardSocketOptions.TCP_NODELAY)))
                .isFalse();
        assertThat(onLoop(client::remoteAddress)).isEqualTo(client.remoteAddress());
    }

    private static SocketOption<Integer> option(String name) {
        return new SocketOption<>() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Class<Integer> type() {
                return Integer.class;
            }
        };
    }
}

package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What one can do wrong with sockets, and what one is told. */
@Needs(Drivers.Feature.SOCKETS)
class SocketMisuseTest extends LoopContract {
    @Test
    void everyMethodOfAClosedConnectionSaysSo() throws Exception {
        Connection closed = connected().client();
        closed.close();
        Buffer buffer = Buffer.allocate(1);
        Buffer[] buffers = {buffer};
        BufferLeases leases = loop.leases(1, 1);
        assertThat(closed.isOpen()).isFalse();
        assertEachIsRefused(
                () -> closed.receive(buffer),
                () -> closed.receive(buffer, 0, 1),
                () -> closed.receiveFully(buffer, 0, 1),
                () -> closed.receive(buffers),
                () -> closed.receiveFully(buffers),
                () -> closed.receiveAll(leases, (lease, end) -> {}),
                () -> closed.send(buffer, 0, 1),
                () -> closed.sendFully(buffer, 0, 1),
                () -> closed.send(buffers),
                () -> closed.sendFully(buffers),
                () -> closed.sendZeroCopy(buffer, 0, 1),
                () -> closed.sendFullyZeroCopy(buffer, 0, 1),
                closed::shutdownInput,
                closed::shutdownOutput,
                closed::localAddress,
                closed::remoteAddress,
                () -> closed.getOption(StandardSocketOptions.TCP_NODELAY),
                () -> closed.setOption(StandardSocketOptions.TCP_NODELAY, true),
                () -> closed.getOption(1, 1),
                () -> closed.setOption(1, 1, 1),
                closed::receiveDescriptor,
                () -> closed.sendDescriptor(io.ferrule.sys.Fd.CWD),
                () -> closed.moveTo(loop));
        closed.close();
        closed.closeAsync().get();
    }

    @Test
    void everyMethodOfAClosedListenerSaysSo() throws Exception {
        Listener closed = listener();
        closed.close();
        assertEachIsRefused(closed::accept, () -> closed.acceptAll((c, end) -> {}), closed::localAddress);
        closed.close();
    }

    @Test
    void everyMethodOfAClosedDatagramSocketSaysSo() throws Exception {
        Datagrams closed = loop.datagrams(LOOPBACK).await();
        closed.close();
        Buffer buffer = Buffer.allocate(1);
        PeerAddress peer = new PeerAddress(LOOPBACK);
        assertEachIsRefused(
                () -> closed.receive(buffer),
                () -> closed.receive(buffer, peer),
                () -> closed.send(buffer, 0, 1),
                () -> closed.send(buffer, 0, 1, peer),
                () -> closed.connect(LOOPBACK),
                closed::localAddress,
                closed::remoteAddress);
        closed.close();
    }

    @Test
    void everyVerbOfAClosedLoopSaysSo() throws Exception {
        Loop closed = Loop.start(options());
        Listener listener = closed.listen(LOOPBACK).await();
        BufferLeases leases = closed.leases(2, 10);
        closed.close();
        assertEachIsRefused(
                () -> closed.connect(LOOPBACK),
                () -> closed.listen(LOOPBACK),
                () -> closed.datagrams(LOOPBACK),
                () -> closed.datagrams(StandardProtocolFamily.INET),
                closed::socketPair,
                () -> closed.adopt(io.ferrule.sys.Fd.CWD),
                () -> closed.leases(1, 1),
                listener::accept,
                listener::localAddress);
        listener.close();
        leases.close();
        closed.close();
    }

    @Test
    void whatWasDescribedBeforeTheCloseIsRefusedWhenItIsBegun() throws Exception {
        Pair pair = connected();
        Buffer buffer = Buffer.allocate(1);
        Transfer described = pair.client().receive(buffer);
        pair.client().close();
        assertThatThrownBy(described::await).isInstanceOf(java.nio.channels.AsynchronousCloseException.class);
        assertThat(buffer.isInFlight()).isFalse();
    }

    @Test
    void aCallbackBelongsToTheLoopsThread() throws Exception {
        Pair pair = connected();
        Buffer buffer = Buffer.allocate(1);
        assertThatThrownBy(() -> pair.client().receive(buffer).start((bytes, error) -> {}))
                .isInstanceOf(WrongThreadException.class)
                .hasMessageContaining("use await() or future()");
        assertThatThrownBy(() -> loop.connect(LOOPBACK).start((connection, error) -> {}))
                .isInstanceOf(WrongThreadException.class);
        assertThat(buffer.isInFlight()).isFalse();
    }

    @Test
    void withinACallbackNothingIsAwaited() throws Exception {
        Pair pair = connected();
        Throwable thrown = onLoop(() -> org.assertj.core.api.Assertions.catchThrowable(
                () -> pair.client().receive(Buffer.allocate(1)).await()));
        assertThat(thrown)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("use start(callback) or future()");
    }

    @Test
    void aBufferThatIsBeingFilledIsRefusedToOthers() throws Exception {
        Pair pair = connected();
        Buffer buffer = Buffer.allocate(8);
        pair.client().receive(buffer).future();
        assertThatIllegalStateException()
                .isThrownBy(() -> pair.server().send(buffer, 0, 8).future())
                .withMessageContaining("a request is filling it");
        assertThatIllegalStateException().isThrownBy(() -> buffer.put(0, (byte) 1));
        assertThatIllegalStateException().isThrownBy(buffer::close);
    }

    @Test
    void oneBufferOfSeveralThatIsNotFreeLeavesTheOthersFree() throws Exception {
        Pair pair = connected();
        Buffer free = Buffer.allocate(8);
        Buffer taken = Buffer.allocate(8);
        pair.client().receive(taken).future();
        assertThatIllegalStateException()
                .isThrownBy(
                        () -> pair.server().receive(new Buffer[] {free, taken}).future());
        assertThat(free.isInFlight()).isFalse();
        free.close();
    }

    @Test
    void aPartOutsideTheBufferIsRefused() throws Exception {
        Connection client = connected().client();
        Buffer buffer = Buffer.allocate(8);
        for (int[] part : new int[][] {{0, 9}, {8, 1}, {-1, 2}, {4, -1}, {1, Integer.MAX_VALUE}}) {
            assertThatThrownBy(() -> client.receive(buffer, part[0], part[1]))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> client.send(buffer, part[0], part[1]))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void anUnresolvedAddressIsRefusedBeforeAnythingIsDone() {
        assertThatThrownBy(() -> loop.connect(InetSocketAddress.createUnresolved("example.invalid", 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is unresolved");
    }

    @Test
    void leasesOfAnotherLoopAreRefused() throws Exception {
        Loop other = keep(Loop.start(options()));
        Connection client = connected().client();
        BufferLeases foreign = other.leases(1, 10);
        assertThatThrownBy(() -> client.receiveAll(foreign, (lease, end) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another loop");
    }

    @Test
    void leasesAreAPowerOfTwo() {
        assertThatThrownBy(() -> loop.leases(3, 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a power of two");
        assertThatThrownBy(() -> loop.leases(4, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void assertEachIsRefused(ThrowingCallable... calls) {
        for (ThrowingCallable call : List.of(calls)) {
            assertThatIllegalStateException().isThrownBy(call).withMessageContaining("closed");
        }
    }
}

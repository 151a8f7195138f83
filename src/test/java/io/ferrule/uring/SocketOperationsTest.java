package io.ferrule.uring;

import static io.ferrule.uring.Opcode.IORING_OP_BIND;
import static io.ferrule.uring.Opcode.IORING_OP_LISTEN;
import static io.ferrule.uring.Opcode.IORING_OP_SHUTDOWN;
import static io.ferrule.uring.Opcode.IORING_OP_SOCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** Making sockets, naming them, connecting them and shutting them down. */
class SocketOperationsTest extends SocketTest {
    private static final long MILLIS = 1_000_000;

    @Test
    @Covers("IORING_OP_SOCKET")
    void aSocketIsTheResultOfMakingOne() throws IOException {
        needs(IORING_OP_SOCKET);
        sq().socket(LibC.AF_INET(), LibC.SOCK_DGRAM() | LibC.SOCK_CLOEXEC(), 0);
        Fd socket = descriptor(result());
        MemorySegment type = arena.allocate(ValueLayout.JAVA_INT);
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, Integer.BYTES);
        check(LibC.getsockopt(socket.number(), LibC.SOL_SOCKET(), LibC.SO_TYPE(), type, length), "getsockopt");
        assertThat(type.get(ValueLayout.JAVA_INT, 0)).isEqualTo(LibC.SOCK_DGRAM());
    }

    @Test
    @Covers("IORING_OP_SOCKET")
    void aSocketOfNoKnownDomainIsRefused() throws IOException {
        needs(IORING_OP_SOCKET);
        sq().socket(200, LibC.SOCK_STREAM(), 0);
        assertThat(result()).isEqualTo(error(Errno.EAFNOSUPPORT));
    }

    @Test
    @Covers({"IORING_OP_BIND", "IORING_OP_LISTEN"})
    void aSocketThatIsBoundAndListensCanBeConnectedTo() throws IOException {
        needs(IORING_OP_BIND);
        needs(IORING_OP_LISTEN);
        Fd socket = stream();
        sq().bind(socket, loopback()).link();
        sq().listen(socket, 1);
        assertThat(result()).isZero();
        assertThat(result()).isZero();
        assertThat(connectTo(socket).isOpen()).isTrue();
    }

    @Test
    @Covers("IORING_OP_BIND")
    void anAddressIsGivenOnce() throws IOException {
        needs(IORING_OP_BIND);
        sq().bind(stream(), address(listener()));
        assertThat(result()).isEqualTo(error(Errno.EADDRINUSE));
    }

    @Test
    @Covers("IORING_OP_LISTEN")
    void aSocketForDatagramsDoesNotListen() throws IOException {
        needs(IORING_OP_LISTEN);
        sq().listen(datagrams(), 1);
        assertThat(result()).isEqualTo(error(Errno.EOPNOTSUPP));
    }

    @Test
    @Covers("IORING_OP_CONNECT")
    void connectingReachesTheListener() throws IOException {
        Fd listener = listener();
        Fd client = stream();
        sq().connect(client, address(listener));
        assertThat(result()).isZero();
        MemorySegment peer = arena.allocate(64);
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, 64);
        check(LibC.getpeername(client.number(), peer, length), "getpeername");
        assertThat(port(peer)).isEqualTo(port(address(listener)));
    }

    @Test
    @Covers("IORING_OP_CONNECT")
    void connectingToAPortThatNobodyListensOnIsRefused() throws IOException {
        sq().connect(stream(), address(bound(stream())));
        assertThat(result()).isEqualTo(error(Errno.ECONNREFUSED));
    }

    @Test
    @Covers("IORING_OP_CONNECT")
    void connectingTwiceIsAnError() throws IOException {
        Fd listener = listener();
        sq().connect(connectTo(listener), address(listener));
        assertThat(result()).isEqualTo(error(Errno.EISCONN));
    }

    @Test
    @Covers({"IORING_OP_CONNECT", "IORING_OP_LINK_TIMEOUT"})
    void aLinkedTimeoutEndsAConnectThatNobodyAnswers() throws IOException {
        Fd listener = listener(0);
        connectTo(listener); // takes the only place of the backlog: the next one has no answer
        sq().connect(stream(), address(listener)).link().userData(1);
        sq().linkTimeout(20 * MILLIS, 0).userData(2);
        assertThat(results(2)).containsExactly(error(Errno.ECANCELED), error(Errno.ETIME));
    }

    @Test
    @Covers({"IORING_OP_CONNECT", "IORING_OP_LINK_TIMEOUT"})
    void aLinkedTimeoutIsTakenBackWhenTheConnectIsAnswered() throws IOException {
        sq().connect(stream(), address(listener())).link().userData(1);
        sq().linkTimeout(20_000 * MILLIS, 0).userData(2);
        assertThat(results(2)).containsExactly(0, error(Errno.ECANCELED));
    }

    @Test
    @Covers("IORING_OP_SHUTDOWN")
    void shuttingDownWritingIsTheEndOfTheStreamForThePeer() throws IOException {
        needs(IORING_OP_SHUTDOWN);
        Pipe sockets = keep(Pipe.sockets());
        sq().shutdown(sockets.writer(), LibC.SHUT_WR());
        assertThat(result()).isZero();
        assertThat(sockets.read()).isNull();
        Pipe.write(sockets.reader(), "the other way is open still");
        assertThat(Pipe.read(sockets.writer())).isEqualTo("the other way is open still");
    }

    @Test
    @Covers("IORING_OP_SHUTDOWN")
    void onlySocketsAreShutDown() throws IOException {
        needs(IORING_OP_SHUTDOWN);
        sq().shutdown(keep(Pipe.open()).writer(), LibC.SHUT_WR());
        assertThat(result()).isEqualTo(error(Errno.ENOTSOCK));
    }
}

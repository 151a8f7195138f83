package io.ferrule.uring;

import static io.ferrule.uring.UringFlags.SOCKET_URING_OP_GETSOCKOPT;
import static io.ferrule.uring.UringFlags.SOCKET_URING_OP_SETSOCKOPT;
import static io.ferrule.uring.UringFlags.SOCKET_URING_OP_SIOCINQ;
import static io.ferrule.uring.UringFlags.SOCKET_URING_OP_SIOCOUTQ;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a socket is asked and told by command: how much waits in it, its options, its names. */
class SocketCommandTest extends SocketTest {
    private MemorySegment value;

    @BeforeEach
    void allocate() throws IOException {
        needs(Opcode.IORING_OP_FUTEX_WAIT); // of the same release as commands of sockets
        value = arena.allocate(ValueLayout.JAVA_INT);
    }

    @Test
    @Covers("IORING_OP_URING_CMD")
    void unreadBytesAreCounted() throws IOException {
        Fd[] connection = connection();
        Pipe.write(connection[0], "unread");
        sq().socketCommand(connection[1], SOCKET_URING_OP_SIOCINQ, 0, 0, MemorySegment.NULL);
        assertThat(result()).isEqualTo(6);
    }

    @Test
    @Covers("IORING_OP_URING_CMD")
    void unsentBytesAreCounted() throws IOException {
        Fd socket = connection()[0];
        sq().socketCommand(socket, SOCKET_URING_OP_SIOCOUTQ, 0, 0, MemorySegment.NULL);
        assertThat(result()).isZero();
    }

    @Test
    @Covers("IORING_OP_URING_CMD")
    void bytesThatThePeerHasNoRoomForAreUnsent() throws IOException {
        Fd[] connection = connection();
        MemorySegment buffer = arena.allocate(1 << 16);
        int sent;
        do {
            sq().send(connection[0], buffer, LibC.MSG_DONTWAIT());
            sent = result();
        } while (sent > 0);
        sq().socketCommand(connection[0], SOCKET_URING_OP_SIOCOUTQ, 0, 0, MemorySegment.NULL);
        assertThat(result()).isPositive();
    }

    @Test
    @Covers("IORING_OP_URING_CMD")
    void anOptionIsReadAndTheResultIsItsLength() throws IOException {
        Fd socket = stream();
        sq().socketCommand(socket, SOCKET_URING_OP_GETSOCKOPT, LibC.SOL_SOCKET(), LibC.SO_TYPE(), value);
        assertThat(result()).isEqualTo(Integer.BYTES);
        assertThat(value.get(ValueLayout.JAVA_INT, 0)).isEqualTo(LibC.SOCK_STREAM());
    }

    @Test
    @Covers("IORING_OP_URING_CMD")
    void anOptionIsSet() throws IOException {
        Fd socket = stream();
        value.set(ValueLayout.JAVA_INT, 0, 1);
        sq().socketCommand(socket, SOCKET_URING_OP_SETSOCKOPT, LibC.SOL_SOCKET(), LibC.SO_KEEPALIVE(), value);
        assertThat(result()).isZero();
        value.fill((byte) 9);
        sq().socketCommand(socket, SOCKET_URING_OP_GETSOCKOPT, LibC.SOL_SOCKET(), LibC.SO_KEEPALIVE(), value);
        assertThat(result()).isEqualTo(Integer.BYTES);
        assertThat(value.get(ValueLayout.JAVA_INT, 0)).isEqualTo(1);
    }

    @Test
    @Covers("IORING_OP_URING_CMD")
    void optionsOfOtherLevelsAreSetButNotRead() throws IOException {
        Fd socket = stream();
        value.set(ValueLayout.JAVA_INT, 0, 1);
        sq().socketCommand(socket, SOCKET_URING_OP_SETSOCKOPT, LibC.IPPROTO_TCP(), LibC.TCP_NODELAY(), value);
        assertThat(result()).isZero();
        sq().socketCommand(socket, SOCKET_URING_OP_GETSOCKOPT, LibC.IPPROTO_TCP(), LibC.TCP_NODELAY(), value);
        assertThat(result()).isEqualTo(error(Errno.EOPNOTSUPP));
    }

    @Test
    @Covers("IORING_OP_URING_CMD")
    void aPlainCommandReachesTheSocketToo() throws IOException {
        Fd[] connection = connection();
        Pipe.write(connection[0], "unread");
        sq().uringCommand(connection[1], SOCKET_URING_OP_SIOCINQ, 0);
        assertThat(result()).isEqualTo(6);
    }

    @Test
    @Covers("IORING_OP_URING_CMD")
    void aCommandThatTheSocketDoesNotKnowIsRefused() throws IOException {
        sq().uringCommand(stream(), 1000, 0);
        assertThat(result()).isEqualTo(error(Errno.EOPNOTSUPP));
    }

    @Test
    @Covers("IORING_OP_URING_CMD")
    void aFileWithoutCommandsRefusesAll() throws IOException {
        sq().uringCommand(keep(Pipe.open()).reader(), 0, 0);
        assertThat(result()).isEqualTo(error(Errno.EOPNOTSUPP));
    }

    @Test
    @Covers("IORING_OP_URING_CMD")
    void aSocketTellsItsNameAndItsPeers() throws IOException {
        Fd listener = listener();
        Fd client = connectTo(listener);
        assertThat(name(client, false)).isEqualTo(port(address(client)));
        assertThat(name(client, true)).isEqualTo(port(address(listener)));
    }

    /** The port in a socket's name. */
    private int name(Fd socket, boolean peer) throws IOException {
        MemorySegment address = arena.allocate(64);
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, 64);
        sq().socketName(socket, address, length, peer);
        int result = result();
        assumeTrue(result != error(Errno.EOPNOTSUPP), "needs SOCKET_URING_OP_GETSOCKNAME, Linux 6.19");
        assertThat(result).isZero();
        return port(address.asSlice(0, length.get(ValueLayout.JAVA_INT, 0)));
    }
}

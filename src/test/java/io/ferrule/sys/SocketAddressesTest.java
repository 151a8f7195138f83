package io.ferrule.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Addresses of sockets, to the kernel and back: a socket is bound to each, and says what the kernel made of it. */
class SocketAddressesTest {
    @TempDir
    Path folder;

    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        arena.close();
    }

    @Test
    void theKernelKnowsAnInternetAddress() throws IOException {
        InetSocketAddress bound = (InetSocketAddress) bind(new InetSocketAddress("127.0.0.1", 0));
        assertThat(bound.getAddress()).isEqualTo(InetAddress.getByName("127.0.0.1"));
        assertThat(bound.getPort()).isPositive();
        assertThat(decoded(new InetSocketAddress("127.0.0.1", 65_535)))
                .isEqualTo(new InetSocketAddress("127.0.0.1", 65_535));
    }

    @Test
    void theKernelKnowsAnInternetAddressOfVersion6() throws IOException {
        InetSocketAddress loopback = new InetSocketAddress("::1", 0);
        SocketAddress bound = bind(loopback);
        assertThat(((InetSocketAddress) bound).getAddress()).isEqualTo(loopback.getAddress());
    }

    @Test
    void aScopeIsKept() throws IOException {
        byte[] linkLocal = InetAddress.getByName("fe80::1:2").getAddress();
        InetSocketAddress address = new InetSocketAddress(Inet6Address.getByAddress(null, linkLocal, 7), 80);
        InetSocketAddress decoded = (InetSocketAddress) decoded(address);
        assertThat(((Inet6Address) decoded.getAddress()).getScopeId()).isEqualTo(7);
        assertThat(decoded).isEqualTo(address);
    }

    @Test
    void everyByteOfAnEncodedAddressIsItsOwn() {
        MemorySegment memory = arena.allocate(SocketAddresses.MAX_SIZE, 8).fill((byte) 0xff);
        int length = SocketAddresses.encode(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0x1234), memory);
        byte[] expected = new byte[16];
        expected[0] = 2; // AF_INET, on machines that begin with the low byte, as all we run on
        expected[2] = 0x12;
        expected[3] = 0x34;
        expected[4] = 127;
        expected[7] = 1;
        assertThat(memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, length)).isEqualTo((byte) 0xff);
    }

    @Test
    void aPathIsAnAddress() throws IOException {
        SocketAddress address = UnixDomainSocketAddress.of(folder.resolve("socket"));
        assertThat(bind(address)).isEqualTo(address);
    }

    @Test
    void aPathMayHave107Bytes() throws IOException {
        String path = "x".repeat(107);
        assertThat(decoded(UnixDomainSocketAddress.of(path))).isEqualTo(UnixDomainSocketAddress.of(path));
    }

    @Test
    void aLongerPathIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> decoded(UnixDomainSocketAddress.of("x".repeat(108))))
                .withMessageContaining("at most 107 bytes")
                .withMessageContaining("108")
                .withMessageContaining("take a shorter one");
    }

    @Test
    void bytesCountAndNotCharacters() {
        assumeTrue(
                Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"))
                        .newEncoder()
                        .canEncode("ä"),
                "names of files hold only ASCII in this JVM: set LANG=C.UTF-8");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> decoded(UnixDomainSocketAddress.of("ä".repeat(54))))
                .withMessageContaining("108");
    }

    @Test
    void anAbstractNameIsAnAddress() throws IOException {
        SocketAddress address =
                AbstractAddress.of("ferrule-test-" + ProcessHandle.current().pid());
        assertThat(bind(address)).isEqualTo(address);
    }

    @Test
    void anAbstractNameIsAnyBytes() throws IOException {
        SocketAddress address = AbstractAddress.of(
                new byte[] {'f', 0, 'r', 0, (byte) ProcessHandle.current().pid()});
        assertThat(bind(address)).isEqualTo(address).hasSameHashCodeAs(address);
    }

    @Test
    void anAbstractNameHas1To107Bytes() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AbstractAddress.of("x".repeat(108)))
                .withMessageContaining("1 to 107 bytes, not 108");
        assertThatIllegalArgumentException().isThrownBy(() -> AbstractAddress.of(""));
        assertThat(AbstractAddress.of("x".repeat(107))).hasToString("@" + "x".repeat(107));
    }

    @Test
    void whoBindsToAnEmptyPathIsGivenAName() throws IOException {
        assertThat(bind(UnixDomainSocketAddress.of(""))).isInstanceOf(AbstractAddress.class);
    }

    @Test
    void aUnixSocketThatIsNotBoundHasAnEmptyPath() throws IOException {
        try (Fd socket = socket(LibC.AF_UNIX())) {
            assertThat(SocketAddresses.of(socket)).isEqualTo(UnixDomainSocketAddress.of(""));
        }
    }

    @Test
    void anAddressOfNoLengthIsNone() {
        assertThat(SocketAddresses.decode(arena.allocate(SocketAddresses.MAX_SIZE, 8), 0))
                .isNull();
    }

    @Test
    void anUnresolvedAddressIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> decoded(InetSocketAddress.createUnresolved("example.invalid", 80)))
                .withMessageContaining("example.invalid")
                .withMessageContaining("is unresolved: new InetSocketAddress(host, port) resolves it");
    }

    @Test
    void anAddressOfAnotherKindIsRefused() {
        SocketAddress strange = new SocketAddress() {};
        assertThatThrownBy(() -> decoded(strange)).isInstanceOf(UnsupportedAddressTypeException.class);
    }

    @Test
    void aFamilyThatJavaHasNoTypeForIsRefused() {
        MemorySegment netlink = arena.allocate(SocketAddresses.MAX_SIZE, 8);
        netlink.set(ValueLayout.JAVA_SHORT, 0, (short) LibC.AF_NETLINK());
        assertThatThrownBy(() -> SocketAddresses.decode(netlink, 12))
                .isInstanceOf(UnsupportedAddressTypeException.class);
    }

    @Test
    void whatIsNoSocketHasNoAddress() throws IOException {
        try (Fd file = Fd.open(folder, LibC.O_RDONLY(), 0)) {
            assertThatThrownBy(() -> SocketAddresses.of(file))
                    .isInstanceOf(ErrnoException.class)
                    .hasMessageContaining("ENOTSOCK");
        }
    }

    private @Nullable SocketAddress decoded(SocketAddress address) {
        MemorySegment memory = SocketAddresses.allocate(arena, address);
        return SocketAddresses.decode(memory, (int) memory.byteSize());
    }

    private @Nullable SocketAddress bind(SocketAddress address) throws IOException {
        MemorySegment memory = SocketAddresses.allocate(arena, address);
        try (Fd socket = socket(SocketAddresses.family(address))) {
            int result = SystemCall.invoke(SystemCall.BIND, socket.number(), memory.address(), memory.byteSize());
            assumeTrue(result != -Errno.EADDRNOTAVAIL.number(), "the machine has no address " + address);
            assertThat(result).isZero();
            return SocketAddresses.of(socket);
        }
    }

    private static Fd socket(int family) {
        int result = SystemCall.invoke(SystemCall.SOCKET, family, LibC.SOCK_DGRAM() | LibC.SOCK_CLOEXEC(), 0);
        assumeTrue(result >= 0, () -> "the kernel makes no socket of family " + family + ": " + Errno.nameOf(result));
        return Fd.own(result);
    }
}

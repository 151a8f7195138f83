package io.ferrule.sys;

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
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.channels.UnsupportedAddressTypeException;
import org.jspecify.annotations.Nullable;

/**
 * Addresses of sockets, as Java has them and as the kernel does ({@code struct sockaddr}): {@link InetSocketAddress} for IPv4 and IPv6,
 * {@link UnixDomainSocketAddress}, {@link AbstractAddress}.
 */
public final class SocketAddresses {
    /** Room for any address, in bytes: {@code sizeof(struct sockaddr_storage)}. */
    public static final int MAX_SIZE = 128;

    /** The longest path, in bytes: {@code sun_path} but for its NUL. */
    private static final int MAX_PATH = 107;

    private static final ValueLayout.OfShort PORT = ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    private SocketAddresses() {}

    /**
     * The address family a socket needs for this address: {@code AF_INET}, {@code AF_INET6} or {@code AF_UNIX}.
     *
     * @throws UnsupportedAddressTypeException for a type of address that is not one of the three
     */
    public static int family(SocketAddress address) {
        if (address instanceof InetSocketAddress internet) {
            return resolved(internet) instanceof Inet6Address ? LibC.AF_INET6() : LibC.AF_INET();
        }
        if (address instanceof UnixDomainSocketAddress || address instanceof AbstractAddress) {
            return LibC.AF_UNIX();
        }
        throw new UnsupportedAddressTypeException();
    }

    /**
     * Writes an address for the kernel.
     *
     * @param memory {@link #MAX_SIZE} bytes, aligned to 8
     * @return its length in bytes
     * @throws IllegalArgumentException when it is unresolved, or its path is longer than 107 bytes
     * @throws UnsupportedAddressTypeException for a type of address that the kernel does not know
     */
    public static int encode(SocketAddress address, MemorySegment memory) {
        memory.set(ValueLayout.JAVA_SHORT, 0, (short) family(address));
        if (address instanceof InetSocketAddress internet) {
            return encode(internet, memory);
        }
        if (address instanceof AbstractAddress named) {
            byte[] name = named.name();
            memory.set(ValueLayout.JAVA_BYTE, Layout.UNIX_PATH, (byte) 0);
            MemorySegment.copy(name, 0, memory, ValueLayout.JAVA_BYTE, Layout.UNIX_PATH + 1, name.length);
            return (int) Layout.UNIX_PATH + 1 + name.length;
        }
        return encode((UnixDomainSocketAddress) address, memory);
    }

    /** An address in memory of its own, exactly as long as it is. As {@link #encode}. */
    public static MemorySegment allocate(Arena arena, SocketAddress address) {
        MemorySegment memory = arena.allocate(MAX_SIZE, Long.BYTES);
        return memory.asSlice(0, encode(address, memory));
    }

    /**
     * Reads an address that the kernel has written.
     *
     * @param memory as for {@link #encode}
     * @param length as the kernel gave it, in bytes
     * @return null when there is none (length 0), as for the sender of an unbound Unix socket; a Unix address with an empty path for a socket that has
     *     none
     * @throws UnsupportedAddressTypeException for a family that Java has no type for
     */
    public static @Nullable SocketAddress decode(MemorySegment memory, int length) {
        if (length < Short.BYTES) {
            return null;
        }
        int family = memory.get(ValueLayout.JAVA_SHORT, 0);
        if (family == LibC.AF_INET()) {
            byte[] host = memory.asSlice(Layout.V4_HOST, 4).toArray(ValueLayout.JAVA_BYTE);
            return internet(memory, host, 0);
        }
        if (family == LibC.AF_INET6()) {
            byte[] host = memory.asSlice(Layout.V6_HOST, 16).toArray(ValueLayout.JAVA_BYTE);
            return internet(memory, host, memory.get(ValueLayout.JAVA_INT, Layout.V6_SCOPE));
        }
        if (family == LibC.AF_UNIX()) {
            long size = Math.min(length, MAX_SIZE) - Layout.UNIX_PATH;
            return unix(memory.asSlice(Layout.UNIX_PATH, size).toArray(ValueLayout.JAVA_BYTE));
        }
        throw new UnsupportedAddressTypeException();
    }

    /**
     * The address a socket is bound to. Mirrors {@code getsockname(2)}.
     *
     * @throws IOException as the kernel says: ENOTSOCK for what is no socket
     */
    public static @Nullable SocketAddress of(Fd socket) throws IOException {
        NativeLibrary.load();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(MAX_SIZE, Long.BYTES);
            MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, MAX_SIZE);
            int result = SystemCall.invoke(SystemCall.GETSOCKNAME, socket.number(), memory.address(), length.address());
            if (result < 0) {
                throw new ErrnoException(result, "getsockname", socket.toString(), null);
            }
            return decode(memory, length.get(ValueLayout.JAVA_INT, 0));
        }
    }

    private static InetAddress resolved(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        if (host == null) {
            throw new IllegalArgumentException("the address " + address
                    + " is unresolved: new InetSocketAddress(host, port) resolves it, and says whether that worked");
        }
        return host;
    }

    private static int encode(InetSocketAddress address, MemorySegment memory) {
        memory.set(PORT, Layout.PORT, (short) address.getPort());
        InetAddress host = resolved(address);
        byte[] bytes = host.getAddress();
        if (host instanceof Inet6Address six) {
            memory.set(ValueLayout.JAVA_INT, Layout.V6_FLOW, 0);
            MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, Layout.V6_HOST, bytes.length);
            memory.set(ValueLayout.JAVA_INT, Layout.V6_SCOPE, six.getScopeId());
            return (int) Layout.V6_SIZE;
        }
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, Layout.V4_HOST, bytes.length);
        memory.set(ValueLayout.JAVA_LONG, Layout.V4_REST, 0L);
        return (int) Layout.V4_SIZE;
    }

    private static int encode(UnixDomainSocketAddress address, MemorySegment memory) {
        byte[] path = PathBytes.of(address.getPath());
        if (path.length > MAX_PATH) {
            throw new IllegalArgumentException("the path of a Unix socket has at most " + MAX_PATH + " bytes, and "
                    + address + " has " + path.length + ": take a shorter one, or a relative one");
        }
        if (path.length == 0) {
            return (int) Layout.UNIX_PATH; // who binds to that is given an abstract name
        }
        MemorySegment.copy(path, 0, memory, ValueLayout.JAVA_BYTE, Layout.UNIX_PATH, path.length);
        memory.set(ValueLayout.JAVA_BYTE, Layout.UNIX_PATH + path.length, (byte) 0);
        return (int) Layout.UNIX_PATH + path.length + 1;
    }

    private static InetSocketAddress internet(MemorySegment memory, byte[] host, int scope) {
        int port = Short.toUnsignedInt(memory.get(PORT, Layout.PORT));
        try {
            InetAddress address =
                    scope == 0 ? InetAddress.getByAddress(host) : Inet6Address.getByAddress(null, host, scope);
            return new InetSocketAddress(address, port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    private static SocketAddress unix(byte[] path) {
        if (path.length > 1 && path[0] == 0) {
            byte[] name = new byte[path.length - 1];
            System.arraycopy(path, 1, name, 0, name.length);
            return AbstractAddress.of(name);
        }
        int length = 0;
        while (length < path.length && path[length] != 0) {
            length++;
        }
        return UnixDomainSocketAddress.of(PathBytes.text(path, length));
    }

    /** A class of its own, so that it is loaded after the helper library, whose errors then reach the caller as they are. */
    private static final class Layout {
        /** The same for both versions. */
        static final long PORT = 2;

        static final long V4_SIZE = 16;
        static final long V4_HOST = 4;
        static final long V4_REST = 8;
        static final long V6_SIZE = 28;
        static final long V6_FLOW = 4;
        static final long V6_HOST = 8;
        static final long V6_SCOPE = 24;
        static final long UNIX_PATH = 2;

        static {
            Abi.require("sizeof sockaddr_in", V4_SIZE);
            Abi.require("sockaddr_in.sin_port", PORT);
            Abi.require("sockaddr_in.sin_addr", V4_HOST);
            Abi.require("sizeof sockaddr_in6", V6_SIZE);
            Abi.require("sockaddr_in6.sin6_port", PORT);
            Abi.require("sockaddr_in6.sin6_addr", V6_HOST);
            Abi.require("sockaddr_in6.sin6_scope_id", V6_SCOPE);
            Abi.require("sizeof sockaddr_un", UNIX_PATH + MAX_PATH + 1);
            Abi.require("sockaddr_un.sun_path", UNIX_PATH);
            Abi.require("sizeof sockaddr_storage", MAX_SIZE);
        }
    }
}

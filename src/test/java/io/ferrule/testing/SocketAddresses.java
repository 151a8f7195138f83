package io.ferrule.testing;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.in_addr;
import io.ferrule.bindings.libc.sockaddr_in;
import io.ferrule.bindings.libc.sockaddr_storage;
import io.ferrule.bindings.libc.sockaddr_un;
import io.ferrule.sys.Fd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** Addresses of sockets as the kernel has them. A segment's size is the address's length. */
public final class SocketAddresses {
    private static final ValueLayout.OfInt BIG_ENDIAN_INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort BIG_ENDIAN_SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final long PORT = sockaddr_in.sin_port$offset();

    private SocketAddresses() {}

    /** 127.0.0.1 with a port; 0 lets the kernel choose one. */
    public static MemorySegment loopback(Arena arena, int port) {
        MemorySegment address = sockaddr_in.allocate(arena);
        sockaddr_in.sin_family(address, (short) LibC.AF_INET());
        address.set(BIG_ENDIAN_SHORT, PORT, (short) port);
        sockaddr_in.sin_addr(address).set(BIG_ENDIAN_INT, in_addr.s_addr$offset(), LibC.INADDR_LOOPBACK());
        return address;
    }

    /** A path of the local domain. */
    public static MemorySegment local(Arena arena, Path path) {
        MemorySegment address = sockaddr_un.allocate(arena);
        sockaddr_un.sun_family(address, (short) LibC.AF_UNIX());
        sockaddr_un.sun_path(address).setString(0, path.toString());
        return address;
    }

    /** The address that a socket is bound to. */
    public static MemorySegment of(Arena arena, Fd socket) {
        MemorySegment address = arena.allocate(sockaddr_storage.sizeof(), 8);
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) address.byteSize());
        if (LibC.getsockname(socket.number(), address, length) != 0) {
            throw new AssertionError(socket + " has no address");
        }
        return address.asSlice(0, length.get(ValueLayout.JAVA_INT, 0));
    }

    /** The port of an internet address. */
    public static int port(MemorySegment address) {
        return Short.toUnsignedInt(address.get(BIG_ENDIAN_SHORT, PORT));
    }
}

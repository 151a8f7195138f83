package io.ferrule.uring;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SocketAddresses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;

/** Sockets made by plain system calls, as the other side of what a test is about. */
abstract class SocketTest extends OperationTest {
    Fd stream() {
        return descriptor(LibC.socket(LibC.AF_INET(), LibC.SOCK_STREAM() | LibC.SOCK_CLOEXEC(), 0));
    }

    /** A socket for datagrams, with an address. */
    Fd datagrams() {
        Fd socket = descriptor(LibC.socket(LibC.AF_INET(), LibC.SOCK_DGRAM() | LibC.SOCK_CLOEXEC(), 0));
        return bound(socket);
    }

    Fd bound(Fd socket) {
        MemorySegment address = loopback();
        check(LibC.bind(socket.number(), address, (int) address.byteSize()), "bind");
        return socket;
    }

    Fd listener(int backlog) {
        Fd socket = bound(stream());
        check(LibC.listen(socket.number(), backlog), "listen");
        return socket;
    }

    Fd listener() {
        return listener(LibC.SOMAXCONN());
    }

    /** A new connection to a socket that listens. */
    Fd connectTo(Fd listener) {
        Fd client = stream();
        MemorySegment address = address(listener);
        check(LibC.connect(client.number(), address, (int) address.byteSize()), "connect");
        return client;
    }

    /** Two ends of a TCP connection. */
    Fd[] connection() {
        Fd listener = listener();
        Fd client = connectTo(listener);
        return new Fd[] {client, descriptor(LibC.accept(listener.number(), MemorySegment.NULL, MemorySegment.NULL))};
    }

    /** 127.0.0.1 with any free port. */
    MemorySegment loopback() {
        return SocketAddresses.allocate(arena, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /** The address that a socket is bound to. */
    MemorySegment address(Fd socket) {
        try {
            return SocketAddresses.allocate(arena, Objects.requireNonNull(SocketAddresses.of(socket)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The port of an internet address. */
    static int port(MemorySegment address) {
        InetSocketAddress decoded = (InetSocketAddress) SocketAddresses.decode(address, (int) address.byteSize());
        return Objects.requireNonNull(decoded).getPort();
    }

    static void check(int result, String call) {
        if (result != 0) {
            throw new AssertionError(call + " failed");
        }
    }
}

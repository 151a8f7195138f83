package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import java.io.IOException;
import java.net.SocketOption;
import java.util.HashMap;
import java.util.Map;

/**
 * What Java calls an option of a socket, in the kernel's terms. Options are known by their names, so that those of the module jdk.net are too without
 * that being needed.
 *
 * @param sixLevel the level for an IPv6 socket
 * @param sixName the name for an IPv6 socket
 */
record KernelOption(Kind kind, int level, int name, int sixLevel, int sixName) {
    /** What its value is. */
    enum Kind {
        BOOLEAN,
        INT,
        /** An int that is an inverted switch for -1. */
        SWITCHED
    }

    private static final Map<String, KernelOption> KNOWN = new HashMap<>();

    static {
        socket(Kind.BOOLEAN, "SO_BROADCAST", LibC.SO_BROADCAST());
        socket(Kind.BOOLEAN, "SO_KEEPALIVE", LibC.SO_KEEPALIVE());
        socket(Kind.INT, "SO_SNDBUF", LibC.SO_SNDBUF());
        socket(Kind.INT, "SO_RCVBUF", LibC.SO_RCVBUF());
        socket(Kind.BOOLEAN, "SO_REUSEADDR", LibC.SO_REUSEADDR());
        socket(Kind.BOOLEAN, "SO_REUSEPORT", LibC.SO_REUSEPORT());
        socket(Kind.SWITCHED, "SO_LINGER", LibC.SO_LINGER());
        tcp(Kind.BOOLEAN, "TCP_NODELAY", LibC.TCP_NODELAY());
        tcp(Kind.BOOLEAN, "TCP_QUICKACK", LibC.TCP_QUICKACK());
        tcp(Kind.INT, "TCP_KEEPIDLE", LibC.TCP_KEEPIDLE());
        tcp(Kind.INT, "TCP_KEEPINTERVAL", LibC.TCP_KEEPINTVL());
        tcp(Kind.INT, "TCP_KEEPCOUNT", LibC.TCP_KEEPCNT());
        internet(Kind.INT, "IP_TOS", LibC.IP_TOS(), LibC.IPV6_TCLASS());
        internet(Kind.INT, "IP_MULTICAST_TTL", LibC.IP_MULTICAST_TTL(), LibC.IPV6_MULTICAST_HOPS());
        internet(Kind.BOOLEAN, "IP_MULTICAST_LOOP", LibC.IP_MULTICAST_LOOP(), LibC.IPV6_MULTICAST_LOOP());
    }

    private static void socket(Kind kind, String name, int number) {
        KNOWN.put(name, new KernelOption(kind, LibC.SOL_SOCKET(), number, LibC.SOL_SOCKET(), number));
    }

    private static void tcp(Kind kind, String name, int number) {
        KNOWN.put(name, new KernelOption(kind, LibC.IPPROTO_TCP(), number, LibC.IPPROTO_TCP(), number));
    }

    private static void internet(Kind kind, String name, int four, int six) {
        KNOWN.put(name, new KernelOption(kind, LibC.IPPROTO_IP(), four, LibC.IPPROTO_IPV6(), six));
    }

    /**
     * The option for a socket of this family.
     *
     * @throws UnsupportedOperationException when it is not known
     */
    static KernelOption of(SocketOption<?> option, int family) {
        KernelOption known = KNOWN.get(option.name());
        if (known == null) {
            throw new UnsupportedOperationException(option
                    + " is not known here: use setOption(level, name, value) with the kernel's own numbers, from LibC");
        }
        return family == LibC.AF_INET6()
                ? new KernelOption(known.kind, known.sixLevel, known.sixName, known.sixLevel, known.sixName)
                : known;
    }

    <T> T get(SocketHandle socket, SocketOption<T> option) throws IOException {
        SocketCalls calls = socket.loop.sockets();
        String subject = socket.toString();
        Object value = switch (kind) {
            case BOOLEAN -> calls.getOption(socket.number(), level, name, subject) != 0;
            case INT -> calls.getOption(socket.number(), level, name, subject);
            case SWITCHED -> calls.getSwitchedOption(socket.number(), level, name, subject);
        };
        return option.type().cast(value);
    }

    void set(SocketHandle socket, Object value) throws IOException {
        int number = value instanceof Boolean on ? on ? 1 : 0 : (Integer) value;
        SocketCalls calls = socket.loop.sockets();
        if (kind == Kind.SWITCHED) {
            int on = number < 0 ? 0 : 1;
            calls.setOption(socket.number(), level, name, on, Math.max(number, 0), socket.toString());
        } else {
            calls.setOption(socket.number(), level, name, number, socket.toString());
        }
    }
}

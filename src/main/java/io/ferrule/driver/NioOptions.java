package io.ferrule.driver;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketOption;
import java.nio.channels.NetworkChannel;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Options of sockets by the kernel's numbers, as the JDK's options; those that it has for a channel, of whatever module. */
final class NioOptions {
    private static final int ENOPROTOOPT = -Errno.ENOPROTOOPT.number();
    private static final Map<Long, String> NAMES = new HashMap<>();

    static {
        name(LibC.SOL_SOCKET(), LibC.SO_BROADCAST(), "SO_BROADCAST");
        name(LibC.SOL_SOCKET(), LibC.SO_KEEPALIVE(), "SO_KEEPALIVE");
        name(LibC.SOL_SOCKET(), LibC.SO_SNDBUF(), "SO_SNDBUF");
        name(LibC.SOL_SOCKET(), LibC.SO_RCVBUF(), "SO_RCVBUF");
        name(LibC.SOL_SOCKET(), LibC.SO_REUSEADDR(), "SO_REUSEADDR");
        name(LibC.SOL_SOCKET(), LibC.SO_REUSEPORT(), "SO_REUSEPORT");
        name(LibC.SOL_SOCKET(), LibC.SO_LINGER(), "SO_LINGER");
        name(LibC.IPPROTO_TCP(), LibC.TCP_NODELAY(), "TCP_NODELAY");
        name(LibC.IPPROTO_TCP(), LibC.TCP_QUICKACK(), "TCP_QUICKACK");
        name(LibC.IPPROTO_TCP(), LibC.TCP_KEEPIDLE(), "TCP_KEEPIDLE");
        name(LibC.IPPROTO_TCP(), LibC.TCP_KEEPINTVL(), "TCP_KEEPINTERVAL");
        name(LibC.IPPROTO_TCP(), LibC.TCP_KEEPCNT(), "TCP_KEEPCOUNT");
        name(LibC.IPPROTO_IP(), LibC.IP_TOS(), "IP_TOS");
        name(LibC.IPPROTO_IPV6(), LibC.IPV6_TCLASS(), "IP_TOS");
        name(LibC.IPPROTO_IP(), LibC.IP_MULTICAST_TTL(), "IP_MULTICAST_TTL");
        name(LibC.IPPROTO_IPV6(), LibC.IPV6_MULTICAST_HOPS(), "IP_MULTICAST_TTL");
        name(LibC.IPPROTO_IP(), LibC.IP_MULTICAST_LOOP(), "IP_MULTICAST_LOOP");
        name(LibC.IPPROTO_IPV6(), LibC.IPV6_MULTICAST_LOOP(), "IP_MULTICAST_LOOP");
    }

    private NioOptions() {}

    private static void name(int level, int number, String name) {
        NAMES.put(key(level, number), name);
    }

    private static long key(int level, int number) {
        return (long) level << Integer.SIZE | number;
    }

    /** As {@code setsockopt}. */
    static int set(NetworkChannel channel, int level, int number, MemorySegment value) throws IOException {
        int first = value.get(ValueLayout.JAVA_INT, 0);
        SocketOption<?> option = find(channel, level, number);
        if (option == null) {
            // What the JDK never has is refused where it is asked for, not where it is refused anyway.
            return first == 0 ? 0 : ENOPROTOOPT;
        }
        if (option.name().equals("SO_LINGER")) {
            set(channel, option, first == 0 ? -1 : value.get(ValueLayout.JAVA_INT, Integer.BYTES));
        } else if (option.type() == Boolean.class) {
            set(channel, option, first != 0);
        } else {
            set(channel, option, first);
        }
        return 0;
    }

    /** As {@code getsockopt}: bytes of the value. */
    static int get(NetworkChannel channel, int level, int number, MemorySegment value) throws IOException {
        SocketOption<?> option = find(channel, level, number);
        if (option == null) {
            return ENOPROTOOPT;
        }
        Object known = channel.getOption(option);
        int bytes = Integer.BYTES;
        if (option.name().equals("SO_LINGER")) {
            int seconds = known == null ? -1 : (Integer) known;
            value.set(ValueLayout.JAVA_INT, 0, seconds < 0 ? 0 : 1);
            value.set(ValueLayout.JAVA_INT, Integer.BYTES, Math.max(seconds, 0));
            bytes += Integer.BYTES;
        } else if (known instanceof Boolean on) {
            value.set(ValueLayout.JAVA_INT, 0, on ? 1 : 0);
        } else if (known instanceof Integer count) {
            value.set(ValueLayout.JAVA_INT, 0, count);
        } else {
            return ENOPROTOOPT;
        }
        return bytes;
    }

    /** Gives a channel the switches of another, as far as it has them. */
    static void copy(NetworkChannel from, NetworkChannel to) throws IOException {
        for (SocketOption<?> each : from.supportedOptions()) {
            if (each.type() == Boolean.class && to.supportedOptions().contains(each)) {
                set(to, each, from.getOption(each));
            }
        }
    }

    private static @Nullable SocketOption<?> find(NetworkChannel channel, int level, int number) {
        String name = NAMES.get(key(level, number));
        for (SocketOption<?> each : channel.supportedOptions()) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        return null;
    }

    private static <T> void set(NetworkChannel channel, SocketOption<T> option, Object value) throws IOException {
        channel.setOption(option, option.type().cast(value));
    }
}

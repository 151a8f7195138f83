package io.ferrule;

/**
 * How a listener is to be.
 *
 * @param backlog connections that wait to be accepted, at most; the kernel's own limit ({@code net.core.somaxconn}) holds too
 * @param reuseAddress may listen where connections of an earlier listener are not gone yet ({@code SO_REUSEADDR})
 * @param reusePort several listeners, each of its own loop, have the address, and the kernel spreads connections over them ({@code SO_REUSEPORT})
 * @param onlyV6 an IPv6 listener takes no IPv4 connections ({@code IPV6_V6ONLY})
 */
public record ListenOptions(int backlog, boolean reuseAddress, boolean reusePort, boolean onlyV6) {
    private static final int DEFAULT_BACKLOG = 4096;

    /** Checks them. */
    public ListenOptions {
        if (backlog < 0) {
            throw new IllegalArgumentException("a backlog is 0 or more, not " + backlog);
        }
    }

    /** A backlog of 4,096, an address that is free at once, one listener. */
    public static ListenOptions defaults() {
        return new ListenOptions(DEFAULT_BACKLOG, true, false, false);
    }

    /** With so many connections waiting at most. */
    public ListenOptions backlog(int connections) {
        return new ListenOptions(connections, reuseAddress, reusePort, onlyV6);
    }

    /** Whether it may have an address whose earlier connections are not gone yet. */
    public ListenOptions reuseAddress(boolean reuse) {
        return new ListenOptions(backlog, reuse, reusePort, onlyV6);
    }

    /** Whether it is one of several with the same address. */
    public ListenOptions reusePort(boolean reuse) {
        return new ListenOptions(backlog, reuseAddress, reuse, onlyV6);
    }

    /** Whether it is for IPv6 alone. */
    public ListenOptions onlyV6(boolean only) {
        return new ListenOptions(backlog, reuseAddress, reusePort, only);
    }
}

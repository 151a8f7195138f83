package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * An open socket. Its options and addresses are asked and set at once: on another thread than the loop's, that waits until the loop comes to it.
 */
public abstract sealed class SocketHandle extends Handle permits Connection, Listener, Datagrams {
    /** {@code AF_INET}, {@code AF_INET6} or {@code AF_UNIX}. */
    final int family;

    private final String description;
    private @Nullable SocketAddress local;

    SocketHandle(Loop loop, int number, int family, String description) {
        super(loop, number);
        this.family = family;
        this.description = description;
    }

    /**
     * The address it is bound to: of an internet socket with the port that the kernel chose. A Unix socket that has none has an empty path. Mirrors
     * {@code getsockname(2)}.
     */
    public final SocketAddress localAddress() throws IOException {
        return Errand.run(loop, () -> {
            checkOpen();
            SocketAddress known = local;
            if (known == null) {
                known = orUnbound(loop.sockets().localAddress(number(), toString()));
                if (isBoundForGood()) {
                    local = known;
                }
            }
            return known;
        });
    }

    /** What the kernel says of a socket that is not bound, for drivers that say nothing. */
    private SocketAddress orUnbound(@Nullable SocketAddress address) {
        if (address != null) {
            return address;
        }
        return family == LibC.AF_UNIX() ? UnixDomainSocketAddress.of("") : new InetSocketAddress(0);
    }

    /** Whether its address changes no more. */
    abstract boolean isBoundForGood();

    /**
     * An option's value: what {@link java.net.StandardSocketOptions} has that makes sense for the socket, and {@code jdk.net.ExtendedSocketOptions}.
     * Mirrors {@code getsockopt(2)}.
     *
     * @throws UnsupportedOperationException for an option that is not known here; see {@link #getOption(int, int)}
     */
    public final <T> T getOption(SocketOption<T> option) throws IOException {
        KernelOption known = KernelOption.of(option, family);
        return Errand.run(loop, () -> {
            checkOpen();
            return known.get(this, option);
        });
    }

    /**
     * Sets an option. Mirrors {@code setsockopt(2)}.
     *
     * @see #getOption(SocketOption)
     */
    public final <T> void setOption(SocketOption<T> option, T value) throws IOException {
        KernelOption known = KernelOption.of(option, family);
        Errand.run(loop, () -> {
            checkOpen();
            known.set(this, value);
            return null;
        });
    }

    /**
     * The value of any option that is an int. Mirrors {@code getsockopt(2)}.
     *
     * @param level {@code SOL_SOCKET}, {@code IPPROTO_TCP} and the like, of {@link io.ferrule.bindings.libc.LibC}
     * @param name {@code SO_...}, {@code TCP_...} and the like
     */
    public final int getOption(int level, int name) throws IOException {
        return Errand.run(loop, () -> {
            checkOpen();
            return loop.sockets().getOption(number(), level, name, toString());
        });
    }

    /**
     * Sets any option that is an int. Mirrors {@code setsockopt(2)}.
     *
     * @see #getOption(int, int)
     */
    public final void setOption(int level, int name, int value) throws IOException {
        Errand.run(loop, () -> {
            checkOpen();
            loop.sockets().setOption(number(), level, name, value, toString());
            return null;
        });
    }

    /** An address that a socket of this kind always has. */
    static SocketAddress present(@Nullable SocketAddress address) {
        if (address == null) {
            throw new IllegalStateException("the kernel gave an address of no length");
        }
        return address;
    }

    /** Whether a failure says that the process or the system has no room for another descriptor or socket. */
    static boolean isExhaustion(int result) {
        Errno errno = Errno.of(result);
        return errno == Errno.EMFILE || errno == Errno.ENFILE || errno == Errno.ENOMEM || errno == Errno.ENOBUFS;
    }

    @Override
    public final String toString() {
        return description;
    }
}

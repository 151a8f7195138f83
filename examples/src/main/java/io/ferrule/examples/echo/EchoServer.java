package io.ferrule.examples.echo;

import io.ferrule.Connection;
import io.ferrule.ListenOptions;
import io.ferrule.Listener;
import io.ferrule.Loop;
import io.ferrule.LoopGroup;
import io.ferrule.LoopOptions;
import io.ferrule.StreamCallback;
import io.ferrule.StreamEnd;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Sends back what it gets, on one or several loops. */
public final class EchoServer implements AutoCloseable {
    private final Echo.Style style;
    private final Consumer<IOException> troubles;
    private final Tally tally = new Tally();
    private final LoopGroup loops;
    private @Nullable SocketAddress address;

    private EchoServer(LoopGroup loops, Echo.Style style, Consumer<IOException> troubles) {
        this.loops = loops;
        this.style = style;
        this.troubles = troubles;
    }

    /** Starts a server on one loop, with callbacks. */
    public static EchoServer start(SocketAddress address, LoopOptions options, Consumer<IOException> troubles)
            throws IOException {
        return start(address, options, Echo.Style.CALLBACK, 1, troubles);
    }

    /**
     * Starts a server.
     *
     * @param loops how many; with more than one, each has a listener of its own, and the kernel spreads the connections over them
     * @param troubles hears of what keeps it from accepting connections
     */
    static EchoServer start(
            SocketAddress address, LoopOptions options, Echo.Style style, int loops, Consumer<IOException> troubles)
            throws IOException {
        EchoServer server = new EchoServer(LoopGroup.start(loops, options), style, troubles);
        try {
            SocketAddress shared = address;
            for (Loop loop : server.loops) {
                // Of the first listener the others learn the port that the kernel chose.
                shared = server.listen(loop, shared, ListenOptions.defaults().reusePort(loops > 1));
            }
            server.address = shared;
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private SocketAddress listen(Loop loop, SocketAddress at, ListenOptions options) throws IOException {
        Echo echo = style.on(loop, tally);
        Listener listener = loop.listen(at, options).await();
        listener.acceptAll(new Acceptor(echo));
        return listener.localAddress();
    }

    private final class Acceptor implements StreamCallback<Connection> {
        private final Echo echo;

        Acceptor(Echo echo) {
            this.echo = echo;
        }

        @Override
        public void next(@Nullable Connection connection, @Nullable StreamEnd end) {
            if (connection != null) {
                tally.accepted();
                echo.serve(connection);
            } else if (end != null && end.error() != null) {
                troubles.accept(end.error());
            }
        }

        @Override
        public void troubled(IOException error) {
            troubles.accept(error);
        }
    }

    /** Where it listens. */
    public SocketAddress address() {
        if (address == null) {
            throw new IllegalStateException("it did not start");
        }
        return address;
    }

    /** The driver and why, the style, and how many loops. */
    String description() {
        return "driver " + loops.get(0).description() + "; style " + style + "; " + loops.size()
                + (loops.size() == 1 ? " loop" : " loops");
    }

    /** What it has done so far. */
    Tally tally() {
        return tally;
    }

    /** Ends all connections, whatever they are at. */
    @Override
    public void close() {
        loops.close();
        if (address instanceof UnixDomainSocketAddress unix) {
            try {
                Files.deleteIfExists(unix.getPath());
            } catch (IOException e) {
                troubles.accept(e);
            }
        }
    }
}

package io.ferrule.examples.serve;

import io.ferrule.Connection;
import io.ferrule.ListenOptions;
import io.ferrule.Listener;
import io.ferrule.Loop;
import io.ferrule.LoopGroup;
import io.ferrule.LoopOptions;
import io.ferrule.StreamCallback;
import io.ferrule.StreamEnd;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Serves the files beneath a directory over HTTP, on one or several loops. */
public final class FileServer implements AutoCloseable {
    /**
     * What to serve, and how.
     *
     * @param root a real path
     * @param hidden names that begin with a dot, too
     * @param zeroCopy where the driver can, files that are larger than a buffer go to their sockets without coming here
     */
    record Plan(Path root, boolean hidden, boolean zeroCopy, Limits limits) {
        /** Of a directory, as one wants it most often. */
        static Plan of(Path directory) throws IOException {
            if (!Files.isDirectory(directory)) {
                throw new FileSystemException(directory.toString(), null, "there is no such directory");
            }
            return new Plan(directory.toRealPath(), false, true, Limits.defaults());
        }

        Plan limits(Limits others) {
            return new Plan(root, hidden, zeroCopy, others);
        }

        Plan hidden(boolean too) {
            return new Plan(root, too, zeroCopy, limits);
        }

        Plan zeroCopy(boolean wanted) {
            return new Plan(root, hidden, wanted, limits);
        }
    }

    private final Plan plan;
    private final Consumer<IOException> troubles;
    private final Tally tally = new Tally();
    private final LoopGroup loops;
    private @Nullable InetSocketAddress address;
    private String guard = "";

    private FileServer(LoopGroup loops, Plan plan, Consumer<IOException> troubles) {
        this.loops = loops;
        this.plan = plan;
        this.troubles = troubles;
    }

    /** Starts a server on one loop, as one wants it most often. */
    public static FileServer start(
            InetSocketAddress address, LoopOptions options, Path directory, Consumer<IOException> troubles)
            throws IOException {
        return start(address, options, Plan.of(directory), 1, troubles);
    }

    /**
     * Starts a server.
     *
     * @param loops how many; with more than one, each has a listener of its own, and the kernel spreads the connections over them
     * @param troubles hears of what keeps it from accepting connections
     * @throws UnsupportedOperationException for a driver that does no sockets
     */
    static FileServer start(
            InetSocketAddress address, LoopOptions options, Plan plan, int loops, Consumer<IOException> troubles)
            throws IOException {
        FileServer server = new FileServer(LoopGroup.start(loops, options), plan, troubles);
        try {
            InetSocketAddress shared = address;
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

    private InetSocketAddress listen(Loop loop, InetSocketAddress at, ListenOptions options) throws IOException {
        Listener listener = loop.listen(at, options).await();
        Station station = Station.on(loop, plan, tally);
        guard = station.site().guard();
        listener.acceptAll(new Acceptor(station));
        return (InetSocketAddress) listener.localAddress();
    }

    private final class Acceptor implements StreamCallback<Connection> {
        private final Station station;

        Acceptor(Station station) {
            this.station = station;
        }

        @Override
        public void next(@Nullable Connection connection, @Nullable StreamEnd end) {
            if (connection != null) {
                if (tally.opens(plan.limits().connections())) {
                    new Session(station, connection).begin();
                } else {
                    Session.discard(connection);
                }
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
    public InetSocketAddress address() {
        if (address == null) {
            throw new IllegalStateException("it did not start");
        }
        return address;
    }

    /** The driver and why, how many loops, and what keeps it within the directory. */
    String description() {
        return "driver " + loops.get(0).description() + "; " + loops.size() + (loops.size() == 1 ? " loop" : " loops")
                + "; kept in by " + guard;
    }

    /** What it has done so far. */
    Tally tally() {
        return tally;
    }

    /** Ends all connections, whatever they are at. */
    @Override
    public void close() {
        loops.close();
    }
}

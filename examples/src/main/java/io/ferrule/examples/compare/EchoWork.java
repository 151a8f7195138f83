package io.ferrule.examples.compare;

import io.ferrule.Loop;
import io.ferrule.LoopOptions;
import io.ferrule.examples.echo.EchoClient;
import io.ferrule.examples.echo.EchoServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sends a few bytes there and back over some connections, while others have nothing to say.
 *
 * @param busy connections that do
 * @param idle connections that do not
 * @param pause between round trips: a server that is asked again at once need not wait, and then it makes no difference how it would
 */
record EchoWork(int busy, int idle, Duration pause) implements Work {
    static final int BYTES = 64;

    private static final int CONNECTING_AT_ONCE = 64;
    private static final Duration ANY = Duration.ofSeconds(1);

    /** Of a JVM: its own files, and more while connections end. */
    private static final int OTHER_DESCRIPTORS = 100;

    @Override
    public boolean isServed() {
        return true;
    }

    @Override
    public int descriptors() {
        return busy + idle + OTHER_DESCRIPTORS;
    }

    @Override
    public Service serve(LoopOptions options, Path directory) throws IOException {
        EchoServer server = EchoServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                options,
                trouble -> System.err.println("the server: " + trouble.getMessage()));
        return new Service() {
            @Override
            public InetSocketAddress address() {
                return (InetSocketAddress) server.address();
            }

            @Override
            public void close() {
                server.close();
            }
        };
    }

    @Override
    public Load load(LoopOptions options, Path directory, @Nullable InetSocketAddress server) throws IOException {
        InetSocketAddress address = Objects.requireNonNull(server, "an echo has a server");
        Loop loop = Loop.open(options);
        try {
            IdleConnections.open(loop, address, idle, CONNECTING_AT_ONCE);
            EchoClient client = new EchoClient(new EchoClient.Plan(address, busy, BYTES, ANY), loop, pause);
            return new EchoLoad(loop, client);
        } catch (IOException | RuntimeException e) {
            loop.close();
            throw e;
        }
    }

    private record EchoLoad(Loop loop, EchoClient client) implements Load {
        @Override
        public Figures run(long nanos) throws IOException {
            EchoClient.Figures figures = client.measure(Duration.ofNanos(nanos));
            return Figures.of(figures.nanos(), figures.seconds());
        }

        @Override
        public void close() {
            loop.close();
        }
    }
}

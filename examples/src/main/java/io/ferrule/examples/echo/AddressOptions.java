package io.ferrule.examples.echo;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the server is. */
final class AddressOptions {
    @Option(
            names = "--host",
            paramLabel = "NAME",
            defaultValue = "localhost",
            description = "the server's host (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init") // by picocli
    private String host;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "7007",
            description = "the server's TCP port (default: ${DEFAULT-VALUE}); a server takes any free one for 0")
    private int port;

    @Option(names = "--unix", paramLabel = "PATH", description = "the server's Unix socket, instead of host and port")
    private @Nullable Path path;

    /**
     * What the options say.
     *
     * @throws IllegalArgumentException for a port that is none
     */
    SocketAddress address() throws UnknownHostException {
        if (path != null) {
            return UnixDomainSocketAddress.of(path);
        }
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new UnknownHostException("there is no host " + host);
        }
        return address;
    }

    boolean isUnix() {
        return path != null;
    }
}

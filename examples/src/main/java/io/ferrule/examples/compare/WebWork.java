package io.ferrule.examples.compare;

import io.ferrule.LoopOptions;
import io.ferrule.examples.serve.FileServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Asks a web server for a file, over connections that are kept alive.
 *
 * @param size of the file, in bytes
 */
record WebWork(int size) implements Work {
    static final int CONNECTIONS = 32;

    @Override
    public boolean isServed() {
        return true;
    }

    /** The file's name. */
    String name() {
        return "bytes-" + size;
    }

    /** What is in the file. */
    byte[] content() {
        byte[] content = new byte[size];
        new Random(size).nextBytes(content);
        return content;
    }

    @Override
    public void prepare(Path directory) throws IOException {
        Files.write(directory.resolve(name()), content());
    }

    @Override
    public Service serve(LoopOptions options, Path directory) throws IOException {
        FileServer server = FileServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                options,
                directory,
                trouble -> System.err.println("the server: " + trouble.getMessage()));
        return new Service() {
            @Override
            public InetSocketAddress address() {
                return server.address();
            }

            @Override
            public void close() {
                server.close();
            }
        };
    }

    @Override
    public Load load(LoopOptions options, Path directory, @Nullable InetSocketAddress server) throws IOException {
        return WebLoad.open(this, options, Objects.requireNonNull(server, "there is a server"));
    }
}

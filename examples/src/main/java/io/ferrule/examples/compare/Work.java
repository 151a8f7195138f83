package io.ferrule.examples.compare;

import io.ferrule.LoopOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Something to do on a driver, again and again. Either the driver serves, and another process asks, on a driver that is always the same; or there is
 * nobody to serve, and the driver does it all.
 */
interface Work {
    /** Whether there is a server, which is what is measured then. */
    boolean isServed();

    /** Makes the files it needs, once for all drivers. */
    default void prepare(Path directory) throws IOException {}

    /** How many descriptors it needs, about. */
    default int descriptors() {
        return 0;
    }

    /**
     * Starts the server.
     *
     * @throws UnsupportedOperationException for a driver that cannot do this
     */
    default Service serve(LoopOptions options, Path directory) throws IOException {
        throw new IllegalStateException("nobody serves here");
    }

    /**
     * Gets ready to do it.
     *
     * @param server where it is; null without one
     * @throws UnsupportedOperationException for a driver that cannot do this
     */
    Load load(LoopOptions options, Path directory, @Nullable InetSocketAddress server) throws IOException;

    /** A server that runs. */
    interface Service extends AutoCloseable {
        /** Where it listens. */
        InetSocketAddress address();

        @Override
        void close();
    }

    /** Does the work, for as long as it is told, as often as it is told. */
    interface Load extends AutoCloseable {
        /** Does it, waits for the end of what was begun, and says how it went. */
        Figures run(long nanos) throws IOException;

        @Override
        void close();
    }
}

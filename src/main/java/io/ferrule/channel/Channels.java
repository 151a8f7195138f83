package io.ferrule.channel;

import io.ferrule.Connection;
import io.ferrule.File;
import io.ferrule.PipeReader;
import io.ferrule.PipeWriter;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ByteChannel;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * The JDK's channels over files, pipes and connections. Closing one closes what it is over. An interrupt ends a blocking call with an {@link
 * io.ferrule.OperationCancelledException}, and leaves the channel open.
 */
public final class Channels {
    private Channels() {}

    /** Both directions of a connection. One thread may read while another writes. */
    public static ByteChannel of(Connection connection) {
        return new StreamChannel(connection, connection, connection);
    }

    /** The end of a pipe that one reads from. */
    public static ReadableByteChannel of(PipeReader pipe) {
        return new StreamChannel(pipe, pipe, null);
    }

    /** The end of a pipe that one writes to. A write moves all bytes. */
    public static WritableByteChannel of(PipeWriter pipe) {
        return new StreamChannel(pipe, null, pipe);
    }

    /**
     * A file. The channel has a position of its own, 0 at first. Any number of threads may use it; those that read and write at its position wait for one
     * another.
     *
     * @return refuses {@link FileChannel#map} and {@link FileChannel#lock} with an {@link UnsupportedOperationException}
     */
    public static FileChannel of(File file) {
        return new LoopFileChannel(file);
    }

    /**
     * A file, for callbacks and futures. Completion handlers are called on the loop's thread, and must not block.
     *
     * @return refuses {@link AsynchronousFileChannel#lock} with an {@link UnsupportedOperationException}
     */
    public static AsynchronousFileChannel asynchronous(File file) {
        return new LoopAsynchronousFileChannel(file);
    }
}

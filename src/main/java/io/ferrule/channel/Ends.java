package io.ferrule.channel;

import io.ferrule.Buffer;
import io.ferrule.Connection;
import io.ferrule.File;
import io.ferrule.Handle;
import io.ferrule.PipeReader;
import io.ferrule.PipeWriter;
import io.ferrule.Sink;
import io.ferrule.Source;
import io.ferrule.Transfer;
import java.nio.channels.ClosedChannelException;

/** What bytes come from and go to, as streams: each in its own words. */
final class Ends {
    private Ends() {}

    /** Reads the next bytes. Result: how many; 0 at the end. */
    static Transfer read(Source source, Buffer buffer, int from, int length) {
        return switch (source) {
            case File file -> file.read(buffer, from, length, File.HERE);
            case PipeReader pipe -> pipe.read(buffer, from, length);
            case Connection connection -> connection.receive(buffer, from, length);
        };
    }

    /** Writes all of a part of a buffer. */
    static Transfer writeFully(Sink sink, Buffer buffer, int from, int length) {
        return switch (sink) {
            case File file -> file.writeFully(buffer, from, length, File.HERE);
            case PipeWriter pipe -> pipe.writeFully(buffer, from, length);
            case Connection connection -> connection.sendFully(buffer, from, length);
        };
    }

    static Handle handle(Source source) {
        return (Handle) source;
    }

    static Handle handle(Sink sink) {
        return (Handle) sink;
    }

    static void checkOpen(Handle handle) throws ClosedChannelException {
        if (!handle.isOpen()) {
            throw new ClosedChannelException();
        }
    }
}

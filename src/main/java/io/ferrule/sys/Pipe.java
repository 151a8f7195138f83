package io.ferrule.sys;

import io.ferrule.bindings.libc.LibC;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The two ends of a pipe: what is written to one is read from the other. */
public final class Pipe implements AutoCloseable {
    private final Fd reader;
    private final Fd writer;

    private Pipe(Fd reader, Fd writer) {
        this.reader = reader;
        this.writer = writer;
    }

    /**
     * Makes a pipe whose ends are closed on exec. Mirrors {@code pipe2}.
     *
     * @param flags 0 or {@code O_NONBLOCK} (and {@code O_DIRECT} for packets, from {@link Abi}), for both ends
     */
    public static Pipe open(int flags) throws IOException {
        NativeLibrary.load();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
            int result = SystemCall.invoke(SystemCall.PIPE2, ends.address(), flags | LibC.O_CLOEXEC(), 0);
            if (result < 0) {
                throw new ErrnoException(result, "pipe2", null, null);
            }
            return new Pipe(
                    Fd.own(ends.getAtIndex(ValueLayout.JAVA_INT, 0)), Fd.own(ends.getAtIndex(ValueLayout.JAVA_INT, 1)));
        }
    }

    /** The end to read from. */
    public Fd reader() {
        return reader;
    }

    /** The end to write to. */
    public Fd writer() {
        return writer;
    }

    /** Closes both ends. A second close does nothing. */
    @Override
    public void close() throws IOException {
        try (reader;
                writer) {
            // both, whatever the first one reports
        }
    }
}

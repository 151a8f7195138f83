package io.ferrule.testing;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SystemCall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Two descriptors with the kernel between them, for tests that send texts: what is written to one is read from the other. */
public record Pipe(Fd reader, Fd writer) implements AutoCloseable {
    /** A pipe. */
    public static Pipe open() throws IOException {
        return open(0);
    }

    /** A pipe that says EAGAIN rather than wait. */
    public static Pipe nonBlocking() throws IOException {
        return open(LibC.O_NONBLOCK());
    }

    /** A pair of connected stream sockets (AF_UNIX); both ends read and write. */
    public static Pipe sockets() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(ValueLayout.JAVA_INT, 2);
            int type = LibC.SOCK_STREAM() | LibC.SOCK_CLOEXEC();
            check(
                    SystemCall.invoke(SystemCall.SOCKETPAIR, LibC.AF_UNIX(), type, 0, pair.address(), 0, 0),
                    "socketpair");
            return new Pipe(
                    Fd.own(pair.getAtIndex(ValueLayout.JAVA_INT, 0)), Fd.own(pair.getAtIndex(ValueLayout.JAVA_INT, 1)));
        }
    }

    private static Pipe open(int flags) throws IOException {
        io.ferrule.sys.Pipe pipe = io.ferrule.sys.Pipe.open(flags);
        return new Pipe(pipe.reader(), pipe.writer());
    }

    /** Writes a text to the writer. */
    public void write(String text) throws IOException {
        write(writer, text);
    }

    /** Reads once from the reader: see {@link #read(Fd)}. */
    public @Nullable String read() throws IOException {
        return read(reader);
    }

    @Override
    public void close() throws IOException {
        reader.close();
        writer.close();
    }

    /** Writes a text to a descriptor with one call, which must take all of it. */
    public static void write(Fd fd, String text) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int written = check(fd.write(arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes)), "write");
            if (written != bytes.length) {
                throw new IOException("write took " + written + " of " + bytes.length + " bytes");
            }
        }
    }

    /** Reads once, up to 64 KiB. Null at the end of the stream. */
    public static @Nullable String read(Fd fd) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(1 << 16);
            int read =
                    check(SystemCall.invoke(SystemCall.READ, fd.number(), memory.address(), memory.byteSize()), "read");
            byte[] bytes = memory.asSlice(0, read).toArray(ValueLayout.JAVA_BYTE);
            return read == 0 ? null : new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Another descriptor of the same open file. */
    public static Fd duplicate(Fd fd) throws IOException {
        return Fd.own(check(SystemCall.invoke(SystemCall.DUP, fd.number(), 0, 0), "dup"));
    }

    /** Another descriptor of the same open file, under a number that is free. */
    public static Fd duplicateAs(int number, Fd fd) throws IOException {
        for (int tries = 0; tries < 1_000; tries++) { // the JVM may have taken it for a moment
            // The kernel gives the lowest free number, so the ones below it are taken first.
            List<Fd> others = new ArrayList<>();
            try {
                Fd duplicate = duplicate(fd);
                while (duplicate.number() < number) {
                    others.add(duplicate);
                    duplicate = duplicate(fd);
                }
                if (duplicate.number() == number) {
                    return duplicate;
                }
                others.add(duplicate);
            } finally {
                for (Fd other : others) {
                    other.close();
                }
            }
        }
        throw new AssertionError("fd " + number + " is not free");
    }

    private static int check(int result, String operation) throws IOException {
        if (result < 0) {
            throw new ErrnoException(result, operation, null, null);
        }
        return result;
    }
}

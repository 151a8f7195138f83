package io.ferrule.uring;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Tells when the kernel has let go of a ring for good, for rings whose requests cannot all be awaited one by one. After the descriptor is closed,
 * the kernel cancels what it can, waits for the rest, and last of all frees the ring's table of files. That table is given the only writing end of
 * a pipe: when the reading end meets the end of the stream, no request is left that could touch memory.
 */
final class ExitFence {
    private final Pipe pipe;

    private ExitFence(Pipe pipe) {
        this.pipe = pipe;
    }

    /**
     * Installs it, in a table of its own or in place of the first file that was registered; requests in flight keep theirs. To unregister the files
     * would not do: before Linux 6.13 that waits for every request that uses something registered.
     *
     * @throws IOException when the kernel refuses: EEXIST when it reserves the ring for a thread that has ended
     */
    static ExitFence install(MemorySegment ring) throws IOException {
        Pipe pipe = Pipe.open(0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table =
                    arena.allocateFrom(ValueLayout.JAVA_INT, pipe.writer().number());
            int result = LibUring.io_uring_register_files(ring, table, 1);
            if (result == -Errno.EBUSY.number()) { // there is a table
                result = LibUring.io_uring_register_files_update(ring, 0, table, 1);
            }
            if (result < 0) {
                throw new ErrnoException(result, "io_uring_register FILES", null, null);
            }
            pipe.writer().close();
            return new ExitFence(pipe);
        } catch (IOException | RuntimeException e) {
            pipe.close();
            throw e;
        }
    }

    /** Waits, once the ring's descriptor is closed. */
    void await() {
        try (Arena arena = Arena.ofConfined();
                pipe) {
            MemorySegment nothing = arena.allocate(1);
            int result;
            do {
                result = pipe.reader().read(nothing);
            } while (result == -Errno.EINTR.number());
        } catch (IOException e) {
            throw new AssertionError("closing a pipe reports nothing late", e);
        }
    }
}

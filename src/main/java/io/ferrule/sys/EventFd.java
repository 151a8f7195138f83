package io.ferrule.sys;

import io.ferrule.bindings.libc.LibC;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A counter that threads wake each other with: any thread adds to it, and its descriptor is readable while it is not 0. Mirrors {@code eventfd(2)}.
 */
public final class EventFd implements AutoCloseable {
    private static final MemorySegment ONE = Arena.global().allocateFrom(ValueLayout.JAVA_LONG, 1);

    private final Fd fd;
    private volatile boolean closed;

    private EventFd(Fd fd) {
        this.fd = fd;
    }

    /**
     * Opens one that is 0 and closed on exec.
     *
     * @param flags 0 or {@code EFD_NONBLOCK}, {@code EFD_SEMAPHORE}
     */
    public static EventFd open(int flags) throws IOException {
        NativeLibrary.load();
        int result = SystemCall.invoke(SystemCall.EVENTFD2, 0, flags | LibC.EFD_CLOEXEC(), 0);
        if (result < 0) {
            throw new ErrnoException(
                    result,
                    "eventfd",
                    null,
                    Errno.of(result) == Errno.EMFILE
                            ? "Close descriptors, or raise the limit (ulimit -n, LimitNOFILE=)"
                            : null);
        }
        return new EventFd(Fd.own(result));
    }

    /** Its descriptor. Owned by this object. */
    public Fd fd() {
        return fd;
    }

    /** Adds 1. Any thread may call this, also after close, when it does nothing. */
    public void signal() {
        if (closed) {
            return;
        }
        synchronized (this) { // so that the descriptor is not closed, and its number handed out anew, before the write
            if (!closed) {
                SystemCall.invoke(SystemCall.WRITE, fd.number(), ONE.address(), Long.BYTES);
            }
        }
    }

    /** Closes it. A second close does nothing. */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            fd.close();
        }
    }
}

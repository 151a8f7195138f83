package io.ferrule.driver;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.EventFd;
import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Blocking I/O: a thread for each operation that is under way, which waits for it in the kernel, in {@code read}, {@code recv}, {@code accept} and
 * the like. The oldest model and the simplest; each connection that is being waited for costs a thread: its stack, and two switches for each piece that
 * comes.
 *
 * <p>A cancelled call is ended by a real-time signal, whose handler does nothing ({@code tgkill(2)}, {@code signal(7)}: a handler installed without
 * {@code SA_RESTART} makes the call fail with EINTR). What waits for a device, such as a file being read or opened, is not interrupted.
 *
 * <p>Operations beyond the limit of threads fail with EAGAIN: they could be the ones that those before them wait for.
 */
public final class BlockingDriver extends ThreadedDriver {
    /** The system property for how many threads a driver may have: {@code -Dferrule.blocking.threads=1000}. */
    public static final String THREADS_PROPERTY = "ferrule.blocking.threads";

    /** How many threads a driver may have where nobody says. */
    public static final int DEFAULT_THREADS = 16_384;

    private final EventFd wake;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment emptied = arena.allocate(Long.BYTES, Long.BYTES);
    private final Calls calls = new Calls(false);

    /** The eventfd has been signalled, or is just about to be. */
    private final AtomicBoolean signalled = new AtomicBoolean();

    private boolean embedded;

    private BlockingDriver(EventFd wake, int limit, int signal) {
        super(limit, signal);
        this.wake = wake;
    }

    /** For the calling thread, a platform thread; with as many threads as the system property allows, or else {@value #DEFAULT_THREADS}. */
    public static BlockingDriver open() throws IOException {
        return open(threadLimit());
    }

    /**
     * For the calling thread, a platform thread.
     *
     * @param threads how many there may be, 1 or more; none is started before it is needed
     */
    public static BlockingDriver open(int threads) throws IOException {
        NativeLibrary.load();
        int signal = BlockingCalls.signal();
        EventFd wake = EventFd.open(LibC.EFD_NONBLOCK());
        try {
            return new BlockingDriver(wake, threads, signal);
        } catch (IllegalArgumentException e) {
            wake.close();
            throw e;
        }
    }

    static int threadLimit() {
        return Integer.getInteger(THREADS_PROPERTY, DEFAULT_THREADS);
    }

    @Override
    public String name() {
        return "blocking";
    }

    @Override
    public int descriptor() {
        embedded = true;
        embedded();
        return wake.fd().number();
    }

    @Override
    void signal() {
        if (!signalled.getAndSet(true)) {
            wake.signal();
        }
    }

    @Override
    void await(long timeoutNanos) throws IOException {
        if (timeoutNanos != 0 && !signalled.get()) {
            int result = calls.await(wake.fd().number(), Watch.POLLIN, timeoutNanos);
            if (result < 0 && result != -Errno.EINTR.number()) {
                throw new ErrnoException(result, "ppoll", wake.fd().toString(), null);
            }
        } else if (!signalled.get() && !embedded) {
            return;
        }
        wake.fd().read(emptied);
        signalled.set(false); // what was left for this thread by now, it will find after this
    }

    @Override
    void closeModel() {
        try {
            wake.close();
        } catch (IOException e) {
            // an eventfd has nothing to report
        }
        calls.close();
        arena.close();
    }
}

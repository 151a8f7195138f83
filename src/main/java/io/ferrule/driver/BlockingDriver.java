package io.ferrule.driver;

import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;

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

    private final Arena arena;
    private final WakeUp wake;

    private BlockingDriver(Arena arena, WakeUp wake, int limit, int signal) {
        super(limit, signal);
        this.arena = arena;
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
        ReadinessDriver.checkThread();
        NativeLibrary.load();
        int signal = BlockingCalls.signal();
        Arena arena = Arena.ofConfined();
        WakeUp wake = null;
        try {
            wake = WakeUp.open(arena);
            return new BlockingDriver(arena, wake, threads, signal);
        } catch (IOException | RuntimeException e) {
            if (wake != null) {
                wake.close();
            }
            arena.close();
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
        return wake.fd();
    }

    @Override
    void signal() {
        wake.signal();
    }

    @Override
    void await(long timeoutNanos) throws IOException {
        boolean signalled = wake.isPending();
        if (timeoutNanos != 0 && !signalled) {
            int result = calls.await(wake.fd(), Watch.POLLIN, timeoutNanos);
            if (result < 0 && result != -Errno.EINTR.number()) {
                throw new ErrnoException(result, "ppoll", null, null);
            }
        }
        if (timeoutNanos != 0 || signalled || embedded) {
            wake.take();
        }
    }

    @Override
    void closeModel() {
        wake.close();
        arena.close();
    }
}

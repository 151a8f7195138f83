package io.ferrule.driver;

import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;

/**
 * Multiplexed I/O on {@code poll(2)}: sockets and pipes by readiness, files by helper threads, unless they are in memory.
 *
 * <p>How it works: the descriptors that something waits for, and what for, are an array of {@code struct pollfd} which is handed to the kernel with each
 * wait. It is kept between waits and without gaps; watching one more or one less changes one entry and costs no system call. {@link #wakeUp} writes to
 * an eventfd that is the first of them.
 *
 * <p>What it costs: each wait, the kernel asks every descriptor in the array, and so do we for the answers: a wait grows with the descriptors that are
 * waited for, idle or not. For few of them, or short lives, that is cheaper than epoll, which needs a system call for each that comes or goes.
 *
 * <p>Traps: more descriptors than RLIMIT_NOFILE make the call fail (EINVAL), which happens only when the limit is lowered later. A hang-up is told
 * whether one asks or not, so a descriptor that nobody waits for is taken out, or the thread would spin. A descriptor that somebody else has closed is
 * told too (POLLNVAL): what waits for it then fails with EBADF.
 *
 * <p>Source: poll(2), ppoll (Linux 2.6.16).
 */
public final class PollDriver extends ReadinessDriver {
    private final Arena arena;
    private final WakeUp wake;
    private final WaitTime time;
    private final PollSet set;

    private PollDriver(Arena arena, WakeUp wake) {
        super(HelperThreads.DEFAULT_LIMIT, () -> new Calls(true));
        this.arena = arena;
        this.wake = wake;
        this.time = new WaitTime(arena);
        this.set = new PollSet(arena);
        set.addOwn(wake.fd());
    }

    /** For the calling thread, a platform thread; with up to four helper threads. */
    public static PollDriver open() throws IOException {
        checkThread();
        NativeLibrary.load();
        Arena arena = Arena.ofConfined();
        try {
            return new PollDriver(arena, WakeUp.open(arena));
        } catch (IOException e) {
            arena.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return "poll";
    }

    @Override
    public void wakeUp() {
        wake.signal();
    }

    @Override
    public int descriptor() {
        throw new UnsupportedOperationException(
                "poll has no descriptor to wait on: the array is handed over anew each time."
                        + " Embed the loop by turning it with a time limit, or take the uring or epoll driver");
    }

    @Override
    public boolean sharesReads() {
        return true;
    }

    @Override
    int watch(Watch watch, int events) {
        if (watch.place == Watch.NOWHERE) {
            set.add(watch, events);
        } else {
            set.change(watch, events);
        }
        return 0;
    }

    @Override
    void unwatch(Watch watch) {
        set.remove(watch);
    }

    @Override
    boolean tellsOfErrors() {
        return true;
    }

    @Override
    void await(long timeoutNanos) throws IOException {
        time.begin(timeoutNanos);
        int found;
        do {
            found = set.poll(time.left(WaitTime.UNLIMITED));
        } while (found == 0 && !time.isUp());
        tell(set, found, wake);
    }

    @Override
    void closeModel() {
        wake.close();
        arena.close();
    }
}

package io.ferrule.driver;

import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Non-blocking I/O without readiness: what the kernel answers with EAGAIN is tried again, and again. Files are read and written at once, on the loop's own
 * thread, without helper threads.
 *
 * <p>How it works: a round tries every operation that waits, the first of each descriptor and direction. When a round brings nothing, a pause comes
 * before the next: none for a few rounds, then 50 microseconds, then twice as long each time, up to a millisecond. A completion begins again without
 * pauses. {@link #wakeUp} ends a pause at once, by an eventfd, the only thing that is ever waited for.
 *
 * <p>What it costs: a system call for each operation that waits, each round, whether anything has come or not: 1,000 idle connections are up to a million
 * calls a second. Where something has nearly always come already, nothing is cheaper: no call but the transfer itself. An answer that comes during a
 * pause is seen up to a millisecond late.
 *
 * <p>Traps: a file that is slow, such as one of a network, holds everything on the loop up; so does opening a FIFO until the other side has. The thread
 * never sleeps longer than a millisecond while something waits, which batteries and other tenants notice.
 *
 * <p>Source: read(2) and the like under O_NONBLOCK, recv(2) with MSG_DONTWAIT (any Linux).
 */
public final class NonBlockingDriver extends ReadinessDriver {
    /** How many rounds in a row come without a pause. */
    private static final int ROUNDS_WITHOUT_PAUSE = 16;

    /** What the kernel needs to have a thread sleep and wake up, about: shorter pauses take as long. In nanoseconds. */
    private static final long FIRST_PAUSE = 50_000;

    private static final long LONGEST_PAUSE = 1_000_000;

    private final Arena arena;
    private final WakeUp wake;
    private final WaitTime time;

    /** Nothing but the wake-up's. */
    private final PollSet wakeUpOnly;

    /** Those that something waits for, each at its place. */
    private @Nullable Watch[] waiting = new @Nullable Watch[64];

    private int count;

    /** All so far. */
    long rounds;

    /** Rounds that have brought nothing, since one did. */
    private int vainRounds;

    private long pause = FIRST_PAUSE;

    private NonBlockingDriver(Arena arena, WakeUp wake) {
        super(new Calls(true));
        this.arena = arena;
        this.wake = wake;
        this.time = new WaitTime(arena);
        this.wakeUpOnly = new PollSet(arena);
        wakeUpOnly.addOwn(wake.fd());
    }

    /** For the calling thread, a platform thread. */
    public static NonBlockingDriver open() throws IOException {
        checkThread();
        NativeLibrary.load();
        Arena arena = Arena.ofConfined();
        try {
            return new NonBlockingDriver(arena, WakeUp.open(arena));
        } catch (IOException e) {
            arena.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return "nonblocking";
    }

    @Override
    public void wakeUp() {
        wake.signal();
    }

    @Override
    public int descriptor() {
        throw new UnsupportedOperationException(
                "there is no descriptor to wait on where everything is tried again: embed the"
                        + " loop by turning it with a time limit, or take the uring or epoll driver");
    }

    @Override
    int watch(Watch watch, int events) {
        if (events == 0) {
            unwatch(watch);
        } else if (watch.place == Watch.NOWHERE) {
            if (count == waiting.length) {
                waiting = Arrays.copyOf(waiting, count * 2);
            }
            watch.place = count;
            waiting[count++] = watch;
        }
        return 0;
    }

    @Override
    void unwatch(Watch watch) {
        if (watch.place == Watch.NOWHERE) {
            return;
        }
        Watch last = waiting[--count];
        waiting[count] = null;
        if (last != null && last != watch) {
            waiting[watch.place] = last;
            last.place = watch.place;
        }
        watch.place = Watch.NOWHERE;
    }

    @Override
    void await(long timeoutNanos) throws IOException {
        time.begin(timeoutNanos);
        do {
            if (anythingInARound()) {
                vainRounds = 0;
                pause = FIRST_PAUSE;
                return;
            }
        } while (!wokenInAPause() && !time.isUp());
    }

    private boolean anythingInARound() {
        rounds++;
        for (int i = 0; i < count; i++) {
            Watch watch = waiting[i];
            if (watch != null) {
                ready(watch, watch.interest);
            }
        }
        return retried();
    }

    private boolean wokenInAPause() throws IOException {
        if (count > 0 && vainRounds < ROUNDS_WITHOUT_PAUSE) {
            vainRounds++;
            Thread.onSpinWait();
            if (!wake.isPending()) {
                return false;
            }
        } else {
            long longest = count > 0 ? pause : WaitTime.UNLIMITED;
            pause = Math.min(pause * 2, LONGEST_PAUSE);
            if (wakeUpOnly.poll(time.left(longest)) == 0) {
                return false;
            }
        }
        wake.take();
        return true;
    }

    @Override
    void closeModel() {
        wake.close();
        arena.close();
    }
}

package io.ferrule.driver;

import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;

/**
 * Signal-driven I/O: a socket or pipe sends the loop's thread a signal when it becomes ready. Files by helper threads, unless they are in memory.
 *
 * <p>How it works: the first time something waits for a descriptor, {@code fcntl} has it send a real-time signal to this thread (O_ASYNC, F_SETSIG,
 * F_SETOWN_EX with F_OWNER_TID). The signal carries the descriptor's number and its events. It is blocked in this thread and taken from a signalfd, many with
 * one call; no handler runs. The signal tells of a change, as an edge of epoll does, so what waits is tried once more after it has been asked for.
 * What sends no signal, or not every one ({@link SignalSource} says which), and operations that poll, are waited for with ppoll beside the signalfd.
 *
 * <p>What it costs: about seven system calls when a descriptor is first waited for and two when it is closed; then nothing but the wait, which does not grow
 * with idle descriptors: one ppoll and one read for up to 64 signals. Each event is a signal that the kernel allocates and queues, wanted or not: a packet that
 * comes while another is being read is one more.
 *
 * <p>Traps: the queue is limited (RLIMIT_SIGPENDING, for all processes of the user together). When it is full, signals are lost, and the kernel sends a plain
 * SIGIO instead; then every descriptor is asked with ppoll, and nothing is lost ({@link DriverCounters#overflows}). A signal that comes late, for a
 * number that belongs to another file by now, only makes an operation be tried in vain. O_ASYNC belongs to the open file, not to the descriptor:
 * of two duplicates, one gets signals and the other is polled. Processes that
 * this thread starts inherit its signal mask. To shut a socket down sends this side no signal: here that is seen, another process that shares the
 * socket is not.
 *
 * <p>Source: fcntl(2), signal(7), signalfd(2) (Linux 2.6.22), F_SETOWN_EX (Linux 2.6.32).
 */
public final class SigioDriver extends ReadinessDriver {
    private static final int EVENTS =
            Watch.POLLIN | Watch.POLLPRI | Watch.POLLOUT | Watch.POLLERR | Watch.POLLHUP | Watch.POLLRDHUP;

    private final Arena arena;
    private final WakeUp wake;
    private final WaitTime time;
    private final SignalQueue.Receiver receiver = new OurSignals();
    private final SignalQueue signals;
    private final SignalSource source;

    /** Those that send signals, to be asked when some are lost. */
    private final PollSet signalling;

    /** The signalfd, the wake-up, and those that send none. */
    private final PollSet polled;

    private SigioDriver(Arena arena, WakeUp wake) throws IOException {
        super(HelperThreads.DEFAULT_LIMIT, () -> new Calls(true));
        this.arena = arena;
        this.wake = wake;
        this.signals = SignalQueue.join(receiver);
        this.time = new WaitTime(arena);
        this.source = new SignalSource(arena, signals.signal());
        this.signalling = new PollSet(arena);
        this.polled = new PollSet(arena);
        polled.addOwn(signals.fd());
        polled.addOwn(wake.fd());
    }

    /** For the calling thread, a platform thread; with up to four helper threads. */
    public static SigioDriver open() throws IOException {
        checkThread();
        NativeLibrary.load();
        Arena arena = Arena.ofConfined();
        try {
            WakeUp wake = WakeUp.open(arena);
            try {
                return new SigioDriver(arena, wake);
            } catch (IOException e) {
                wake.close();
                throw e;
            }
        } catch (IOException e) {
            arena.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return "sigio";
    }

    @Override
    public void wakeUp() {
        wake.signal();
    }

    @Override
    public int descriptor() {
        throw new UnsupportedOperationException(
                "signals have no descriptor that another thread's interest list could wait on:"
                        + " embed the loop by turning it with a time limit, or take the uring or epoll driver");
    }

    /** To shut a socket down ends what waits on this side, and sends no signal here. */
    @Override
    public int perform(Operation operation) {
        int result = super.perform(operation);
        Watch watch = operation.kind == OperationKind.SHUTDOWN ? watches.find(operation.fd) : null;
        if (watch != null && watch.registration == signalling) {
            ready(watch, Watch.POLLIN | Watch.POLLOUT);
        }
        return result;
    }

    // ---- readiness ----

    @Override
    public boolean sharesReads() {
        return true;
    }

    @Override
    int watch(Watch watch, int events) {
        // The kernel makes a signal of what was refused to a transfer, not of what a poll has not found.
        boolean polls = !watch.polls.isEmpty();
        if (watch.registration instanceof PollSet set) {
            if (set == signalling && polls) {
                leave(watch, signalling);
                join(watch, polled, events);
            } else {
                set.change(watch, events);
            }
            return 0;
        }
        int signalled = polls ? 0 : source.turnOn(watch.fd);
        if (signalled < 0) {
            return signalled;
        }
        join(watch, signalled > 0 ? signalling : polled, events);
        if (signalled > 0) {
            // What has come before is told by nobody; and only who is refused while signals are on will be sent one for
            // room.
            ready(watch, events);
        }
        return 0;
    }

    @Override
    void unwatch(Watch watch) {
        if (watch.registration instanceof PollSet set) {
            leave(watch, set);
        }
    }

    private static void join(Watch watch, PollSet set, int events) {
        watch.registration = set;
        set.add(watch, events);
    }

    private void leave(Watch watch, PollSet set) {
        watch.registration = null;
        set.remove(watch);
        if (set == signalling) {
            source.turnOff(watch.fd);
        }
    }

    /** Signals tell of a change once, wanted or not. */
    @Override
    void needless(Watch watch) {
        if (watch.registration != signalling) {
            super.needless(watch);
        }
    }

    @Override
    void await(long timeoutNanos) throws IOException {
        time.begin(timeoutNanos);
        int found;
        do {
            found = polled.poll(time.left(WaitTime.UNLIMITED));
        } while (found == 0 && !time.isUp());
        if (found > 0 && polled.found(0) != 0) {
            found--;
            counters.stale += signals.take();
        }
        tell(polled, found, wake);
    }

    @Override
    void closeModel() {
        while (signalling.size() > 0) {
            Watch watch = signalling.watch(signalling.size() - 1);
            if (watch != null) {
                leave(watch, signalling);
            }
        }
        signals.leave(receiver);
        wake.close();
        arena.close();
    }

    private final class OurSignals implements SignalQueue.Receiver {
        @Override
        public boolean told(int fd, int events) {
            Watch watch = watches.find(fd);
            if (watch == null || watch.registration != signalling) {
                return false;
            }
            ready(watch, events & EVENTS);
            return true;
        }

        @Override
        public void lost() throws IOException {
            counters.overflows++;
            tell(signalling, signalling.poll(time.none()), wake);
        }
    }
}

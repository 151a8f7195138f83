package io.ferrule.driver;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.NativeLibrary;
import io.ferrule.sys.SystemCall;
import java.io.IOException;
import java.lang.foreign.Arena;

/**
 * Multiplexed I/O on {@code select(2)}: sockets and pipes by readiness, files by helper threads, unless they are in memory.
 *
 * <p>How it works: three sets of bits, one bit for each descriptor number, say who waits to read, to write and for exceptional conditions. The kernel
 * writes its answer over them, so that each wait begins with a copy. {@link #wakeUp} writes to an eventfd that is in the first set.
 *
 * <p>What it costs: copying and searching the sets grows with the highest number that is waited for, and asking each descriptor with how many there are.
 * Numbers are given out from below, so 1,000 descriptors are 125 bytes for each set; one descriptor with number 100,000 is 12.5 KB.
 *
 * <p>Traps: the C library's {@code fd_set} ends at 1024, and {@code FD_SET} of a higher number writes past its end, silently. The sets here are our own and
 * grow; the kernel takes any size. One descriptor that somebody else has closed fails the whole call (EBADF): then it is looked for, and what
 * waits for it fails with EBADF. {@code select} cannot wait for a hang-up alone, only for input, which an unread byte is too: an operation that polls for
 * nothing but errors or hang-ups is asked about beside it, every 10 ms.
 *
 * <p>Source: select(2), pselect6 (Linux 2.6.16).
 */
public final class SelectDriver extends ReadinessDriver {
    /** How often those are asked that {@code select} has no set for, in nanoseconds. */
    private static final long BESIDE_INTERVAL = 10_000_000;

    // As in poll.h: what the sets of select stand for in the kernel, but for errors and hang-ups.
    private static final int INPUT_EVENTS = Watch.POLLIN | 0x40 | 0x80;
    private static final int OUTPUT_EVENTS = Watch.POLLOUT | 0x100 | 0x200;

    private final Arena arena;
    private final WakeUp wake;
    private final WaitTime time;
    private final SelectSets sets;

    /** Those that wait for what {@code select} has no set for. */
    private final PollSet beside;

    private SelectDriver(Arena arena, WakeUp wake) {
        super(HelperThreads.DEFAULT_LIMIT, () -> new Calls(true));
        this.arena = arena;
        this.wake = wake;
        this.time = new WaitTime(arena);
        this.sets = new SelectSets(arena);
        this.beside = new PollSet(arena);
        sets.set(SelectSets.INPUT, wake.fd(), true);
    }

    /** For the calling thread, a platform thread; with up to four helper threads. */
    public static SelectDriver open() throws IOException {
        checkThread();
        NativeLibrary.load();
        Arena arena = Arena.ofConfined();
        try {
            return new SelectDriver(arena, WakeUp.open(arena));
        } catch (IOException e) {
            arena.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return "select";
    }

    @Override
    public void wakeUp() {
        wake.signal();
    }

    @Override
    public int descriptor() {
        throw new UnsupportedOperationException(
                "select has no descriptor to wait on: the sets are handed over anew each time."
                        + " Embed the loop by turning it with a time limit, or take the uring or epoll driver");
    }

    @Override
    public boolean sharesReads() {
        return true;
    }

    @Override
    int watch(Watch watch, int events) {
        boolean input = (events & INPUT_EVENTS) != 0;
        sets.set(SelectSets.INPUT, watch.fd, input);
        sets.set(SelectSets.OUTPUT, watch.fd, (events & OUTPUT_EVENTS) != 0);
        sets.set(SelectSets.EXCEPTIONAL, watch.fd, (events & Watch.POLLPRI) != 0);
        // A hang-up is input as well, so who waits for input is told.
        boolean hangUp = !input && (events & (Watch.POLLHUP | Watch.POLLRDHUP)) != 0;
        if (watch.place != Watch.NOWHERE) {
            beside.remove(watch);
        }
        if (hangUp) {
            beside.add(watch, events & ~OUTPUT_EVENTS);
        }
        return 0;
    }

    @Override
    void unwatch(Watch watch) {
        watch(watch, 0);
    }

    @Override
    void await(long timeoutNanos) throws IOException {
        time.begin(timeoutNanos);
        int found;
        do {
            found = askBeside();
            long atMost = found > 0 ? 0 : beside.size() > 0 ? BESIDE_INTERVAL : WaitTime.UNLIMITED;
            found += select(atMost);
        } while (found == 0 && !time.isUp());
    }

    private int askBeside() throws IOException {
        return beside.size() == 0 ? 0 : tell(beside, beside.poll(time.none()), wake);
    }

    private int select(long atMost) throws IOException {
        int found = sets.select(time.left(atMost));
        if (found == -Errno.EBADF.number()) {
            return tellOfClosed();
        }
        if (found < 0) {
            throw new ErrnoException(found, "select", null, null);
        }
        if (found > 0) {
            tellOfFound();
        }
        return found;
    }

    private void tellOfFound() {
        for (int word = 0; word < sets.words(); word++) {
            long input = sets.found(SelectSets.INPUT, word);
            long output = sets.found(SelectSets.OUTPUT, word);
            long exceptional = sets.found(SelectSets.EXCEPTIONAL, word);
            for (long left = input | output | exceptional; left != 0; left &= left - 1) {
                long bit = Long.lowestOneBit(left);
                int events = ((input & bit) != 0 ? Watch.POLLIN : 0)
                        | ((output & bit) != 0 ? Watch.POLLOUT : 0)
                        | ((exceptional & bit) != 0 ? Watch.POLLPRI : 0);
                tell(word * Long.SIZE + Long.numberOfTrailingZeros(bit), events);
            }
        }
    }

    private void tell(int fd, int events) {
        if (fd == wake.fd()) {
            wake.take();
        } else {
            ready(watches.of(fd), events);
        }
    }

    /** Returns how many of the descriptors have been closed by somebody else. */
    private int tellOfClosed() {
        int closed = 0;
        for (int word = 0; word < sets.words(); word++) {
            for (long left = sets.wantedInAny(word); left != 0; left &= left - 1) {
                int fd = word * Long.SIZE + Long.numberOfTrailingZeros(left);
                if (SystemCall.invoke(SystemCall.FCNTL, fd, LibC.F_GETFD(), 0) == -Errno.EBADF.number()) {
                    gone(watches.of(fd));
                    closed++;
                }
            }
        }
        return closed;
    }

    @Override
    void closeModel() {
        wake.close();
        arena.close();
    }
}

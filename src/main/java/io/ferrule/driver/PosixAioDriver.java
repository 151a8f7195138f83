package io.ferrule.driver;

import io.ferrule.driver.OperationKind.Needs;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.EventFd;
import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * POSIX AIO: files are read, written and synced by {@code aio_read(3)} and its like, and the loop's thread waits in {@code aio_suspend(3)}. What these
 * functions do not do is done as with {@link BlockingDriver}, by a thread for each operation: sockets, pipes, vectors, a file's own position, names.
 *
 * <p>It is no asynchronous I/O of the kernel's: glibc has threads of its own, 20 in a process at most, and each serves one descriptor, whose requests
 * it does one after the other. Many requests on one file are no faster than one; on many files up to 20 are under way.
 *
 * <p>{@code aio_suspend} waits for requests and nothing else, so a wake-up is a request too: a read of an eventfd, which takes one of the C library's
 * threads for as long as the driver is open. That is why a process may have {@value #MOST_DRIVERS} of these drivers. It also takes room on the
 * stack for each request it waits for: beyond {@value #MOST_REQUESTS}, requests wait for their turn here.
 *
 * <p>For glibc only, whose {@code struct aiocb} this was checked with. Sources: aio(7), and sysdeps/pthread/aio_*.c of glibc 2.36.
 */
public final class PosixAioDriver extends ThreadedDriver {
    /** How many of these drivers a process may have. */
    public static final int MOST_DRIVERS = 10;

    /** How many requests a driver hands to the C library at once. */
    static final int MOST_REQUESTS = 1024;

    private static final AtomicInteger OPEN = new AtomicInteger();
    private static final int EBADF = -Errno.EBADF.number();
    private static final int ECANCELED = -Errno.ECANCELED.number();
    private static final int EINPROGRESS = Errno.EINPROGRESS.number();
    private static final long FOR_EVER = -1;

    /** Its slot is the first. */
    private static final int WAKE = 0;

    private static final int SLOTS = MOST_REQUESTS + 1;

    private final PosixAio aio;
    private final EventFd wake;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment requests = arena.allocate(SLOTS * PosixAio.SIZE, Long.BYTES);
    private final MemorySegment wakeValue = arena.allocate(Long.BYTES, Long.BYTES);

    /** The addresses of those in flight, as aio_suspend wants them; and their slots. */
    private final MemorySegment list = arena.allocate((long) SLOTS * Long.BYTES, Long.BYTES);

    private final int[] inFlight = new int[SLOTS];
    private int count;

    private final @Nullable Operation[] operations = new @Nullable Operation[SLOTS];
    private final int[] free = new int[SLOTS];
    private int freeCount;

    /** Begun, and not with the C library for want of a slot. */
    private final OperationQueue waiting = new OperationQueue();

    private boolean wakeRequested;

    /** The eventfd has been signalled, or is just about to be. */
    private final AtomicBoolean signalled = new AtomicBoolean();

    private PosixAioDriver(PosixAio aio, EventFd wake, int limit, int signal) {
        super(limit, signal);
        this.aio = aio;
        this.wake = wake;
        for (int slot = SLOTS - 1; slot > WAKE; slot--) {
            free[freeCount++] = slot;
        }
    }

    /**
     * For the calling thread, a platform thread; with as many threads as for {@link BlockingDriver}.
     *
     * @throws IOException when the process has too many of them already
     * @throws UnsupportedOperationException on a C library that is not glibc
     */
    public static PosixAioDriver open() throws IOException {
        ReadinessDriver.checkThread();
        NativeLibrary.load();
        if (OPEN.incrementAndGet() > MOST_DRIVERS) {
            OPEN.decrementAndGet();
            throw new IOException(
                    "this process has " + MOST_DRIVERS + " posix-aio drivers already, each of which keeps one of"
                            + " the 20 threads that the C library has for POSIX AIO: close one, or take another driver");
        }
        PosixAio aio = null;
        EventFd wake = null;
        try {
            int signal = BlockingCalls.signal();
            aio = PosixAio.open();
            wake = EventFd.open(0); // it is the C library's thread that waits for it
            return new PosixAioDriver(aio, wake, BlockingDriver.threadLimit(), signal);
        } catch (IOException | RuntimeException e) {
            OPEN.decrementAndGet();
            if (aio != null) {
                aio.close();
            }
            if (wake != null) {
                wake.close();
            }
            throw e;
        }
    }

    @Override
    public String name() {
        return "posix-aio";
    }

    @Override
    public int descriptor() {
        throw new UnsupportedOperationException(
                "aio_suspend waits for requests, and no descriptor tells of them: embed the loop"
                        + " by turning it with a time limit, or take the uring, epoll or linux-aio driver");
    }

    // ---- requests ----

    @Override
    int begins(Operation op) {
        boolean done = switch (op.kind) {
            case READ, WRITE -> op.regular && op.offset >= 0;
            case FSYNC, FDATASYNC -> true;
            default -> false;
        };
        if (!done) {
            return toThread(op);
        }
        if (freeCount == 0) {
            op.stage = WAKE; // for none
            waiting.add(op);
            return WAIT;
        }
        return request(op);
    }

    /** Hands a request to the C library. */
    private int request(Operation op) {
        int slot = free[--freeCount];
        long at = slot * PosixAio.SIZE;
        PosixAio.fill(requests, at, op.fd, op.address, op.length, op.offset);
        long address = requests.address() + at;
        int error = switch (op.kind) {
            case READ -> aio.read(address);
            case WRITE -> aio.write(address);
            default -> aio.sync(address, op.kind == OperationKind.FDATASYNC);
        };
        if (error < 0) {
            free[freeCount++] = slot;
            // POSIX, and so glibc once, refuses to sync what is only read; the system call does not mind.
            boolean mayBeSynced = error == EBADF && op.kind.needs() == Needs.A_THREAD;
            return mayBeSynced ? toThread(op) : error;
        }
        op.stage = slot;
        operations[slot] = op;
        add(slot);
        return WAIT;
    }

    private int toThread(Operation op) {
        counters.fallbacks += op.isOfFile() || op.kind.needs() == Needs.A_THREAD ? 1 : 0;
        return 0;
    }

    private void add(int slot) {
        list.setAtIndex(ValueLayout.JAVA_LONG, count, requests.address() + slot * PosixAio.SIZE);
        inFlight[count++] = slot;
    }

    private void remove(int index) {
        count--;
        inFlight[index] = inFlight[count];
        list.setAtIndex(ValueLayout.JAVA_LONG, index, list.getAtIndex(ValueLayout.JAVA_LONG, count));
    }

    /** What one of the C library's threads has begun takes its course. */
    @Override
    void cancelBegun(Operation op) {
        if (op.stage != WAKE) {
            aio.cancel(op.fd, requests.address() + op.stage * PosixAio.SIZE);
        } else if (waiting.remove(op)) {
            finish(op, ECANCELED);
        }
    }

    // ---- waiting ----

    @Override
    void signal() {
        if (!signalled.getAndSet(true)) {
            wake.signal();
        }
    }

    @Override
    void await(long timeoutNanos) throws IOException {
        if (timeoutNanos != 0) {
            requestWakeUp();
            aio.suspend(list, count, timeoutNanos);
        }
        for (int i = count - 1; i >= 0; i--) {
            int slot = inFlight[i];
            long address = requests.address() + slot * PosixAio.SIZE;
            int error = aio.error(address);
            if (error != EINPROGRESS) {
                long result = aio.result(address);
                remove(i);
                completed(slot, error == 0 ? (int) result : -error);
            }
        }
        while (freeCount > 0 && !waiting.isEmpty()) {
            beginWaiting(waiting.poll());
        }
    }

    private void completed(int slot, int result) {
        Operation op = operations[slot];
        if (slot == WAKE) {
            wakeRequested = false;
            signalled.set(false); // what was left for this thread by now, it will find after this
        } else if (op != null) {
            operations[slot] = null;
            free[freeCount++] = slot;
            op.stage = 0;
            finish(op, result);
        }
    }

    private void beginWaiting(@Nullable Operation op) {
        if (op != null) {
            int result = request(op);
            if (result == 0) {
                giveToThread(op);
            } else if (result != WAIT) {
                finish(op, result);
            }
        }
    }

    private void requestWakeUp() throws IOException {
        if (!wakeRequested) {
            PosixAio.fill(requests, WAKE, wake.fd().number(), wakeValue.address(), Long.BYTES, 0);
            int error = aio.read(requests.address());
            if (error < 0) {
                throw new ErrnoException(
                        error, "aio_read", wake.fd().toString(), "The C library gives no thread for it");
            }
            wakeRequested = true;
            add(WAKE);
        }
    }

    @Override
    void closeModel() {
        if (wakeRequested) {
            wake.signal();
            while (aio.error(requests.address()) == EINPROGRESS) {
                aio.suspend(list, count, FOR_EVER);
            }
            aio.result(requests.address());
        }
        try {
            wake.close();
        } catch (IOException e) {
            // an eventfd has nothing to report
        }
        aio.close();
        arena.close();
        OPEN.decrementAndGet();
    }
}

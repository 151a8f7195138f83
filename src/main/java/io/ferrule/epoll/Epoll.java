package io.ferrule.epoll;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.EventFd;
import io.ferrule.sys.Fd;
import io.ferrule.sys.NativeLibrary;
import io.ferrule.sys.SystemCall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * An interest list: descriptors and the events awaited on each; and a cursor on those that are ready:
 *
 * <pre>{@code
 * epoll.await(-1);
 * while (epoll.next()) {
 *     use(epoll.registration(), epoll.events());
 * }
 * }</pre>
 *
 * <p>An event carries its registration's slot and generation: one that was meant for a registration deleted since, even for the same descriptor
 * number, is dropped and counted, never delivered to another.
 *
 * <p>An interest list belongs to one platform thread, the one that opened it; only {@link #wakeUp} may be called from others. Waiting and reading
 * events allocates nothing. After close every method throws IllegalStateException, but for {@link #wakeUp} and {@link #close}, which do nothing.
 *
 * <p>What the caller must guarantee: a registration is deleted before its descriptor is closed. The kernel keeps watching a file that a duplicate
 * of the descriptor holds open.
 */
public final class Epoll implements AutoCloseable {
    /** There is something to read, or the end of the stream. */
    public static final int EPOLLIN = 0x001;

    /** There is urgent data, or an exceptional condition. */
    public static final int EPOLLPRI = 0x002;

    /** Writing will not block. */
    public static final int EPOLLOUT = 0x004;

    /** An error; always reported. */
    public static final int EPOLLERR = 0x008;

    /** A hang-up; always reported. What the peer sent before it can still be read. */
    public static final int EPOLLHUP = 0x010;

    /** The peer has shut down its writing side; what it sent before can still be read. */
    public static final int EPOLLRDHUP = 0x2000;

    /** Wakes one of several interest lists that watch the same file, not all. Linux 4.5. */
    public static final int EPOLLEXCLUSIVE = 1 << 28;

    /** Keeps the machine from suspending while the event is handled; needs CAP_BLOCK_SUSPEND. Linux 3.5. */
    public static final int EPOLLWAKEUP = 1 << 29;

    /** One event, then none until {@link Registration#modify}. */
    public static final int EPOLLONESHOT = 1 << 30;

    /** Edge-triggered: an event when something new happens, not while it is so. Read or write until EAGAIN. */
    public static final int EPOLLET = 1 << 31;

    private static final int DEFAULT_BATCH = 256;

    /** What the kernel takes at most ({@code EP_MAX_EVENTS} is far beyond it): keeps the array's size within an int. */
    private static final int MAX_BATCH = 1 << 20;

    private static final int ADD = 1;
    private static final int DELETE = 2;
    private static final int MODIFY = 3;

    private static final long TIMESPEC_SIZE = 16;
    private static final long NANOS = 1_000_000_000L;
    private static final long NANOS_IN_MILLI = 1_000_000L;

    /** With EXCLUSIVE, the kernel takes only these beside it. */
    private static final int WITH_EXCLUSIVE =
            EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE;

    private static final Thread NOBODY = Thread.ofPlatform().name("nobody").unstarted(() -> {});

    private static final VarHandle WAKE_PENDING;

    static {
        try {
            WAKE_PENDING = MethodHandles.lookup().findVarHandle(Epoll.class, "wakePending", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Arena arena = Arena.ofConfined();
    private final Fd epoll;
    private final EventFd wake;
    private final int batch;

    /** Where the kernel puts the events: an address within {@link EventLayout#MEMORY}, good until close. */
    private final long ready;

    private final MemorySegment scratch;
    private final RegistrationTable registrations = new RegistrationTable();
    private boolean nanosecondTimeouts = true;

    /** The thread this list belongs to; {@link #NOBODY} after close, so that one comparison finds out both. */
    private Thread owner = Thread.currentThread();

    private int count;
    private int cursor;
    private @Nullable Registration current;
    private int currentEvents;
    private long stale;

    /** Set by whoever wakes us, cleared by us when we have seen it: between the two, further wake-ups cost no system call. */
    @SuppressWarnings("UnusedVariable") // through WAKE_PENDING
    private boolean wakePending;

    private volatile boolean closed;

    private Epoll(Fd epoll, EventFd wake, int batch) {
        this.epoll = epoll;
        this.wake = wake;
        this.batch = batch;
        this.ready = arena.allocate(EventLayout.SIZE * batch, 8).address();
        this.scratch = arena.allocate(Math.max(EventLayout.SIZE, TIMESPEC_SIZE), 8);
    }

    /** Opens an interest list that takes up to 256 events at a time. Mirrors {@code epoll_create1(EPOLL_CLOEXEC)}. */
    public static Epoll open() throws IOException {
        return open(DEFAULT_BATCH);
    }

    /**
     * Opens an interest list.
     *
     * @param batch how many events one wait takes at most, 1 to 1,048,576; more than that are there at the next wait
     * @throws IllegalStateException from a virtual thread: waiting would hold its carrier
     */
    public static Epoll open(int batch) throws IOException {
        if (batch < 1 || batch > MAX_BATCH) {
            throw new IllegalArgumentException("a wait takes 1 to " + MAX_BATCH + " events, not " + batch);
        }
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    "waiting would hold the carrier of a virtual thread: open the interest list on a platform thread");
        }
        NativeLibrary.load();
        Fd epoll = Fd.own(
                check(SystemCall.invoke(SystemCall.EPOLL_CREATE1, LibC.EPOLL_CLOEXEC(), 0, 0), "epoll_create1", null));
        try {
            EventFd wake = EventFd.open(LibC.EFD_NONBLOCK());
            Epoll opened = new Epoll(epoll, wake, batch);
            try {
                // Edge-triggered, so that each write is an event and nothing needs to be read back.
                opened.control(ADD, wake.fd(), EPOLLIN | EPOLLET, RegistrationTable.WAKE_UP);
                return opened;
            } catch (IOException e) {
                opened.close();
                throw e;
            }
        } catch (IOException e) {
            epoll.close();
            throw e;
        }
    }

    /**
     * Adds a descriptor. Mirrors {@code EPOLL_CTL_ADD}.
     *
     * @param events {@code EPOLLIN} and its like; level-triggered unless {@link #EPOLLET} is among them
     * @param attachment what the caller wants back with each event, or null
     * @throws NotPollableException for a regular file or directory
     * @throws ErrnoException EEXIST when it is in the list already, ENOSPC beyond {@code fs.epoll.max_user_watches}, ELOOP for lists in a circle
     */
    public Registration add(Fd fd, int events, @Nullable Object attachment) throws IOException {
        checkOwner();
        checkEvents(events);
        Registration registration = registrations.take(this, fd, attachment);
        try {
            control(ADD, fd, events, registration.key());
        } catch (IOException | RuntimeException e) {
            registrations.drop(registration);
            throw e;
        }
        registration.setEvents(events);
        return registration;
    }

    /**
     * Waits until a descriptor is ready, another thread calls {@link #wakeUp}, or the time is up. Events of the last wait that have not been read
     * are forgotten; level-triggered ones come again. Mirrors {@code epoll_wait}, and for a time {@code epoll_pwait2}; before Linux 5.11 times are rounded
     * up to milliseconds.
     *
     * @param timeoutNanos how long at most; 0 to look without waiting; negative to wait for ever
     * @return how many events there are to read at most; 0 when the time was up or after a wake-up alone
     */
    public int await(long timeoutNanos) throws IOException {
        checkOwner();
        cursor = 0;
        count = 0;
        current = null;
        long deadline = timeoutNanos > 0 ? System.nanoTime() + timeoutNanos : 0;
        long left = timeoutNanos;
        for (; ; ) {
            int result = waitOnce(left);
            if (result >= 0) {
                count = result;
                return result - takeWakeUp();
            }
            if (nanosecondTimeouts && (result == -Errno.ENOSYS.number() || result == -Errno.EPERM.number())) {
                // An old kernel, or a sandbox that knows no new calls: they say EPERM to what they do not know.
                nanosecondTimeouts = false;
            } else if (result != -Errno.EINTR.number()) {
                throw new ErrnoException(result, "epoll_wait", epoll.toString(), null);
            } else if (timeoutNanos > 0) {
                left = Math.max(0, deadline - System.nanoTime());
            }
        }
    }

    /**
     * Moves to the next ready descriptor.
     *
     * @return false when all have been read
     */
    public boolean next() {
        checkOwner();
        while (cursor < count) {
            long at = ready + cursor++ * EventLayout.SIZE;
            long key = EventLayout.MEMORY.get(ValueLayout.JAVA_LONG_UNALIGNED, at + EventLayout.DATA);
            if (key == RegistrationTable.WAKE_UP) {
                continue;
            }
            Registration found = registrations.find(key);
            if (found != null) {
                current = found;
                currentEvents = EventLayout.MEMORY.get(ValueLayout.JAVA_INT_UNALIGNED, at + EventLayout.EVENTS);
                return true;
            }
            stale++;
        }
        current = null;
        return false;
    }

    /**
     * The registration that {@link #next} moved to.
     *
     * @throws IllegalStateException when it did not move to any
     */
    public Registration registration() {
        checkOwner();
        Registration registration = current;
        if (registration == null) {
            throw noEvent();
        }
        return registration;
    }

    /**
     * The events of the registration that {@link #next} moved to: {@code EPOLLIN} and its like.
     *
     * @throws IllegalStateException when it did not move to any
     */
    public int events() {
        checkOwner();
        if (current == null) {
            throw noEvent();
        }
        return currentEvents;
    }

    /**
     * Ends the wait that is under way, or else the next one. Any thread may call this, at any time; several calls may end one wait. What was
     * written before the call is visible to the owner after that wait.
     */
    public void wakeUp() {
        if (closed || (boolean) WAKE_PENDING.getAndSet(this, true)) {
            return;
        }
        wake.signal();
    }

    /** Whether waits are timed in nanoseconds (epoll_pwait2, Linux 5.11) and not in milliseconds, as far as waits for a time have shown until now. */
    public boolean hasNanosecondTimeouts() {
        checkOwner();
        return nanosecondTimeouts;
    }

    /** Descriptors in the list. */
    public int size() {
        checkOwner();
        return registrations.size();
    }

    /** Events dropped because their registration had been deleted. */
    public long staleEvents() {
        checkOwner();
        return stale;
    }

    /**
     * The list's own descriptor, which can be watched by another: it is readable when an event is ready. Owned by this object.
     *
     * @throws IllegalStateException after close
     */
    public Fd descriptor() {
        checkOwner();
        return epoll;
    }

    /** Closes the list; the descriptors in it stay open, and their registrations end. A second close does nothing. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        checkOwner();
        closed = true;
        wake.close();
        owner = NOBODY;
        registrations.clear();
        arena.close();
        epoll.close();
    }

    @Override
    public String toString() {
        return "interest list of " + registrations.size() + (closed ? " (closed)" : " (" + epoll + ")");
    }

    // ---- for registrations ----

    void modify(Registration registration, int events) throws IOException {
        checkOwner();
        checkEvents(events);
        if (((events | registration.events()) & EPOLLEXCLUSIVE) != 0) {
            throw new IllegalArgumentException(
                    "an EPOLLEXCLUSIVE registration cannot be modified: delete it and add it again");
        }
        control(MODIFY, registration.fd(), events, registration.key());
    }

    void delete(Registration registration) throws IOException {
        checkOwner();
        registrations.drop(registration);
        if (!registration.fd().isOpen()) {
            throw new IllegalStateException(
                    "the descriptor was closed before its registration was deleted; no event will be delivered for it any more,"
                            + " but if a duplicate of it is open, the kernel goes on watching");
        }
        control(DELETE, registration.fd(), 0, 0);
    }

    void checkOwner() {
        if (Thread.currentThread() != owner) {
            throw refusal();
        }
    }

    private RuntimeException refusal() {
        if (closed) {
            return new IllegalStateException("the interest list is closed");
        }
        return new WrongThreadException("this interest list belongs to thread \"" + owner.getName()
                + "\", and others may only call wakeUp(); this is \""
                + Thread.currentThread().getName() + "\"");
    }

    private static IllegalStateException noEvent() {
        return new IllegalStateException(
                "there is no current event: next() comes first, and returned false if it came");
    }

    // ---- system calls ----

    /** Only a time needs nanoseconds; waiting for ever and not at all are cheaper with the older call. */
    private int waitOnce(long timeoutNanos) {
        if (timeoutNanos <= 0 || !nanosecondTimeouts) {
            long millis =
                    timeoutNanos < 0 ? -1 : Math.min(Integer.MAX_VALUE, Math.ceilDiv(timeoutNanos, NANOS_IN_MILLI));
            return SystemCall.invoke(SystemCall.EPOLL_WAIT, epoll.number(), ready, batch, millis, 0, 0);
        }
        scratch.set(ValueLayout.JAVA_LONG, 0, timeoutNanos / NANOS);
        scratch.set(ValueLayout.JAVA_LONG, 8, timeoutNanos % NANOS);
        return SystemCall.invoke(SystemCall.EPOLL_PWAIT2, epoll.number(), ready, batch, scratch.address(), 0, 0);
    }

    /**
     * Looks for a wake-up among the events. Returns how many of them were one. Where nobody has announced one there is none: who wakes us says so before
     * they write.
     */
    private int takeWakeUp() {
        if (!(boolean) WAKE_PENDING.getVolatile(this)) {
            return 0;
        }
        for (int i = 0; i < count; i++) {
            long at = ready + i * EventLayout.SIZE;
            if (EventLayout.MEMORY.get(ValueLayout.JAVA_LONG_UNALIGNED, at + EventLayout.DATA)
                    == RegistrationTable.WAKE_UP) {
                // Sequentially consistent: who finds it still set has written before, and we read what they wrote after
                // this.
                WAKE_PENDING.setVolatile(this, false);
                return 1;
            }
        }
        return 0;
    }

    private void control(int operation, Fd fd, int events, long key) throws IOException {
        scratch.set(ValueLayout.JAVA_INT_UNALIGNED, EventLayout.EVENTS, events);
        scratch.set(ValueLayout.JAVA_LONG_UNALIGNED, EventLayout.DATA, key);
        int result = SystemCall.invoke(
                SystemCall.EPOLL_CTL, epoll.number(), operation, fd.number(), scratch.address(), 0, 0);
        if (result == -Errno.EPERM.number()) {
            throw new NotPollableException(fd);
        }
        check(result, "epoll_ctl " + (operation == ADD ? "ADD" : operation == MODIFY ? "MOD" : "DEL"), fd);
    }

    private static void checkEvents(int events) {
        if ((events & EPOLLEXCLUSIVE) != 0 && (events & ~WITH_EXCLUSIVE) != 0) {
            throw new IllegalArgumentException(
                    "EPOLLEXCLUSIVE goes with EPOLLIN, EPOLLOUT, EPOLLET and EPOLLWAKEUP only");
        }
    }

    private static int check(int result, String operation, @Nullable Fd fd) throws ErrnoException {
        if (result >= 0) {
            return result;
        }
        String advice = null;
        if (result == -Errno.EEXIST.number()) {
            advice = "It is in the list already: modify its registration";
        } else if (result == -Errno.ENOENT.number()) {
            advice = "It is not in the list: it was closed, and its number belongs to another file now";
        } else if (result == -Errno.ENOSPC.number()) {
            advice = "The sysctl fs.epoll.max_user_watches limits how many descriptors a user may watch";
        } else if (result == -Errno.ELOOP.number()) {
            advice = "Interest lists would watch each other in a circle, or be nested more than five deep";
        } else if (result == -Errno.EMFILE.number()) {
            advice = "Close descriptors, or raise the limit (ulimit -n, LimitNOFILE=)";
        }
        throw new ErrnoException(result, operation, fd == null ? null : fd.toString(), advice);
    }
}

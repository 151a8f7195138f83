package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.driver.Driver;
import io.ferrule.driver.Operation;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.Fd;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * A thread that does I/O: it hands requests to the kernel, waits, and says what came of them. Everything opened through a loop belongs to it.
 *
 * <p>{@link #start} gives a loop a thread of its own; then every other thread, virtual ones above all, reads and writes with {@code await} or
 * {@code future}. A loop that was made by {@link #open} belongs to the calling thread, which turns it: {@link #run}, {@link #turn}, or just
 * {@code await}.
 *
 * <p>Closing a loop cancels everything, waits until nothing is in flight, and then closes what was open. One that is never closed is never freed, since
 * the kernel may be writing into its buffers.
 */
public final class Loop implements Executor, AutoCloseable {
    /** Those that are open. A loop that its program has forgotten may have requests in flight: their memory stays reachable through this. */
    private static final Set<Loop> OPEN = ConcurrentHashMap.newKeySet();

    private final Driver driver;
    private final String reason;

    /** The kinds of operation it may do; null for all. */
    private final @Nullable Set<OperationKind> only;

    private final Thread owner = Thread.currentThread();
    private final Deadlines deadlines = new Deadlines();
    private final Transfers transfers = new Transfers(this);
    private final TaskMemory taskMemory = new TaskMemory(this);
    private final SocketCalls sockets = new SocketCalls(this);
    private final PathOperations paths = new PathOperations(this);
    private final CarriedThreads carried = new CarriedThreads(this);
    private final Belongings belongings = new Belongings();
    private final LoopCounters counters;
    private final Mail mail;
    private final Turning turning;

    private boolean stopped;

    /** Other threads are refused from here on, or they could keep the loop from ever coming to rest. */
    private volatile boolean closing;

    private volatile boolean closed;

    Loop(Driver driver, String reason, @Nullable Set<OperationKind> only) {
        this.driver = driver;
        this.reason = reason;
        this.only = only;
        this.counters = new LoopCounters(driver.counters());
        this.mail = new Mail(this, driver, counters);
        this.turning = new Turning(this, driver, mail, deadlines, carried);
        OPEN.add(this);
    }

    // ---- life ----

    /** Opens a loop for the calling thread, with the best driver there is. */
    public static Loop open() throws IOException {
        return open(LoopOptions.defaults());
    }

    /**
     * Opens a loop for the calling thread, which turns it.
     *
     * @throws IOException when the driver cannot be had; the message says why, and what to do
     * @throws IllegalStateException on a virtual thread
     */
    public static Loop open(LoopOptions options) throws IOException {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    "a loop belongs to a platform thread: Loop.start() gives it one of its own");
        }
        DriverChoice choice = DriverChoice.make(options);
        Loop loop = new Loop(choice.driver(), choice.reason(), options.only());
        FlightEvents.opened(loop);
        return loop;
    }

    /** Starts a loop on a thread of its own, with the best driver there is. */
    public static Loop start() throws IOException {
        return start(LoopOptions.defaults());
    }

    /**
     * Starts a loop on a daemon thread of its own, which runs until the loop is closed.
     *
     * @throws IOException when the driver cannot be had; the message says why, and what to do
     */
    public static Loop start(LoopOptions options) throws IOException {
        return LoopThread.start(options);
    }

    /** The names of all drivers, whether this machine has what they need or not: {@link #drivers} finds that out. */
    public static List<String> driverNames() {
        return DriverChoice.names();
    }

    /**
     * All drivers that there are, and whether each can be had on this machine: which is found out by opening it, so this takes its time. What {@link
     * #open()} chooses is told by {@link #description}.
     */
    public static List<DriverInfo> drivers() {
        return DriverChoice.all();
    }

    /** The driver's name, and why it is this one, in words. */
    public String description() {
        return driver.name() + ": " + reason;
    }

    /** All that are open in this JVM. */
    static Iterable<Loop> allOpen() {
        return OPEN;
    }

    /** The name of its thread. */
    String name() {
        return owner.getName();
    }

    /** The driver's name: "uring", "epoll", ... */
    public String driverName() {
        return driver.name();
    }

    /** What it has seen so far. */
    public LoopCounters counters() {
        driver.counters();
        return counters;
    }

    /**
     * Closes the loop: cancels everything in flight, waits until that is over, closes what is open. On a loop with a thread of its own, any thread may
     * do this; it waits until the thread has ended. A second close does nothing.
     *
     * @throws IllegalStateException within a callback: call {@link #stop}, and close when {@link #run} has returned
     * @throws WrongThreadException on another thread than the one that opened it
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (isOwner()) {
            checkMayTurn();
            closeHere();
        } else if (owner instanceof LoopThread thread) {
            thread.closeAndWait();
        } else {
            checkOwner();
        }
    }

    void closeHere() {
        if (closed) {
            return;
        }
        closing = true;
        belongings.giveUp();
        turning.until(belongings::areGone);
        belongings.closeLeases();
        closed = true;
        mail.refuse();
        carried.leave();
        FlightEvents.closed(this);
        driver.close();
        OPEN.remove(this);
    }

    // ---- turning ----

    /** Turns until {@link #stop} is called. An interrupt does not end it, and is set again when it returns. */
    public void run() {
        checkOpen();
        checkOwner();
        checkMayTurn();
        turning.until(() -> stopped);
        stopped = false;
    }

    /** Ends {@link #run} after the current turn, or else the next one. Any thread. */
    public void stop() {
        checkOpen();
        if (isOwner()) {
            stopped = true;
        } else {
            execute(() -> stopped = true);
        }
    }

    /** Any thread: refuses what comes from now on, so that those who never stop asking cannot put the end off; and ends {@link #run}. */
    void closeSoon() {
        closing = true;
        executeUnlessClosed(() -> stopped = true);
    }

    /**
     * Does what there is to do, after waiting for it: for a thread that has other things to do as well. When it returns, everything begun so far is
     * with the kernel, and {@link #descriptor} tells when there is more to do.
     *
     * <p>It may return before the time is up though nothing has happened: for a wake-up that was meant for something done by now, or what only the driver
     * had to do. So who waits for something turns the loop again and again until it has come. An interrupt may end a wait or not; it stays set.
     *
     * @param timeoutNanos how long to wait at most; 0 to look without waiting; negative to wait for ever
     * @return whether anything happened
     */
    public boolean turn(long timeoutNanos) throws IOException {
        checkOpen();
        checkOwner();
        checkMayTurn();
        return turning.once(timeoutNanos);
    }

    /** How long until a time limit or timer needs a turn, in nanoseconds; -1 when there is none. With {@link #descriptor}, for use in another loop. */
    public long nanosToNextDeadline() {
        checkOpen();
        checkOwner();
        return deadlines.nanosToFirst(System.nanoTime());
    }

    /**
     * A descriptor for {@code poll}, {@code epoll} or a selector of another framework: it is readable when {@link #turn} has something to do.
     *
     * @throws UnsupportedOperationException where the driver has none
     */
    public Fd descriptor() {
        checkOpen();
        checkOwner();
        Fd descriptor = Fd.borrow(driver.descriptor());
        turning.embed();
        return descriptor;
    }

    // ---- mail from other threads ----

    /**
     * Does something on the loop's thread: in its next turn, or at once when this is it. What it throws goes to the handler of uncaught exceptions.
     * What comes while the loop closes may be dropped.
     *
     * @throws IllegalStateException after close
     */
    @Override
    public void execute(Runnable command) {
        Objects.requireNonNull(command, "command");
        if (isOwner()) {
            checkOpen();
            run(command);
        } else {
            post(command);
        }
    }

    /** As {@link #execute}; nothing when the loop has closed. */
    void executeUnlessClosed(Runnable command) {
        if (isOwner()) {
            run(command);
        } else {
            postUnlessClosed(command);
        }
    }

    /** As {@link #post(Runnable)}; nothing when the loop has closed. */
    void postUnlessClosed(Runnable command) {
        mailOrRefuse(new Command(this, command));
    }

    /**
     * Does something on the loop's thread in its next turn, also when this is it.
     *
     * @throws IllegalStateException after close
     */
    public void post(Runnable command) {
        Objects.requireNonNull(command, "command");
        checkOpen();
        postUnlessClosed(command);
    }

    /**
     * Leaves a message, which arrives in the loop's next turn. Allocates nothing.
     *
     * @throws IllegalStateException after close, and while the message is underway
     */
    public void post(Message message) {
        checkOpen();
        message.depart(this);
        mailOrRefuse(message);
    }

    /** Leaves an entry for the loop; where that has closed, or closes before it sees the entry, refuses it. */
    void mailOrRefuse(Entry entry) {
        mail.put(entry);
        if (closed) {
            mail.refuse();
        }
    }

    // ---- virtual threads ----

    /**
     * Makes virtual threads that run on the loop's own thread. When one of them waits for I/O of this loop, no other thread is involved and nobody has
     * to be woken by a system call; but they have one processor together, and what blocks one of them without parking it (a file read through the
     * JDK, native code) blocks the loop. They use the loop as any other thread does, with {@code await} and {@code future}.
     *
     * <p>When the loop has closed, the JDK's common pool runs those that have not ended.
     *
     * @throws UnsupportedOperationException unless the JVM was started with the flag {@code --add-opens java.base/java.lang=io.ferrule} ({@code
     *     =ALL-UNNAMED} on the class path); and on a JDK that has no way to do this, as far as is known
     */
    public ThreadFactory virtualThreads() {
        checkOpen();
        return carried.factory(owner.getName() + "-virtual-");
    }

    // ---- files ----

    /**
     * Opens a file. Mirrors {@code openat(2)}.
     *
     * <p>For files that never make anyone wait for somebody else: not for named pipes, terminals and the like, where a driver without completions
     * would keep a helper thread waiting.
     *
     * @param how as for {@link java.nio.file.Files#newByteChannel}, and {@link FileOption}; nothing for reading
     * @throws UnsupportedOperationException for an option that has no meaning here
     */
    public Task<File> openFile(Path path, OpenOption... how) {
        return openFile(path, OpenFlags.of(how), 0666);
    }

    /**
     * Opens a file. Mirrors {@code openat(2)}, with {@code O_CLOEXEC}.
     *
     * @param flags {@code O_...}, from {@link LibC}; those that differ between architectures ({@code O_DIRECT}) from {@link io.ferrule.sys.Abi}
     * @param mode permission bits of a file that is created
     */
    public Task<File> openFile(Path path, int flags, int mode) {
        checkOpen();
        return new OpenTask(this, path, flags, mode);
    }

    /** What it does with names of files: directories, links, changes of name. */
    public PathOperations paths() {
        return paths;
    }

    // ---- pipes ----

    /** Makes a pipe: what is written to one end is read from the other. Mirrors {@code pipe2(2)}. */
    public Task<PipeEnds> pipe() {
        checkOpen();
        return new PipeTask<>(this, ends -> ends);
    }

    /** Opens what moves bytes between two handles without bringing them into this process. */
    public Task<Relay> relay() {
        checkOpen();
        return new PipeTask<>(this, ends -> new Relay(this, ends));
    }

    // ---- events ----

    /** A timer that is not set. On the loop's thread. */
    public Timer timer(Runnable action) {
        checkOwner();
        checkOpen();
        return new Timer(this, action);
    }

    /** Does something once, after a time. On the loop's thread. */
    public Timer after(Duration delay, Runnable action) {
        Timer timer = timer(action);
        timer.setAfter(delay);
        return timer;
    }

    /** Does something again and again, first after one period. On the loop's thread. */
    public Timer every(Duration period, Runnable action) {
        Timer timer = timer(action);
        timer.setEvery(period);
        return timer;
    }

    /**
     * Waits for events of a descriptor, once: readiness, or a hang-up. Mirrors {@code poll(2)}.
     *
     * @param fd whose file is waited for; it may be closed meanwhile, since the task waits on a duplicate
     * @param events {@code POLLIN} and its like, from {@link io.ferrule.bindings.libc.LibC}; {@code POLLERR} and {@code POLLHUP} always count
     * @return of the task: the events that are there
     */
    public Task<Integer> poll(Fd fd, int events) {
        checkOpen();
        return new PollTask.OfDescriptor(this, fd, events);
    }

    /**
     * Waits for the end of a process that this JVM has started. A thread of the JVM's takes its exit status, so that it is as {@link
     * Process#exitValue} tells it: 128 and the signal's number for one that a signal ended.
     */
    public Task<ExitStatus> waitFor(Process process) {
        checkOpen();
        return new PollTask.OfJavaProcess(this, process);
    }

    /**
     * Waits for the end of any process. Its exit status is {@link ExitStatus#UNKNOWN}: the kernel tells it to the parent only. Mirrors {@code
     * pidfd_open(2)}, Linux 5.3.
     *
     * <p>A process that is gone already is a {@link ProcessGoneException}.
     */
    public Task<ExitStatus> waitFor(ProcessHandle process) {
        checkOpen();
        return new PollTask.OfProcess(this, process);
    }

    /**
     * Waits for the end of a child of this process that was started by native code, and takes its exit status, so that it is gone. Mirrors {@code
     * waitid(2)}, Linux 5.4.
     *
     * <p>Never for a child that {@link Process} stands for: a thread of the JVM's is waiting for that, and one of the two would come too late.
     *
     * <p>A process that is gone already, and one that is not a child, is a {@link ProcessGoneException}.
     */
    public Task<ExitStatus> waitForChild(long pid) {
        checkOpen();
        return new PollTask.OfChild(this, pid);
    }

    /**
     * Has signals that are sent to this process delivered as events, instead of what they did before, until that is closed. On the loop's thread.
     *
     * @param callback called on the loop's thread
     * @throws IllegalArgumentException for a signal that the JVM needs; the message says what for
     * @throws IllegalStateException for a signal that is delivered to somebody else already
     */
    public Signals signals(SignalCallback callback, Signal first, Signal... others) throws IOException {
        checkOwner();
        checkOpen();
        return Signals.open(this, callback, EnumSet.of(first, others));
    }

    // ---- sockets ----

    /**
     * Connects to somebody. Mirrors {@code connect(2)}.
     *
     * @param address an internet address that is resolved, a path or an abstract name
     * @return fails with {@link java.net.ConnectException} when nobody listens there or nobody answers; {@link Task#within} shortens the kernel's
     *     patience, which is about two minutes
     */
    public Task<Connection> connect(SocketAddress address) {
        checkOpen();
        return Sockets.connect(this, address);
    }

    /** Listens for connections, with {@link ListenOptions#defaults}. */
    public Task<Listener> listen(SocketAddress address) {
        return listen(address, ListenOptions.defaults());
    }

    /**
     * Listens for connections. Mirrors {@code bind(2)} and {@code listen(2)}.
     *
     * @param address an internet address, with port 0 for one that the kernel chooses; a path, where no file may be yet; or an abstract name
     * @return fails with {@link java.net.BindException} when somebody else has the address
     */
    public Task<Listener> listen(SocketAddress address, ListenOptions options) {
        checkOpen();
        return Sockets.listen(this, address, options);
    }

    /**
     * A socket for datagrams, bound to an address. Mirrors {@code bind(2)}.
     *
     * @param local as for {@link #listen(SocketAddress)}
     * @return fails with {@link java.net.BindException} when somebody else has the address
     */
    public Task<Datagrams> datagrams(SocketAddress local) {
        checkOpen();
        return Sockets.datagrams(this, local);
    }

    /**
     * A socket for datagrams that is not bound: the kernel gives it an address when it is first sent from, a Unix one none.
     *
     * @param family for what kind of addresses
     */
    public Task<Datagrams> datagrams(ProtocolFamily family) {
        checkOpen();
        return Sockets.datagrams(this, family);
    }

    /** Two Unix sockets that are connected to each other. Mirrors {@code socketpair(2)}. */
    public Task<ConnectionPair> socketPair() {
        checkOpen();
        return Sockets.pair(this);
    }

    /**
     * Takes over a descriptor that somebody else has opened: passed by a peer, inherited, or made by system calls of one's own.
     *
     * @param descriptor from then on closed for the caller; it stays the caller's when it turns out to be something else
     */
    public Adoption adopt(Fd descriptor) {
        checkOpen();
        return new Adoption(this, descriptor);
    }

    /**
     * Makes buffers for {@link Connection#receiveAll}: of this loop alone.
     *
     * @param count a power of two
     * @param size of each, in bytes
     */
    public BufferLeases leases(int count, int size) throws IOException {
        checkOpen();
        return BufferLeases.open(this, count, size);
    }

    // ---- buffers ----

    /**
     * Allocates a pool of buffers for this loop; on the loop's thread, registered with the kernel where that saves work.
     *
     * @param count of buffers
     * @param size of each, in bytes; each takes whole pages of 4 KiB
     */
    public BufferPool pool(int count, int size) {
        checkOpen();
        if (isOwner()) {
            return new BufferPool(count, size, this);
        }
        return BufferPool.allocate(count, size); // what is registered belongs to the loop's thread
    }

    int register(MemorySegment memory) {
        checkOpen();
        return driver.register(memory);
    }

    /** Any thread. What is registered ends with the loop at the latest. */
    void unregister(int index) {
        executeUnlessClosed(() -> {
            if (isOpen()) {
                driver.unregister(index);
            }
        });
    }

    // ---- requests ----

    /**
     * Room for reads of many files that begin together and end together.
     *
     * @param capacity reads at most, 1 or more
     */
    public ReadBatch batch(int capacity) {
        checkOpen();
        return new ReadBatch(this, capacity);
    }

    /**
     * Asks for the end of a transfer. On the loop's thread.
     *
     * @param ticket that {@link Transfer#start} returned
     * @return false when it was over already; otherwise its callback tells what came of it
     */
    public boolean cancel(long ticket) {
        checkOpen();
        checkOwner();
        Transfer transfer = transfers.find(ticket);
        if (transfer == null) {
            return false;
        }
        transfer.cancelHere();
        return true;
    }

    void submit(Operation operation) {
        driver.start(operation);
    }

    void checkCan(OperationKind kind) {
        if (only != null && !only.contains(kind)) {
            throw new UnsupportedOperationException("this loop is locked down and does no " + kind.call() + " (" + kind
                    + "): LoopOptions.lockedTo names what it may do");
        }
        if (!driver.can(kind)) {
            throw new UnsupportedOperationException("the driver of this loop, " + driver.name() + ", has no "
                    + kind.call() + ": take another, such as uring or epoll");
        }
    }

    /** Does an operation that never waits. On the loop's thread. */
    int perform(OperationKind kind, int fd, int flags) {
        return sockets.perform(kind, fd, flags);
    }

    void begun(Request request) {
        counters.submitted++;
        belongings.begun(request);
    }

    void ended(Request request) {
        counters.completed++;
        belongings.ended(request);
    }

    void run(Runnable command) {
        try {
            command.run();
        } catch (Throwable e) {
            uncaught(e);
        }
    }

    void call(TransferCallback callback, int bytes, @Nullable IOException error) {
        try {
            callback.done(bytes, error);
        } catch (Throwable e) {
            uncaught(e);
        }
    }

    <T extends @Nullable Object> void call(
            Callback<? super T> callback, @Nullable T value, @Nullable IOException error) {
        try {
            callback.done(value, error);
        } catch (Throwable e) {
            uncaught(e);
        }
    }

    void uncaught(Throwable e) {
        Thread.UncaughtExceptionHandler handler = owner.getUncaughtExceptionHandler();
        try {
            if (handler != null) { // as it is for a thread that has ended
                handler.uncaughtException(owner, e);
            }
        } catch (Throwable ignored) {
            // as the JVM does with what a handler throws
        }
    }

    // ---- handles ----

    void opened(Handle handle) {
        belongings.opened(handle);
        if (closing) {
            handle.mailClosing(); // what was asked for before has come true after all
        }
    }

    // ---- checks ----

    boolean isOwner() {
        return Thread.currentThread() == owner;
    }

    void checkOwner() {
        if (Thread.currentThread() != owner) {
            checkOpen();
            throw new WrongThreadException("this belongs to the loop's thread, \"" + owner.getName() + "\"; this is \""
                    + Thread.currentThread().getName() + "\": use await() or future(), or execute() a task there");
        }
    }

    void checkOwns(Handle handle) {
        if (handle.loop() != this) {
            throw new IllegalArgumentException(
                    handle + " belongs to another loop: what takes part in one request belongs to one loop");
        }
    }

    void checkOpen() {
        if (closed || (closing && !isOwner())) {
            throw new IllegalStateException(this + " is closed");
        }
    }

    void checkMayTurn() {
        checkOpen();
        if (turning.isWithin()) {
            throw new IllegalStateException(
                    "within a callback the loop cannot be turned, so this would wait for ever: use start(callback) or future()");
        }
    }

    boolean isOpen() {
        return !closed;
    }

    boolean isTurning() {
        return turning.isWithin();
    }

    /** Whether a thread that waits may do a read itself. Any thread. */
    boolean sharesReads() {
        return driver.sharesReads();
    }

    boolean isClosing() {
        return closing;
    }

    Driver driver() {
        return driver;
    }

    Turning turning() {
        return turning;
    }

    Mail mail() {
        return mail;
    }

    Belongings belongings() {
        return belongings;
    }

    SocketCalls sockets() {
        return sockets;
    }

    Deadlines deadlines() {
        return deadlines;
    }

    Transfers transfers() {
        return transfers;
    }

    TaskMemory taskMemory() {
        return taskMemory;
    }

    @Override
    public String toString() {
        return "loop on " + driver.name() + (closed ? " (closed)" : "");
    }
}

package io.ferrule.driver;

import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The event loop of libuv, which is Node.js's, as a driver: one {@code uv_loop_t}. Sockets and pipes by {@code uv_poll_t}, files by {@code uv_fs}
 * requests, done by libuv's own threads; it calls back for both, on the loop's thread, while {@link #turn} is in {@code uv_run}.
 *
 * <p>Libuv has handles of its own for sockets, {@code uv_tcp_t} and the like. They are not used, on purpose: the contract here is descriptors and
 * system calls, and a {@code uv_tcp_t} hides both. With {@code uv_poll_t} libuv waits, and the calls are ours, as for any library that a program of
 * libuv's embeds.
 *
 * <p>What libuv has no function for ({@code fallocate}, {@code statx}, paths relative to a directory's descriptor, renaming with flags) is done by
 * helper threads of ours, and counted in {@link DriverCounters#fallbacks}.
 *
 * <p>The library is not part of this one: {@code libuv.so.1}, 1.19 or newer, has to be on the machine (package libuv1), or {@code -Dferrule.libuv}
 * names its file.
 */
public final class LibuvDriver extends ReadinessDriver {
    private static final VarHandle WOKEN;

    private static final FunctionDescriptor ON_HANDLE = FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG);
    private static final FunctionDescriptor ON_POLL =
            FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** When a timer goes off again: before 1.45, libuv runs one that is due before it waits, and nothing would be left to end the wait. */
    private static final long MILLIS_AGAIN = 1;

    static {
        try {
            WOKEN = MethodHandles.lookup().findVarHandle(LibuvDriver.class, "woken", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Of everything that libuv uses; it lives until libuv has closed the loop. */
    private final Arena arena = Arena.ofConfined();

    private final long loop;
    private final long async;
    private final long timer;
    private final long onTimer;
    private final long onClosed;
    private final UvPolls polls;
    private final UvRequests requests;

    /** Whose errors libuv has told, and then forgotten the descriptor. */
    private final List<Watch> dropped = new ArrayList<>();

    /** What libuv has said is over. */
    private final OperationQueue over = new OperationQueue();

    /** Set by whoever wakes us, cleared when libuv has told: between the two, further wake-ups cost nothing. */
    @SuppressWarnings("UnusedVariable") // through WOKEN
    private boolean woken;

    /** Guards the end: libuv aborts the process when it is to wake a loop that is closed. */
    private final Object waking = new Object();

    private boolean asleepForEver;

    /** Libuv has called back. */
    private boolean news;

    /** What went wrong in a callback: C cannot be thrown at. */
    private @Nullable Throwable thrown;

    private LibuvDriver(int helperLimit) throws IOException {
        super(helperLimit, () -> new Calls(true));
        loop = arena.allocate(Uv.loopSize(), Long.BYTES).address();
        async = arena.allocate(Uv.handleSize(Uv.ASYNC), Long.BYTES).address();
        timer = arena.allocate(Uv.handleSize(Uv.TIMER), Long.BYTES).address();
        onTimer = upcall("timeIsUp", ON_HANDLE);
        onClosed = upcall("handleClosed", ON_HANDLE);
        polls = new UvPolls(loop, upcall("eventsCame", ON_POLL), onClosed, arena);
        requests = new UvRequests(loop, upcall("requestIsOver", ON_HANDLE), arena);
        require("uv_loop_init", Uv.loopInit(loop));
        try {
            require("uv_async_init", Uv.asyncInit(loop, async, upcall("wokenUp", ON_HANDLE)));
            Uv.setHandleData(async, 0);
            require("uv_timer_init", Uv.timerInit(loop, timer));
            Uv.setHandleData(timer, 0);
        } catch (IOException e) {
            Uv.loopClose(loop);
            arena.close();
            throw e;
        }
    }

    /**
     * For the calling thread, a platform thread; with up to four helper threads beside those of libuv.
     *
     * @throws IOException when libuv is not there; the message says how to get it
     */
    public static LibuvDriver open() throws IOException {
        checkThread();
        UvLibrary.load();
        return new LibuvDriver(HelperThreads.DEFAULT_LIMIT);
    }

    /**
     * The version of libuv that is there, such as "1.44.2". Mirrors {@code uv_version_string}.
     *
     * @throws IOException when none is
     */
    public static String version() throws IOException {
        UvLibrary.load();
        return Uv.versionString();
    }

    private static void require(String function, int result) throws IOException {
        if (result < 0) {
            throw new ErrnoException(result, function, null, null);
        }
    }

    private long upcall(String method, FunctionDescriptor descriptor) {
        MethodType type = descriptor.toMethodType();
        try {
            MethodHandle target = MethodHandles.lookup().bind(this, method, type);
            MemorySegment stub = Linker.nativeLinker().upcallStub(target, descriptor, arena);
            return stub.address();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(method, e);
        }
    }

    @Override
    public String name() {
        return "libuv";
    }

    @Override
    public void wakeUp() {
        if ((boolean) WOKEN.getAndSet(this, true)) {
            return;
        }
        synchronized (waking) {
            if (!asleepForEver) {
                Uv.asyncSend(async);
            }
        }
    }

    @Override
    public int descriptor() {
        embedded = true;
        return Uv.backendFd(loop);
    }

    // ---- called by libuv, on this thread, within uv_run ----

    @SuppressWarnings("unused") // by name
    private void eventsCame(long handle, int status, int events) {
        try {
            news = true;
            Watch watch = polls.watch(handle);
            if (watch == null) {
                return;
            }
            if (status < 0) {
                // There is an error on the descriptor: who tries will see it. Libuv does not poll it any more.
                polls.stop(watch);
                watch.interest = 0;
                dropped.add(watch);
                ready(watch, Watch.INPUT_EVENTS | Watch.OUTPUT_EVENTS);
            } else {
                ready(watch, UvPolls.fromUv(events));
            }
        } catch (Throwable e) {
            failed(e);
        }
    }

    @SuppressWarnings("unused") // by name
    private void requestIsOver(long request) {
        try {
            news = true;
            Operation op = requests.takeBack(request);
            if (op != null) {
                over.add(op);
            }
        } catch (Throwable e) {
            failed(e);
        }
    }

    @SuppressWarnings("unused") // by name
    private void wokenUp(long handle) {
        news = true;
        // Sequentially consistent: who finds it still set has written before, and we read what they wrote after this.
        WOKEN.setVolatile(this, false);
    }

    @SuppressWarnings("unused") // by name
    private void timeIsUp(long handle) {
        // It need not be: libuv counts in milliseconds. Who waits looks at the clock.
    }

    @SuppressWarnings("unused") // by name
    private void handleClosed(long handle) {
        try {
            if (handle != async && handle != timer) {
                polls.takeBack(handle);
            }
        } catch (Throwable e) {
            failed(e);
        }
    }

    private void failed(Throwable e) {
        if (thrown == null) {
            thrown = e;
        } else if (thrown != e) {
            thrown.addSuppressed(e);
        }
    }

    // ---- the model ----

    @Override
    int watch(Watch watch, int events) {
        int error = polls.start(watch, events);
        if (error < 0) {
            watch.interest = Watch.UNWATCHED;
        }
        return error;
    }

    @Override
    void unwatch(Watch watch) {
        polls.stop(watch);
    }

    @Override
    void await(long timeoutNanos) throws IOException {
        pollAgain();
        news = false;
        if (timeoutNanos == 0) {
            run(Uv.RUN_NOWAIT);
        } else if (timeoutNanos < 0) {
            while (!news) {
                run(Uv.RUN_ONCE);
            }
        } else {
            awaitAtMost(timeoutNanos);
        }
    }

    private void awaitAtMost(long nanos) {
        long begun = System.nanoTime();
        for (long left = nanos; left > 0 && !news; left = nanos - (System.nanoTime() - begun)) {
            Uv.updateTime(loop); // which the timer begins at
            Uv.timerStart(timer, onTimer, Math.ceilDiv(left, NANOS_PER_MILLI), MILLIS_AGAIN);
            run(Uv.RUN_ONCE);
        }
        Uv.timerStop(timer);
    }

    /** Polls those again that libuv has dropped, if something waits for them still. */
    private void pollAgain() {
        if (dropped.isEmpty()) {
            return; // an iterator would be garbage of every turn
        }
        for (Watch watch : dropped) {
            int wanted = watch.wanted();
            if (wanted != 0 && watch.interest == 0 && require(watch, wanted) < 0) {
                gone(watch);
            }
        }
        dropped.clear();
    }

    private void run(int mode) {
        Uv.run(loop, mode);
        Throwable e = thrown;
        if (e != null) {
            thrown = null;
            throw new IllegalStateException("a callback of libuv failed", e);
        }
        for (Operation op = over.poll(); op != null; op = over.poll()) {
            finish(op, op.outcome);
        }
    }

    /**
     * Libuv tells the kernel what to poll when it next runs. Only who waits for the descriptor needs that before. What it is told at that is for the next
     * turn, and so is a wake-up: the descriptor goes on telling of it.
     */
    @Override
    void submit() {
        if (embedded) {
            news = false;
            run(Uv.RUN_NOWAIT);
            if (news) {
                wakeUp();
            }
        }
    }

    @Override
    int begins(Operation op) {
        int begun = requests.begin(op);
        return begun == 0 ? WAIT : begun == UvRequests.UNKNOWN ? BY_HELPER : begun;
    }

    @Override
    void cancelBegun(Operation op) {
        requests.cancel(op);
    }

    @Override
    void closeModel() {
        synchronized (waking) {
            asleepForEver = true;
        }
        polls.stopAll();
        Uv.close(async, onClosed);
        Uv.close(timer, onClosed);
        run(Uv.RUN_DEFAULT); // until nothing is left
        if (Uv.loopClose(loop) == -Errno.EBUSY.number()) {
            return; // libuv still has something, so its memory has to stay
        }
        arena.close();
    }
}

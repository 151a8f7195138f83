package io.ferrule.driver;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Abi;
import io.ferrule.sys.Errno;
import io.ferrule.sys.NativeLibrary;
import io.ferrule.sys.SystemCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's native AIO, which databases have used since Linux 2.6: requests for files are handed over by {@code io_submit(2)} and complete by
 * themselves; sockets and pipes are polled by requests of the same kind (IOCB_CMD_POLL, Linux 4.19) and then read or written. One {@code
 * io_getevents(2)} waits for both.
 *
 * <p>It is asynchronous only where the kernel need not wait for the page cache: with {@code O_DIRECT}. A buffered read or write would be done within
 * io_submit, and hold up the loop; so those go to helper threads, unless the user wants it otherwise. With O_DIRECT too io_submit may wait, where
 * the file has to grow or its blocks have to be looked up first. Syncing is done by the kernel's threads, for any file.
 *
 * <p>A poll is for once. Those whose descriptors were ready are handed over again together, before the next wait. What the kernel cannot poll so,
 * because it has two wait queues, is refused with EOPNOTSUPP: terminals, and named pipes opened for both reading and writing.
 *
 * <p>The whole system may have {@code /proc/sys/fs/aio-max-nr} requests; each loop reserves 256 of them, and twice as many again whenever those it has
 * are in flight.
 */
public final class LinuxAioDriver extends ReadinessDriver {
    /** The system property for native AIO on buffered files too, where submitting blocks: {@code -Dferrule.linux-aio.buffered=true}. */
    public static final String BUFFERED_PROPERTY = "ferrule.linux-aio.buffered";

    private static final int FIRST_CAPACITY = 256;
    private static final int NONE = AioContext.NONE;
    private static final long FOR_EVER = -1;
    private static final int EVERY_EVENT = Watch.INPUT_EVENTS | Watch.OUTPUT_EVENTS;
    private static final int EAGAIN = -Errno.EAGAIN.number();
    private static final int ECANCELED = -Errno.ECANCELED.number();
    private static final int EINVAL = -Errno.EINVAL.number();

    // What is known of a descriptor.
    private static final byte UNKNOWN = 0;
    private static final byte BUFFERED = 1;
    private static final byte DIRECT = 2;

    /** The polls that are in flight for a watch: no two of them for the same event. */
    private static final class Polls {
        private static final int MOST = Short.SIZE;

        private final AioContext[] contexts = new AioContext[MOST];
        private final int[] slots = new int[MOST];
        private int count;

        /** Of all of them. */
        private int events;

        /** In the list of those that have fired. */
        private boolean listed;

        void add(AioContext context, int slot) {
            contexts[count] = context;
            slots[count++] = slot;
            events |= (int) context.buffer(slot);
        }

        void remove(AioContext context, int slot) {
            for (int i = 0; i < count; i++) {
                if (contexts[i] == context && slots[i] == slot) {
                    remove(i);
                    return;
                }
            }
        }

        void remove(int index) {
            events &= (int) ~contexts[index].buffer(slots[index]);
            contexts[index] = contexts[--count];
            slots[index] = slots[count];
        }
    }

    private final int direct = Abi.value("O_DIRECT");
    private final List<AioContext> contexts = new ArrayList<>();
    private final Arena arena;
    private final WakeUp wake;
    private final boolean buffered;
    private final AioContext.Listener listener = this::completed;

    /** Watches that a poll has completed for: it is to be handed over again, if somebody still waits. */
    private final List<Watch> fired = new ArrayList<>();

    /** Operations that the kernel has done. */
    private final OperationQueue done = new OperationQueue();

    private byte[] kinds = new byte[64];
    private boolean wakePolled;

    /** Something is ready or done, so that there is no time to wait. */
    private boolean news;

    /** Others wait on the descriptor: each completion is to signal it. */
    private boolean notifying;

    private LinuxAioDriver(AioContext first, Arena arena, WakeUp wake, boolean buffered, int helperLimit) {
        super(helperLimit, () -> new Calls(true));
        this.contexts.add(first);
        this.arena = arena;
        this.wake = wake;
        this.buffered = buffered;
    }

    /** For the calling thread, a platform thread; buffered files as the system property says, with up to four helper threads. */
    public static LinuxAioDriver open() throws IOException {
        return open(Boolean.getBoolean(BUFFERED_PROPERTY), HelperThreads.DEFAULT_LIMIT);
    }

    /**
     * For the calling thread, a platform thread.
     *
     * @param buffered whether buffered files are read and written by native AIO too, though that blocks the calling thread
     * @param helperLimit how many helper threads there may be, 1 or more; none is started before it is needed
     * @throws IOException when the kernel gives no context; the message says why, and what to do
     * @throws UnsupportedOperationException when the kernel cannot poll by native AIO
     */
    public static LinuxAioDriver open(boolean buffered, int helperLimit) throws IOException {
        checkThread();
        NativeLibrary.load();
        AioContext context = AioContext.open(FIRST_CAPACITY);
        Arena arena = Arena.ofConfined();
        WakeUp wake = null;
        try {
            wake = WakeUp.open(arena);
            LinuxAioDriver driver = new LinuxAioDriver(context, arena, wake, buffered, helperLimit);
            driver.submit();
            if (!driver.wakePolled) {
                throw new UnsupportedOperationException(
                        "the linux-aio driver needs polls by native AIO (IOCB_CMD_POLL), which came with Linux 4.19");
            }
            return driver;
        } catch (IOException | RuntimeException e) {
            context.close();
            if (wake != null) {
                wake.close();
            }
            arena.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return "linux-aio";
    }

    @Override
    public void wakeUp() {
        wake.signal();
    }

    /** An eventfd, which the kernel signals for each completion from now on. */
    @Override
    public int descriptor() {
        if (!notifying) {
            notifying = true;
            embedded = true;
            try {
                awaitThoseThatDoNotNotify();
            } catch (IOException e) {
                throw new UnsupportedOperationException("no descriptor that tells of completions", e);
            }
            wake.signal(); // for what has completed already
        }
        return wake.fd();
    }

    /** Polls end, to be handed over again; files are not long in coming. */
    private void awaitThoseThatDoNotNotify() throws IOException {
        for (AioContext context : contexts) {
            context.submit(listener);
            for (int slot = 0; slot < context.capacity(); slot++) {
                if (context.owner(slot) instanceof Watch) {
                    context.cancel(slot);
                }
            }
            while (context.inFlight() > (context == contexts.getFirst() && wakePolled ? 1 : 0)) {
                context.reap(FOR_EVER, listener);
            }
        }
    }

    // ---- files ----

    @Override
    int begins(Operation op) {
        int opcode = opcode(op);
        if (opcode == NONE) {
            return BY_HELPER;
        }
        AioContext context = contextWithRoom();
        if (context == null) {
            return BY_HELPER;
        }
        int slot = context.take(op);
        boolean syncs = opcode == LibC.IOCB_CMD_FSYNC() || opcode == LibC.IOCB_CMD_FDSYNC();
        context.fill(
                slot,
                opcode,
                op.fd,
                syncs ? 0 : op.address,
                syncs ? 0 : op.length,
                syncs ? 0 : op.offset,
                notified(context));
        context.enqueue(slot);
        op.stage = contexts.indexOf(context);
        op.outcome = slot;
        return WAIT;
    }

    /** What native AIO calls an operation; {@link #NONE} for what it does not do, or not without waiting. */
    private int opcode(Operation op) {
        return switch (op.kind) {
            case FSYNC -> LibC.IOCB_CMD_FSYNC();
            case FDATASYNC -> LibC.IOCB_CMD_FDSYNC();
            case READ -> isTaken(op) ? LibC.IOCB_CMD_PREAD() : NONE;
            case WRITE -> isTaken(op) ? LibC.IOCB_CMD_PWRITE() : NONE;
            case READV -> isTaken(op) ? LibC.IOCB_CMD_PREADV() : NONE;
            case WRITEV -> isTaken(op) ? LibC.IOCB_CMD_PWRITEV() : NONE;
            default -> NONE;
        };
    }

    /** Native AIO does not know a file's own position. */
    private boolean isTaken(Operation op) {
        return op.offset >= 0 && op.fd >= 0 && (buffered || isDirect(op.fd));
    }

    private boolean isDirect(int fd) {
        if (fd >= kinds.length) {
            kinds = Arrays.copyOf(kinds, Math.max(fd + 1, kinds.length * 2));
        }
        if (kinds[fd] == UNKNOWN) {
            int flags = SystemCall.invoke(SystemCall.FCNTL, fd, LibC.F_GETFL(), 0);
            kinds[fd] = flags >= 0 && (flags & direct) != 0 ? DIRECT : BUFFERED;
        }
        return kinds[fd] == DIRECT;
    }

    @Override
    void forgotten(int fd) {
        if (fd >= 0 && fd < kinds.length) {
            kinds[fd] = UNKNOWN;
        }
    }

    /** The kernel cancels no request for a file. */
    @Override
    void cancelBegun(Operation op) {
        if (op.stage >= 0 && contexts.get(op.stage).withdraw(op.outcome)) {
            op.stage = 0;
            finish(op, ECANCELED);
        }
    }

    // ---- readiness ----

    @Override
    int watch(Watch watch, int events) {
        Polls polls = polls(watch);
        int missing = events & ~polls.events;
        if (missing == 0 && polls.count > 0) {
            return 0;
        }
        AioContext context = contextWithRoom();
        if (context == null) {
            return EAGAIN;
        }
        int slot = context.take(watch);
        fillPoll(context, slot, watch.fd, missing, notified(context));
        int error = context.submitAlone(slot);
        if (error == 0) {
            polls.add(context, slot);
        }
        return error == EINVAL ? -Errno.EOPNOTSUPP.number() : error;
    }

    private static Polls polls(Watch watch) {
        if (watch.registration instanceof Polls polls) {
            return polls;
        }
        Polls made = new Polls();
        watch.registration = made;
        return made;
    }

    private static void fillPoll(AioContext context, int slot, int fd, int events, int notified) {
        context.fill(slot, LibC.IOCB_CMD_POLL(), fd, events, 0, 0, notified);
    }

    /** Waits until the kernel has let go of the file: it would stay open as long as it is polled. */
    @Override
    void unwatch(Watch watch) {
        Polls polls = polls(watch);
        for (int i = polls.count - 1; i >= 0; i--) {
            AioContext context = polls.contexts[i];
            int slot = polls.slots[i];
            if (context.withdraw(slot)) {
                polls.remove(i); // the slot is as it was filled
            } else {
                context.cancel(slot);
            }
        }
        try {
            while (polls.count > 0) {
                polls.contexts[0].reap(FOR_EVER, listener);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What has fired is polled again, if somebody still waits for it. A poll is told of what is there already. */
    private void pollAgain(Watch watch) {
        Polls polls = polls(watch);
        polls.listed = false;
        int wanted = watch.wanted();
        int missing = wanted & ~polls.events;
        if (missing != 0) {
            AioContext context = contextWithRoom();
            if (context == null) {
                watch.interest = Watch.UNWATCHED;
                news = true;
                ready(watch, EVERY_EVENT); // who waits tries again, and is told
                return;
            }
            int slot = context.take(watch);
            fillPoll(context, slot, watch.fd, missing, notified(context));
            polls.add(context, slot);
            context.enqueue(slot);
        }
        watch.interest = polls.count == 0 ? Watch.UNWATCHED : polls.events;
    }

    /** Nothing: what nobody waits for is not polled again. */
    @Override
    void needless(Watch watch) {}

    // ---- turns ----

    @Override
    void submit() {
        if (!wakePolled) {
            AioContext first = contexts.getFirst();
            int slot = first.take(wake);
            fillPoll(first, slot, wake.fd(), Watch.POLLIN, NONE);
            first.enqueue(slot);
            wakePolled = true;
        }
        for (int i = 0; i < fired.size(); i++) {
            pollAgain(fired.get(i));
        }
        fired.clear();
        for (int i = 0; i < contexts.size(); i++) {
            contexts.get(i).submit(listener);
        }
        if (notifying && !done.isEmpty()) {
            wake.signal();
        }
    }

    @Override
    void await(long timeoutNanos) throws IOException {
        news = !done.isEmpty();
        submit();
        boolean wait = timeoutNanos != 0 && !news;
        if (notifying) {
            wake.take();
        }
        boolean more = contexts.getFirst().reap(wait ? timeoutNanos : 0, listener) && notifying;
        boolean woken = !wakePolled;
        if (woken) {
            wake.take();
        }
        for (int i = 1; i < contexts.size() && (woken || !wait || notifying); i++) {
            more |= contexts.get(i).reap(0, listener);
        }
        if (more) {
            wake.signal(); // it was told of these, and has been cleared
        }
        for (Operation op = done.poll(); op != null; op = done.poll()) {
            op.stage = 0;
            finish(op, op.outcome);
        }
    }

    private void completed(AioContext context, int slot, Object owner, int result) {
        if (owner instanceof Watch watch) {
            Polls polls = polls(watch);
            polls.remove(context, slot);
            if (!polls.listed) {
                polls.listed = true;
                fired.add(watch);
            }
            if (watch.interest == Watch.UNWATCHED) {
                counters.stale += result != 0 ? 1 : 0;
            } else if (result != 0) {
                news = true;
                ready(watch, result < 0 ? EVERY_EVENT : result);
            }
        } else if (owner instanceof Operation op) {
            news = true;
            op.outcome = result;
            done.add(op);
        } else {
            wakePolled = false;
        }
    }

    // ---- contexts ----

    /** Null when all requests are in flight, and the kernel gives no more. */
    private @Nullable AioContext contextWithRoom() {
        for (int i = 0; i < contexts.size(); i++) {
            if (contexts.get(i).hasRoom()) {
                return contexts.get(i);
            }
        }
        try {
            contexts.add(AioContext.open(2 * contexts.getLast().capacity()));
            return contexts.getLast();
        } catch (IOException e) {
            return null;
        }
    }

    /** Who is told of completions in a context. The loop's thread waits for the first one. */
    private int notified(AioContext context) {
        return notifying || context != contexts.getFirst() ? wake.fd() : NONE;
    }

    @Override
    void closeModel() {
        contexts.forEach(AioContext::close);
        wake.close();
        arena.close();
    }
}

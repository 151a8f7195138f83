package io.ferrule.driver;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.EventFd;
import io.ferrule.uring.CompletionHandler;
import io.ferrule.uring.IoUring;
import io.ferrule.uring.Opcode;
import io.ferrule.uring.Probe;
import io.ferrule.uring.RegisterOpcode;
import io.ferrule.uring.Restrictions;
import io.ferrule.uring.RingOptions;
import io.ferrule.uring.SetupFlag;
import io.ferrule.uring.Sqe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Completion: every operation is an entry of an io_uring's submission queue, and the kernel says when it is done. One system call a turn hands over
 * all that was started and waits. Linux 6.0, for buffer rings and multishot receives.
 */
public final class UringDriver implements Driver {
    /** Completions delivered in one turn at most, as a multiple of the entries: who starts a new operation in each must not keep the loop. */
    private static final int ROUNDS = 8;

    /**
     * The kernel finds what is to be cancelled in a table of lists, and makes that by the size of the completion queue: 32 lists for 1,024 entries, 256,
     * which is the most, for these. With 60,000 operations that wait, each cancel is faster by a factor of nine. It takes 128 KiB.
     */
    private static final int CQ_ENTRIES_FOR_MANY = 8192;

    /** Who asks for fewer entries wants a small ring. */
    private static final int ENTRIES_FOR_MANY = 256;

    /** A write and the sync after it are handed over together. */
    private static final int LONGEST_CHAIN = 2;

    /** User data of our own requests: never a ticket, which is not negative. */
    private static final long WAKE_UP = -1;

    private static final long CANCEL = -2;

    /** An error that should not leave the kernel, but does where a splice is cancelled that waits in a worker. */
    private static final int ERESTARTSYS = 512;

    /** Stages of an operation: its request is in the kernel, a poll is there in its place, or a request that is to be made again without zero copy. */
    private static final int REQUESTED = 0;

    private static final int POLLED = 1;
    private static final int TO_BE_COPIED = 2;

    /** What a ring may have no buffers registered beyond. */
    private static final int MOST_REGISTERED = 256;

    private final IoUring ring;
    private final EventFd wake;
    private final Set<OperationKind> kinds;

    /** Those that never wait, and those this kernel's ring cannot do: done by their own system call. */
    private final Set<OperationKind> immediate;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment wakeValue = arena.allocate(Long.BYTES, Long.BYTES);
    private final MemorySegment emptied = arena.allocate(Long.BYTES, Long.BYTES);
    private final InFlight inFlight = new InFlight();
    private final OperationQueue finished = new OperationQueue();
    private final Calls calls = new Calls(false);
    private final DriverCounters counters = new DriverCounters();
    private final CompletionHandler handler = this::completed;
    /** Tells others of completions; null until somebody asks. */
    private volatile @Nullable EventFd completions;

    /** The places for registered buffers that are taken; null as long as the ring has none. */
    private @Nullable BitSet registered;

    private int groups;
    private int delivered;
    private boolean closed;

    private UringDriver(IoUring ring, EventFd wake, Set<OperationKind> kinds, Set<OperationKind> immediate) {
        this.ring = ring;
        this.wake = wake;
        this.kinds = kinds;
        this.immediate = immediate;
    }

    /**
     * Opens a ring that does everything.
     *
     * @param entries of the submission queue: operations handed over with one system call at most
     */
    public static UringDriver open(int entries) throws IOException {
        return open(entries, null);
    }

    /**
     * Opens a ring that the kernel holds to some kinds of operation: it refuses all others, whoever asks.
     *
     * @param entries of the submission queue: operations handed over with one system call at most
     * @param only what it may do; null for everything. Those that never wait are ordinary system calls, which a ring cannot forbid
     * @throws UnsupportedOperationException when the kernel lacks what this driver builds on; the message says what
     */
    public static UringDriver open(int entries, @Nullable Set<OperationKind> only) throws IOException {
        RingOptions options = RingOptions.defaults().cqEntries(cqEntries(entries));
        if (only != null) {
            options.with(SetupFlag.IORING_SETUP_R_DISABLED);
        }
        IoUring ring = IoUring.open(Math.max(entries, LONGEST_CHAIN), options);
        try {
            Probe probe = ring.probe();
            if (!probe.supports(Opcode.IORING_OP_SEND_ZC)) {
                throw new UnsupportedOperationException(
                        "the uring driver needs buffer rings and multishot receives, which came with Linux 6.0");
            }
            Set<OperationKind> kinds = only == null ? EnumSet.allOf(OperationKind.class) : EnumSet.copyOf(only);
            if (only != null) {
                ring.register().restrictions(restrictions(kinds));
                ring.enable();
            }
            UringDriver driver = new UringDriver(ring, EventFd.open(0), kinds, immediate(probe));
            driver.awaitWakeUp();
            return driver;
        } catch (IOException | RuntimeException e) {
            ring.close();
            throw e;
        }
    }

    private static int cqEntries(int entries) {
        int some = 4 * Math.max(entries, LONGEST_CHAIN);
        return entries < ENTRIES_FOR_MANY ? some : Math.max(some, CQ_ENTRIES_FOR_MANY);
    }

    private static Set<OperationKind> immediate(Probe probe) {
        Set<OperationKind> immediate = EnumSet.noneOf(OperationKind.class);
        for (OperationKind kind : OperationKind.values()) {
            Opcode opcode = UringEntries.opcode(kind);
            if (opcode == null || !probe.supports(opcode)) {
                immediate.add(kind);
            }
        }
        return immediate;
    }

    private static Restrictions restrictions(Set<OperationKind> kinds) {
        Set<Opcode> opcodes =
                EnumSet.of(Opcode.IORING_OP_READ, Opcode.IORING_OP_ASYNC_CANCEL, Opcode.IORING_OP_POLL_ADD);
        for (OperationKind kind : kinds) {
            Opcode opcode = UringEntries.opcode(kind);
            if (opcode != null) {
                opcodes.add(opcode);
            }
        }
        Restrictions all = new Restrictions()
                .allowFlags(Sqe.IOSQE_IO_LINK | Sqe.IOSQE_BUFFER_SELECT | Sqe.IOSQE_ASYNC)
                .allow(RegisterOpcode.IORING_REGISTER_EVENTFD) // for the descriptor
                .allow(RegisterOpcode.IORING_REGISTER_PBUF_RING)
                .allow(RegisterOpcode.IORING_UNREGISTER_PBUF_RING);
        opcodes.forEach(all::allow);
        return all;
    }

    @Override
    public String name() {
        return "uring";
    }

    @Override
    public boolean can(OperationKind kind) {
        return kinds.contains(kind);
    }

    // ---- operations ----

    @Override
    public boolean sharesReads() {
        return true;
    }

    @Override
    public void start(Operation operation) {
        if (operation.next != null) {
            int length = 0;
            for (Operation each = operation; each != null; each = each.next) {
                length++;
            }
            ring.sq().reserve(length);
        }
        for (Operation each = operation; each != null; each = each.next) {
            each.cancelled = false;
            each.stage = REQUESTED;
            // A status too, where that needs no waiting: a ring has a worker thread ask for it.
            int result = immediate.contains(each.kind) ? calls.perform(each) : WithoutWaiting.status(each);
            if (result != WithoutWaiting.WOULD_WAIT) {
                each.outcome = result;
                finished.add(each);
                continue;
            }
            inFlight.add(each);
            try {
                if (isBetweenTwo(each)) {
                    requestBetweenTwo(each);
                    continue;
                }
                Sqe sqe = UringEntries.fill(ring.sq(), each).userData(each.ticket);
                if (each.next != null) {
                    sqe.link();
                }
                if (each.kind == OperationKind.CLOSE && !each.regular && calls.waitsToClose(each.fd)) {
                    sqe.async(); // the kernel would wait on this thread
                }
            } catch (Throwable e) {
                inFlight.remove(each); // the kernel does not have it
                throw e;
            }
        }
    }

    @Override
    public int perform(Operation operation) {
        return calls.perform(operation);
    }

    @Override
    public void cancel(Operation operation) {
        if (inFlight.find(operation.ticket) == operation && !operation.cancelled) {
            operation.cancelled = true;
            ring.sq().next().cancel(operation.ticket, 0).userData(CANCEL);
        }
    }

    // ---- turns ----

    @Override
    public int turn(long timeoutNanos) throws IOException {
        int before = delivered;
        deliverFinished();
        boolean wait = timeoutNanos != 0 && delivered == before;
        if (wait) {
            counters.waits++;
        }
        if (wait && timeoutNanos < 0) {
            ring.submitAndWait(1);
        } else if (wait) {
            ring.submitAndWait(1, timeoutNanos);
        } else {
            ring.submitAndWait(0);
        }
        int most = ROUNDS * ring.sq().entries();
        do {
            ring.cq().forEach(handler);
            // And what completed meanwhile. What the kernel holds back comes with the next turn's system call: fetching
            // it now would keep what has been started waiting.
        } while (delivered - before < most && ring.cq().ready() > 0);
        EventFd telling = completions;
        if (telling != null) {
            telling.fd().read(emptied);
            // What it told of just before may not be a completion yet, only work that ends in one.
            ring.submitAndWait(0);
            ring.cq().forEach(handler);
            if (ring.cq().ready() > 0) {
                telling.signal();
            }
        }
        return delivered - before;
    }

    private void deliverFinished() {
        Operation last = finished.tail();
        for (Operation each = last == null ? null : finished.poll(); each != null; ) {
            boolean more = each != last;
            delivered++;
            each.complete(each.outcome, 0);
            each = more ? finished.poll() : null;
        }
    }

    @Override
    public void flush() throws IOException {
        if (!finished.isEmpty()) {
            wakeUp(); // for the descriptor to be readable
        }
        ring.submit();
    }

    private void completed(long userData, int result, int flags) {
        Operation operation = userData < 0 ? null : inFlight.find(userData);
        if (operation != null) {
            delivered++;
            boolean last = (flags & Operation.MORE) == 0;
            if (operation.stage != REQUESTED || result < 0 || (last && operation.multishot)) {
                unusual(operation, result, flags, last);
            } else {
                if (last) {
                    inFlight.remove(operation);
                }
                operation.complete(result, flags);
            }
        } else if (userData == WAKE_UP) {
            awaitWakeUp();
        } else if (userData != CANCEL) {
            counters.stale++;
        }
    }

    /** What the kernel leaves to us to go on with, and failures. */
    private void unusual(Operation operation, int answer, int flags, boolean last) {
        boolean again = !operation.cancelled;
        boolean onlyReady = operation.stage == POLLED && answer >= 0; // and nothing has been moved
        int result = onlyReady && !again ? -Errno.ECANCELED.number() : answer;
        if (isBetweenTwo(operation)) {
            unusualBetweenTwo(operation, answer, again);
        } else if (again && operation.stage == REQUESTED && result == -Errno.EAGAIN.number() && mayWait(operation)) {
            // Somebody made the descriptor non-blocking: readiness first, then the operation again.
            operation.stage = POLLED;
            UringEntries.fillPoll(ring.sq(), operation).userData(operation.ticket);
        } else if (again && onlyReady) {
            request(operation);
        } else if (operation.kind == OperationKind.SEND_ZERO_COPY && result == -Errno.EOPNOTSUPP.number()) {
            // A socket that knows no zero copy, such as a Unix one. It may say so before its notification or without
            // one.
            operation.stage = TO_BE_COPIED;
            if (last) {
                sendCopied(operation);
            }
        } else if (operation.stage == TO_BE_COPIED) {
            sendCopied(operation);
        } else if (again && operation.multishot && goesOn(operation, result)) {
            counters.rearmed++;
            request(operation); // the kernel ended it for reasons of its own, such as a full completion queue
            operation.complete(result, flags | Operation.MORE);
        } else {
            if (last) {
                inFlight.remove(operation);
            }
            operation.complete(result, flags);
        }
    }

    /** Whether a stream that the kernel has ended with this result has more to give. */
    private static boolean goesOn(Operation operation, int result) {
        return result > 0 || (result == 0 && operation.kind == OperationKind.ACCEPT);
    }

    private void request(Operation operation) {
        operation.stage = REQUESTED;
        UringEntries.fill(ring.sq(), operation).userData(operation.ticket);
    }

    private static boolean isBetweenTwo(Operation operation) {
        return operation.kind.needs() == OperationKind.Needs.BOTH;
    }

    /**
     * The kernel has a thread of its own wait in a splice, so this asks for one only when both ends are ready, and waits by polling.
     */
    private void requestBetweenTwo(Operation operation) {
        operation.stage = POLLED;
        if (calls.poll(operation.fd2, LibC.POLLOUT()) == 0) {
            UringEntries.fillPoll(ring.sq(), operation.fd2, LibC.POLLOUT()).userData(operation.ticket);
        } else if (!operation.regular && calls.poll(operation.fd, LibC.POLLIN()) == 0) {
            UringEntries.fillPoll(ring.sq(), operation.fd, LibC.POLLIN()).userData(operation.ticket);
        } else {
            operation.stage = REQUESTED;
            UringEntries.fill(ring.sq(), operation).userData(operation.ticket);
        }
    }

    private void unusualBetweenTwo(Operation operation, int result, boolean again) {
        boolean interrupted = result == -Errno.EINTR.number() || result == -ERESTARTSYS;
        if (again && (operation.stage == POLLED ? result >= 0 : interrupted || result == -Errno.EAGAIN.number())) {
            requestBetweenTwo(operation);
        } else {
            inFlight.remove(operation);
            // Cancelling interrupts the kernel's thread.
            boolean nothingDone = interrupted || operation.stage == POLLED;
            operation.complete(nothingDone && !again ? -Errno.ECANCELED.number() : result, 0);
        }
    }

    private void sendCopied(Operation operation) {
        operation.kind = OperationKind.SEND;
        request(operation);
        if (operation.cancelled) {
            operation.cancelled = false;
            cancel(operation);
        }
    }

    private static boolean mayWait(Operation operation) {
        return !operation.regular
                && operation.kind.needs() != OperationKind.Needs.A_THREAD
                && (operation.flags & LibC.MSG_DONTWAIT()) == 0;
    }

    @Override
    public void wakeUp() {
        wake.signal();
        EventFd telling = completions;
        if (telling != null) {
            telling.signal(); // the kernel does not within the signal of another eventfd, but some milliseconds later
        }
    }

    private void awaitWakeUp() {
        ring.sq().next().read(wake.fd(), wakeValue, 0).userData(WAKE_UP);
    }

    /** An eventfd: with DEFER_TASKRUN, the ring's own descriptor does not become readable before its thread enters the kernel. */
    @Override
    public int descriptor() {
        EventFd known = completions;
        if (known == null) {
            try {
                known = EventFd.open(LibC.EFD_NONBLOCK());
                ring.register().eventDescriptor(known.fd());
                completions = known;
                known.signal(); // for what has completed already
            } catch (IOException e) {
                throw new UnsupportedOperationException("no descriptor that tells of completions", e);
            }
        }
        return known.fd().number();
    }

    /** The ring's own. */
    int ringDescriptor() {
        return ring.descriptor();
    }

    // ---- memory ----

    @Override
    public BufferGroup group(MemorySegment memory, int count, int size) throws IOException {
        return UringBufferGroup.open(ring, groups++, memory, count, size);
    }

    @Override
    public int register(MemorySegment memory) {
        try {
            BitSet places = registered;
            if (places == null) {
                ring.register().sparseBuffers(MOST_REGISTERED);
                places = new BitSet(MOST_REGISTERED);
                registered = places;
            }
            int free = places.nextClearBit(0);
            if (free == MOST_REGISTERED) {
                return -1;
            }
            ring.register().updateBuffers(free, null, memory);
            places.set(free);
            return free;
        } catch (IOException e) {
            return -1; // a limit on locked memory, most often: the operation does without
        }
    }

    @Override
    public void unregister(int index) {
        BitSet places = registered;
        if (places == null || !places.get(index)) {
            throw new IllegalArgumentException("no memory is registered at " + index);
        }
        try {
            ring.register().updateBuffers(index, null, MemorySegment.NULL);
            places.clear(index);
        } catch (IOException e) {
            // Then it stays registered until the ring is closed.
        }
    }

    @Override
    public DriverCounters counters() {
        counters.overflows = ring.cq().overflows();
        return counters;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        ring.close();
        calls.close();
        try {
            wake.close();
            EventFd telling = completions;
            if (telling != null) {
                telling.close();
            }
        } catch (IOException e) {
            // an eventfd has nothing to report
        }
    }
}

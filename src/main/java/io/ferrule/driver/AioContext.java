package io.ferrule.driver;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.KernelFile;
import io.ferrule.sys.SystemCall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * One context of the kernel's native AIO, and the requests in it, each with a slot and an owner. {@code io_setup(2)}, {@code io_submit(2)}, {@code
 * io_getevents(2)}, {@code io_cancel(2)} and {@code io_destroy(2)}, by number: no C library has them. Allocates nothing once it is open. Belongs to
 * one thread.
 */
final class AioContext implements AutoCloseable {
    /** There is no slot, or no next one. */
    static final int NONE = -1;

    private static final int EINTR = -Errno.EINTR.number();
    private static final int EVENTS_AT_ONCE = 256;
    private static final long NANOS = 1_000_000_000;
    private static final String LIMIT = "/proc/sys/fs/aio-max-nr";
    private static final String TAKEN = "/proc/sys/fs/aio-nr";

    /** Is told what has become of requests. */
    interface Listener {
        /**
         * A request has completed, or could not be begun; its slot is free.
         *
         * @param result as the call that it stands for, or the events that a poll has found; a negative errno on failure
         */
        void completed(AioContext context, int slot, Object owner, int result);
    }

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment iocbs;
    private final MemorySegment queue;
    private final MemorySegment events = arena.allocate(EVENTS_AT_ONCE * IocbLayout.EVENT_SIZE, Long.BYTES);
    private final MemorySegment scratch = arena.allocate(2L * Long.BYTES, Long.BYTES);
    private final int capacity;
    private final long id;

    private final @Nullable Object[] owners;

    /** For a free slot, the next free one. */
    private final int[] nextFree;

    private int firstFree;
    private int inFlight;
    private int queued;

    private AioContext(int capacity) throws IOException {
        this.capacity = capacity;
        iocbs = arena.allocate(capacity * IocbLayout.SIZE, IocbLayout.SIZE);
        queue = arena.allocate((long) capacity * Long.BYTES, Long.BYTES);
        owners = new @Nullable Object[capacity];
        nextFree = new int[capacity];
        for (int slot = 0; slot < capacity; slot++) {
            nextFree[slot] = slot + 1 < capacity ? slot + 1 : NONE;
            iocbs.set(ValueLayout.JAVA_LONG, slot * IocbLayout.SIZE + IocbLayout.DATA, slot);
        }
        int result = SystemCall.invoke(SystemCall.IO_SETUP, capacity, scratch.address(), 0);
        if (result < 0) {
            arena.close();
            throw new ErrnoException(result, "io_setup", capacity + " requests", advice(result));
        }
        id = scratch.get(ValueLayout.JAVA_LONG, 0);
    }

    /**
     * @param capacity how many requests it can have in flight
     * @throws IOException when the kernel gives none; the message says what to do
     */
    static AioContext open(int capacity) throws IOException {
        return new AioContext(capacity);
    }

    private static @Nullable String advice(int result) {
        if (result == -Errno.EAGAIN.number()) {
            return "The whole system may have " + KernelFile.text(LIMIT) + " requests (" + LIMIT
                    + "), of which programs have reserved "
                    + KernelFile.text(TAKEN)
                    + ": raise the limit as root, sysctl fs.aio-max-nr=1048576, close loops, or take another driver";
        }
        if (result == -Errno.ENOSYS.number()) {
            return "This kernel was built without native AIO, or a sandbox hides it: take another driver";
        }
        return null;
    }

    // ---- requests ----

    /**
     * Takes a slot.
     *
     * @return {@link #NONE} when it has none left
     */
    int take(Object owner) {
        int slot = firstFree;
        if (slot != NONE) {
            firstFree = nextFree[slot];
            owners[slot] = owner;
            inFlight++;
        }
        return slot;
    }

    private void free(int slot) {
        owners[slot] = null;
        nextFree[slot] = firstFree;
        firstFree = slot;
        inFlight--;
    }

    /**
     * Fills the request of a slot.
     *
     * @param notified an eventfd that is told of its completion; {@link #NONE} for none
     */
    void fill(int slot, int opcode, int fd, long buffer, long length, long offset, int notified) {
        long at = slot * IocbLayout.SIZE;
        iocbs.set(ValueLayout.JAVA_INT, at + IocbLayout.RW_FLAGS, 0);
        iocbs.set(ValueLayout.JAVA_SHORT, at + IocbLayout.OPCODE, (short) opcode);
        iocbs.set(ValueLayout.JAVA_INT, at + IocbLayout.DESCRIPTOR, fd);
        iocbs.set(ValueLayout.JAVA_LONG, at + IocbLayout.BUFFER, buffer);
        iocbs.set(ValueLayout.JAVA_LONG, at + IocbLayout.LENGTH, length);
        iocbs.set(ValueLayout.JAVA_LONG, at + IocbLayout.OFFSET, offset);
        iocbs.set(ValueLayout.JAVA_INT, at + IocbLayout.FLAGS, notified == NONE ? 0 : LibC.IOCB_FLAG_RESFD());
        iocbs.set(ValueLayout.JAVA_INT, at + IocbLayout.NOTIFIED, notified == NONE ? 0 : notified);
    }

    /** What {@link #fill} got as buffer. */
    long buffer(int slot) {
        return iocbs.get(ValueLayout.JAVA_LONG, slot * IocbLayout.SIZE + IocbLayout.BUFFER);
    }

    /** How many slots are taken. */
    int inFlight() {
        return inFlight;
    }

    int capacity() {
        return capacity;
    }

    /** Whether there is a slot to be had, and one more: the last is for who polls for wake-ups. */
    boolean hasRoom() {
        return inFlight < capacity - 1;
    }

    @Nullable
    Object owner(int slot) {
        return owners[slot];
    }

    // ---- handing over ----

    /** Has the next {@link #submit} hand over the request of a slot. */
    void enqueue(int slot) {
        queue.setAtIndex(ValueLayout.JAVA_LONG, queued++, address(slot));
    }

    /** Frees a slot whose request has not been handed over. Returns false when it has been. */
    boolean withdraw(int slot) {
        for (int i = 0; i < queued; i++) {
            if (queue.getAtIndex(ValueLayout.JAVA_LONG, i) == address(slot)) {
                queued--;
                queue.setAtIndex(ValueLayout.JAVA_LONG, i, queue.getAtIndex(ValueLayout.JAVA_LONG, queued));
                free(slot);
                return true;
            }
        }
        return false;
    }

    /** Hands over what is queued. Those that the kernel refuses have completed. */
    void submit(Listener listener) {
        int from = 0;
        int until = queued;
        queued = 0;
        while (from < until) {
            int result = submit(queue.address() + (long) from * Long.BYTES, until - from);
            if (result > 0) {
                from += result;
            } else {
                int slot =
                        (int) ((queue.getAtIndex(ValueLayout.JAVA_LONG, from++) - iocbs.address()) / IocbLayout.SIZE);
                complete(listener, slot, result);
            }
        }
    }

    /**
     * Hands over the request of a slot, at once.
     *
     * @return 0, or a negative errno; then the slot is free
     */
    int submitAlone(int slot) {
        scratch.set(ValueLayout.JAVA_LONG, 0, address(slot));
        int result = submit(scratch.address(), 1);
        if (result == 1) {
            return 0;
        }
        free(slot);
        return result;
    }

    private int submit(long pointers, int count) {
        int result;
        do {
            result = SystemCall.invoke(SystemCall.IO_SUBMIT, id, count, pointers);
        } while (result == EINTR);
        return result;
    }

    /** Asks for the end of a request. Its completion comes all the same. */
    void cancel(int slot) {
        SystemCall.invoke(SystemCall.IO_CANCEL, id, address(slot), scratch.address());
    }

    private long address(int slot) {
        return iocbs.address() + slot * IocbLayout.SIZE;
    }

    // ---- completions ----

    /**
     * Waits for a completion, or until the time is up, and tells of those that are there, but not for ever.
     *
     * @param timeoutNanos how long at most; 0 to look without waiting; negative to wait for ever
     * @return whether there may be more
     */
    boolean reap(long timeoutNanos, Listener listener) throws IOException {
        int count = await(timeoutNanos);
        for (int i = 0; i < count; i++) {
            long at = i * IocbLayout.EVENT_SIZE;
            int slot = (int) events.get(ValueLayout.JAVA_LONG, at + IocbLayout.EVENT_DATA);
            complete(listener, slot, (int) events.get(ValueLayout.JAVA_LONG, at + IocbLayout.EVENT_RESULT));
        }
        return count == EVENTS_AT_ONCE;
    }

    private void complete(Listener listener, int slot, int result) {
        Object owner = owners[slot];
        if (owner != null) {
            listener.completed(this, slot, owner, result);
            free(slot);
        }
    }

    private int await(long timeoutNanos) throws IOException {
        long begun = timeoutNanos > 0 ? System.nanoTime() : 0;
        long left = timeoutNanos;
        for (; ; ) {
            long time = 0;
            if (left >= 0) {
                scratch.set(ValueLayout.JAVA_LONG, 0, left / NANOS);
                scratch.set(ValueLayout.JAVA_LONG, Long.BYTES, left % NANOS);
                time = scratch.address();
            }
            int result = SystemCall.invoke(
                    SystemCall.IO_GETEVENTS, id, timeoutNanos == 0 ? 0 : 1, EVENTS_AT_ONCE, events.address(), time, 0);
            if (result >= 0) {
                return result;
            }
            if (result != EINTR) {
                throw new ErrnoException(result, "io_getevents", null, null);
            }
            if (timeoutNanos > 0) {
                left = Math.max(0, timeoutNanos - (System.nanoTime() - begun));
            }
        }
    }

    /** Ends polls that are in flight, waits for everything else, and frees all. */
    @Override
    public void close() {
        SystemCall.invoke(SystemCall.IO_DESTROY, id, 0, 0);
        arena.close();
    }
}

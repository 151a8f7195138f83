package io.ferrule.driver;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * An I/O model: takes operations, delivers their completions. One thread owns a driver and calls everything but {@link #wakeUp}; the layer above sees
 * to that, and to the memory that operations name.
 */
public interface Driver extends AutoCloseable {
    /** Its name, as one chooses it: "uring", "epoll". */
    String name();

    /** Whether it does operations of this kind. {@link #start} is never called for others. */
    boolean can(OperationKind kind);

    /**
     * Takes an operation, and those chained to it by {@link Operation#next}. Its completions come within later turns, never within this call;
     * failures too. Of several that wait in one direction on one descriptor, a readiness driver serves the first first, io_uring any.
     */
    void start(Operation operation);

    /**
     * Asks for the end of an operation that has been started and has not had its last completion. Its own completion says what came of it: -ECANCELED,
     * or a result when it was too late. What cannot be cancelled, such as a file being read, takes its course.
     */
    void cancel(Operation operation);

    /**
     * Whether a thread that waits for a read may try first to have it {@link WithoutWaiting#read at once}, without this driver. Not where the driver is
     * about files, or has others' descriptors. Any thread may ask.
     */
    default boolean sharesReads() {
        return false;
    }

    /**
     * Does at once an operation of a kind that never waits ({@link OperationKind.Needs#NOTHING}) or a {@link OperationKind#CLOSE}.
     *
     * @return what the call returned: a negative errno on failure
     */
    int perform(Operation operation);

    /**
     * Hands what has been started to the kernel, waits until something has completed, {@link #wakeUp} is called or the time is up, and delivers
     * completions: all that are there, but not for ever.
     *
     * <p>It may return before the time is up with nothing delivered: when what has completed was for the driver itself, such as the first step of two or
     * a wake-up, when it was woken for what has been seen to by now, or when the thread is interrupted. What has been started goes on all the same.
     *
     * @param timeoutNanos how long to wait at most; 0 to look without waiting; negative to wait for ever
     * @return how many completions were delivered
     */
    int turn(long timeoutNanos) throws IOException;

    /** Hands what has been started to the kernel without waiting or delivering: for who goes on to wait elsewhere, on {@link #descriptor}. */
    void flush() throws IOException;

    /** Ends the turn that is waiting, or else the next that would. Any thread may call this; nothing is lost, several calls may end one wait. */
    void wakeUp();

    /**
     * A descriptor that is readable when {@link #turn} has something to deliver, for another interest list or selector. What has been started
     * since {@link #flush} does not count yet.
     *
     * @throws UnsupportedOperationException where it has none
     */
    int descriptor();

    /**
     * Makes a group of buffers to receive into, which are taken when data has come and not before.
     *
     * @param memory {@code count} times {@code size} bytes, for as long as the group is open
     * @param count 1 to 32,768, a power of two
     * @param size of each, in bytes
     */
    BufferGroup group(MemorySegment memory, int count, int size) throws IOException;

    /**
     * Tells the kernel of memory that will be used often, until {@link #unregister} or the driver's end.
     *
     * @return for {@link Operation#registered}; -1 where it makes no difference
     */
    int register(MemorySegment memory);

    /**
     * Has the kernel forget memory that it was told of, so that it need not stay in main memory any more. Nothing is in flight on it.
     *
     * @param index that {@link #register} returned, and not -1
     */
    default void unregister(int index) {}

    /** What has happened so far. */
    DriverCounters counters();

    /** Frees everything. Nothing is in flight. A second close does nothing. */
    @Override
    void close();
}

package io.ferrule.driver;

import org.jspecify.annotations.Nullable;

/**
 * A system call as data: what the layer above hands to a {@link Driver}, and gets its completions on. A plain structure, filled anew for each use;
 * {@link OperationKind} says what each field means.
 *
 * <p>From {@link Driver#start} until its last completion an operation belongs to the driver, and the memory it names stays allocated; the layer above
 * sees to that. The last completion is the one without {@link #MORE}.
 *
 * <p>All of it happens on the loop's thread, except that helper threads of a driver read the arguments and write {@link #outcome}.
 */
public abstract class Operation {
    /** The completion names a buffer of the operation's group: {@link #bufferId}. */
    public static final int BUFFER = 1;

    /** Not the last completion: others will follow. */
    public static final int MORE = 1 << 1;

    /** Of a zero-copy send: its memory is free now. The result says nothing but {@link #COPIED}. */
    public static final int NOTIFICATION = 1 << 3;

    /** Result of a {@link #NOTIFICATION}: the kernel copied after all. */
    public static final int COPIED = 1 << 31;

    private static final int BUFFER_SHIFT = 16;

    /** What to do. */
    public OperationKind kind = OperationKind.NOP;

    /** The descriptor, as the driver numbers it. */
    public int fd;

    /** The second descriptor, where there are two. */
    public int fd2;

    /** The descriptor is a regular file or directory: it never makes anyone wait for readiness. */
    public boolean regular;

    /** The file is read and written past the page cache: {@code O_DIRECT}. */
    public boolean direct;

    /** Where the memory is. */
    public long address;

    /** A second place in memory. */
    public long address2;

    /** Bytes, or what else the call has for a third argument. */
    public long length;

    /** In the file, in bytes; -1 for the file's own position, and for what has none. */
    public long offset;

    /** The call's flags. */
    public int flags;

    /** The index that {@link Driver#register} gave for the memory, or -1. */
    public int registered = -1;

    /** Completes many times, until it is cancelled or fails. */
    public boolean multishot;

    /** The buffers to receive into, or null. */
    public @Nullable BufferGroup group;

    /**
     * What to do after this has succeeded, moving all it was asked to; otherwise it completes with -ECANCELED. Handed over with this one. Null for
     * nothing.
     */
    public @Nullable Operation next;

    /** For the driver that has the operation: its place among those in flight. */
    protected long ticket;

    /** For the driver that has the operation: a list it is in. */
    @Nullable
    Operation queued;

    /** For the driver that has the operation: written by a helper thread before it hands the operation back. */
    int outcome;

    /** For the driver that has the operation: the flags that go with the outcome. */
    int outcomeFlags;

    /** For the driver that has the operation: what does it on behalf of a helper thread, from when that has begun it. */
    @Nullable
    OperationCalls performer;

    /** For the driver that has the operation: somebody wants it cancelled. */
    boolean cancelled;

    /** For the driver that has the operation: how far it has come with it; 0 at the start. */
    int stage;

    /** For subclasses. */
    protected Operation() {}

    /**
     * A completion, on the loop's thread and never within {@link Driver#start}. After one without {@link #MORE} the driver has forgotten the
     * operation, and it may be filled and started again.
     *
     * @param result what the call returned: a negative errno on failure, -ECANCELED when it was cancelled
     * @param flags {@link #MORE}, {@link #BUFFER} and {@link #NOTIFICATION}, and the buffer's id
     */
    protected abstract void complete(int result, int flags);

    /** The buffer that a completion with {@link #BUFFER} names, from 0. */
    public static int bufferId(int flags) {
        return flags >>> BUFFER_SHIFT;
    }

    /** The flags of a completion that names a buffer. */
    static int withBuffer(int id) {
        return BUFFER | id << BUFFER_SHIFT;
    }

    /** Whether a result is all that was asked: what {@link #next} needs to go on. */
    boolean isWhole(int result) {
        return switch (kind) {
            case READ, WRITE, SEND, RECEIVE -> result == length;
            default -> result >= 0;
        };
    }

    /** Whether it reads or writes a file, which nobody but a device makes wait. */
    boolean isOfFile() {
        return switch (kind) {
            case READ, WRITE, READV, WRITEV -> regular;
            default -> false;
        };
    }

    /** Whether a stream goes on after a completion with this result. */
    boolean goesOn(int result) {
        return multishot && (kind == OperationKind.ACCEPT ? result >= 0 : result > 0);
    }
}

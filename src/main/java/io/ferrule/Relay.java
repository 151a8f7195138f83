package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.SystemCall;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes from one handle to another without bringing them into this process: file to socket, socket to file, socket to socket. It has a pipe
 * of its own that they pass through; where one of the two handles is a pipe itself, they need not. Mirrors {@code splice(2)}.
 *
 * <p>It serves for any number of copies, one at a time. Nothing is lost when one is cut short, by a cancel, a time limit or an error: {@link #moved}
 * tells how much has reached its target, {@link #held} how much has been taken from the source and is still in the relay, and {@link #resume} goes
 * on from there.
 */
public final class Relay implements AutoCloseable {
    private static final VarHandle CURRENT;

    static {
        try {
            CURRENT = MethodHandles.lookup().findVarHandle(Relay.class, "current", Copy.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Of a pipe, in bytes, until it is asked for more. */
    private static final int USUAL_CAPACITY = 64 << 10;

    /**
     * Fewer splices, of which io_uring has each done by a worker thread. Not more: all pipes of a user together get 64 MiB, and those made after that 8 KiB
     * each.
     */
    private static final int CAPACITY = 256 << 10;

    private final Loop loop;
    private final PipeEnds pipe;
    private final int capacity;

    /** The copy in progress. */
    @SuppressWarnings("UnusedVariable") // through CURRENT
    private @Nullable Copy current;

    /** Of the copy in progress, or else the last. */
    private volatile @Nullable Passage passage;

    Relay(Loop loop, PipeEnds pipe) {
        this.loop = loop;
        this.pipe = pipe;
        int got = SystemCall.invoke(SystemCall.FCNTL, pipe.writer().number(), LibC.F_SETPIPE_SZ(), CAPACITY);
        this.capacity = got > 0 ? got : USUAL_CAPACITY;
    }

    /**
     * Moves bytes until so many have been moved or the source ends. Result: bytes moved.
     *
     * @param fromOffset in a file, in bytes; {@link File#HERE} for its own position, and for what has no offsets
     * @param toOffset the same
     * @param length in bytes, 1 or more; {@link Long#MAX_VALUE} for all that there is
     */
    public Task<Long> copy(Source from, long fromOffset, Sink to, long toOffset, long length) {
        return describe((Handle) from, fromOffset, (Handle) to, toOffset, length, false);
    }

    /**
     * Moves so many bytes, or fails with an EOFException. Result: {@code length}.
     *
     * @see #copy(Source, long, Sink, long, long)
     */
    public Task<Long> copyFully(Source from, long fromOffset, Sink to, long toOffset, long length) {
        return describe((Handle) from, fromOffset, (Handle) to, toOffset, length, true);
    }

    /**
     * Goes on with the copy that was cut short. Result: bytes moved, counting those before.
     *
     * @throws IllegalStateException when none was
     */
    public Task<Long> resume() {
        checkOpen();
        Passage last = passage;
        if (last == null || last.isOver()) {
            throw new IllegalStateException("no copy was cut short that could go on: copy() begins another");
        }
        last.from().checkOpen();
        last.to().checkOpen();
        return new Copy(this, last);
    }

    /** Bytes of the copy in progress, or else the last, that have reached their target. */
    public long moved() {
        Passage last = passage;
        return last == null ? 0 : last.moved();
    }

    /** Bytes of it that have been taken from the source and have not reached their target. */
    public long held() {
        Passage last = passage;
        return last == null ? 0 : last.held();
    }

    /** Closes the relay. A copy in progress is cut short, and what the relay holds is lost. A second close does nothing. */
    @Override
    public void close() throws IOException {
        pipe.close();
    }

    @Override
    public String toString() {
        return "relay" + (pipe.writer().isOpen() ? "" : " (closed)") + ": " + moved() + " bytes moved, " + held()
                + " held";
    }

    private Copy describe(Handle from, long fromOffset, Handle to, long toOffset, long length, boolean whole) {
        checkOpen();
        if (length < 1) {
            throw new IllegalArgumentException("a copy moves 1 byte or more, not " + length);
        }
        check(from, fromOffset);
        check(to, toOffset);
        return new Copy(this, new Passage(from, fromOffset, to, toOffset, length, whole));
    }

    private void check(Handle handle, long offset) {
        handle.checkOpen();
        loop.checkOwns(handle);
        File.checkOffset(offset);
        if (offset != File.HERE && !(handle instanceof File)) {
            throw new IllegalArgumentException(handle + " has no offsets: give File.HERE, not " + offset);
        }
    }

    private void checkOpen() {
        if (pipe.writer().isClosing()) {
            throw new IllegalStateException("the relay is closed");
        }
    }

    Loop loop() {
        return loop;
    }

    PipeEnds pipe() {
        return pipe;
    }

    /** Bytes that its pipe holds. */
    int capacity() {
        return capacity;
    }

    /** A copy begins: there is one at a time. Any thread. */
    void claim(Copy copy, Passage its) {
        if (!CURRENT.compareAndSet(this, null, copy)) {
            throw new IllegalStateException("a relay does one copy at a time, and one is in progress: wait for its end,"
                    + " or open another relay");
        }
        Passage last = passage;
        if (last != null && last != its && last.held() > 0) {
            release(copy);
            throw new IllegalStateException("the relay still holds " + last.held()
                    + " bytes of a copy that was cut short: resume() that, or close the relay and lose them");
        }
        passage = its;
    }

    /** It is over. */
    void release(Copy copy) {
        CURRENT.compareAndSet(this, copy, null);
    }
}

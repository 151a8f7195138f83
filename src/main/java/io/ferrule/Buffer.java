package io.ferrule;

import io.ferrule.sys.NativeMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.Charset;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Native memory to read into and write from. While a request is in flight on it, the kernel may use it: a buffer that is being filled is refused to
 * everyone else, one that is being written out can be read and written out again, but not changed; neither can be closed. Its memory is never
 * freed while anyone holds a segment of it.
 *
 * <p>Any thread may use a buffer, one at a time: it is handed from thread to thread like any object.
 */
public class Buffer implements AutoCloseable {
    /** States of {@link #use}: 0 for nobody, or so many requests that the kernel reads it for, or one of these. */
    private static final int FILLED = -1;

    private static final int CLOSED = Integer.MIN_VALUE;

    /** Added to the number of requests: the last of them closes the buffer. */
    private static final int CLOSING = 1 << 30;

    private static final VarHandle USE;

    static {
        try {
            USE = MethodHandles.lookup().findVarHandle(Buffer.class, "use", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MemorySegment memory;
    private final @Nullable BufferPool pool;

    @SuppressWarnings("UnusedVariable") // through USE
    private int use;

    Buffer(MemorySegment memory, @Nullable BufferPool pool) {
        this.memory = memory;
        this.pool = pool;
    }

    /**
     * Allocates a buffer of its own, zeroed. Its memory is freed when nobody refers to it any more; a {@link BufferPool} is cheaper for many.
     *
     * @param size in bytes, 1 or more
     */
    public static Buffer allocate(int size) {
        return allocate(size, Long.BYTES);
    }

    /**
     * Allocates a buffer that starts at a multiple of a number of bytes, as {@code O_DIRECT} needs it.
     *
     * @param size in bytes, 1 or more
     * @param alignment in bytes, a power of two
     */
    public static Buffer allocate(int size, int alignment) {
        if (size < 1) {
            throw new IllegalArgumentException("a buffer has 1 byte or more, not " + size);
        }
        return new Buffer(Arena.ofAuto().allocate(size, alignment), null);
    }

    /**
     * Uses memory of the caller's that nobody can free: of an automatic arena ({@link Arena#ofAuto}), or the global one, or of a direct ByteBuffer.
     * Whoever writes to the segment while a request is in flight spoils that request's data, and nothing else.
     *
     * @throws IllegalArgumentException for a heap segment, which the garbage collector may move; for one of a confined or shared arena, which could
     *     be closed while the kernel uses it; for a read-only one
     */
    public static Buffer wrap(MemorySegment memory) {
        NativeMemory.writable(memory);
        if (NativeMemory.transferLength(memory) == 0) {
            throw new IllegalArgumentException("a buffer has 1 byte or more, and the segment none");
        }
        if (!canBeWrapped(memory)) {
            throw new IllegalArgumentException(
                    "the segment's arena could be closed while the kernel uses it (its scope is a "
                            + memory.scope().getClass().getSimpleName()
                            + "): allocate with Arena.ofAuto(), Buffer.allocate or a BufferPool");
        }
        return new Buffer(memory, null);
    }

    /** Whether {@link #wrap} takes a segment: native memory that nobody can free while it is reachable, and that may be written. */
    public static boolean canBeWrapped(MemorySegment memory) {
        // Of memory outside the heap, HeapSession stands for a direct ByteBuffer, which the segment keeps reachable.
        String scope = memory.scope().getClass().getSimpleName();
        return memory.isNative()
                && !memory.isReadOnly()
                && (scope.equals("ImplicitSession") || scope.equals("GlobalSession") || scope.equals("HeapSession"));
    }

    /** How many bytes it holds. */
    public final int size() {
        return (int) memory.byteSize();
    }

    /**
     * Its memory, to read and write directly.
     *
     * <p>A segment that is kept stays valid, whatever becomes of the buffer; but what is read or written through it while a request is in flight, or
     * after the buffer has gone back to its pool, is undefined.
     *
     * @throws IllegalStateException while it is being filled or written out, and after close
     */
    public final MemorySegment segment() {
        if ((int) USE.getAcquire(this) != 0) {
            throw refusal("changed");
        }
        return memory;
    }

    /** The byte at an index. */
    public final byte get(int index) {
        return readable().get(ValueLayout.JAVA_BYTE, index);
    }

    /** Copies bytes out, from an index on. */
    public final void get(int index, byte[] to, int offset, int length) {
        MemorySegment.copy(readable(), ValueLayout.JAVA_BYTE, index, to, offset, length);
    }

    /** Some bytes as text. */
    public final String getString(int index, int length, Charset charset) {
        byte[] bytes = new byte[length];
        get(index, bytes, 0, length);
        return new String(bytes, charset);
    }

    /** Sets the byte at an index. */
    public final Buffer put(int index, byte value) {
        segment().set(ValueLayout.JAVA_BYTE, index, value);
        return this;
    }

    /** Copies bytes in, from an index on. */
    public final Buffer put(int index, byte[] from, int offset, int length) {
        MemorySegment.copy(from, offset, segment(), ValueLayout.JAVA_BYTE, index, length);
        return this;
    }

    /**
     * Copies text in, from an index on.
     *
     * @return how many bytes it took
     */
    public final int putString(int index, String text, Charset charset) {
        byte[] bytes = text.getBytes(charset);
        put(index, bytes, 0, bytes.length);
        return bytes.length;
    }

    /** Copies a part of another buffer in. */
    public final Buffer put(int index, Buffer from, int offset, int length) {
        MemorySegment.copy(from.readable(), offset, segment(), index, length);
        return this;
    }

    /** Whether a request is in flight on it. */
    public final boolean isInFlight() {
        int seen = (int) USE.getAcquire(this);
        return seen != 0 && seen != CLOSED;
    }

    /**
     * Gives a pooled buffer back to its pool, and ends the use of any other. A second close does nothing.
     *
     * @throws IllegalStateException while a request is in flight on it: cancel that, and close when it has completed
     */
    @Override
    public void close() {
        int seen = (int) USE.compareAndExchange(this, 0, CLOSED);
        if (seen != 0 && seen != CLOSED) {
            throw refusal("closed");
        }
        if (seen == 0) {
            released();
        }
    }

    @Override
    public String toString() {
        int seen = (int) USE.getOpaque(this);
        return "buffer of " + size() + " bytes"
                + (seen == 0
                        ? ""
                        : seen == CLOSED ? " (closed)" : seen == FILLED ? " (being filled)" : " (being written out)");
    }

    /**
     * Closes the buffer now, or once the requests are over that write it out: what one wants after a zero-copy send. Nobody else may use it from now on.
     *
     * @throws IllegalStateException while a request is filling it
     */
    public final void closeWhenFree() {
        int seen = (int) USE.getAcquire(this);
        while (seen > 0 && seen < CLOSING) {
            int witness = (int) USE.compareAndExchange(this, seen, seen + CLOSING);
            if (witness == seen) {
                return;
            }
            seen = witness;
        }
        if (seen < CLOSING) {
            close();
        }
    }

    /** It has been closed. */
    void released() {
        if (pool != null) {
            pool.giveBack(memory);
        }
    }

    // ---- for requests ----

    /** For the kernel to fill: nobody else may use it. */
    final void pinToFill() {
        if (!USE.compareAndSet(this, 0, FILLED)) {
            throw refusal("filled");
        }
    }

    /** For the kernel to read, also for several requests. */
    final void pinToWriteOut() {
        int seen = (int) USE.getOpaque(this);
        while (seen >= 0 && seen < CLOSING) {
            int witness = (int) USE.compareAndExchange(this, seen, seen + 1);
            if (witness == seen) {
                return;
            }
            seen = witness;
        }
        throw refusal("written out");
    }

    /** A request that pinned it is over: what the kernel wrote is visible to who looks from now on. */
    final void unpin() {
        int seen = (int) USE.getOpaque(this);
        if (seen == FILLED) {
            USE.setRelease(this, 0); // nobody else changes it meanwhile
            return;
        }
        for (; ; ) {
            int left = seen - 1 == CLOSING ? CLOSED : seen - 1;
            int witness = (int) USE.compareAndExchangeRelease(this, seen, left);
            if (witness == seen) {
                if (left == CLOSED) {
                    released();
                }
                return;
            }
            seen = witness;
        }
    }

    /** It is lent again. */
    final void reopen() {
        USE.setRelease(this, 0);
    }

    /** For the kernel, whoever uses it now. */
    final MemorySegment memory() {
        return memory;
    }

    /** Checks a part, and returns where it lies. */
    final long address(int offset, int length) {
        Objects.checkFromIndexSize(offset, length, size());
        return memory.address() + offset;
    }

    /** The index it has with this loop's driver, or -1. */
    final int registered(Loop loop) {
        return pool == null ? -1 : pool.registered(loop);
    }

    private MemorySegment readable() {
        if ((int) USE.getAcquire(this) < 0) {
            throw refusal("read");
        }
        return memory;
    }

    private IllegalStateException refusal(String wanted) {
        int seen = (int) USE.getOpaque(this);
        return new IllegalStateException("the buffer cannot be " + wanted + ": "
                + (seen == CLOSED
                        ? "it is closed"
                        : seen == FILLED ? "a request is filling it" : "a request is writing it out")
                + (seen == CLOSED ? "" : ", and its completion frees it"));
    }
}

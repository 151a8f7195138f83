package io.ferrule;

/** A copy from one handle to another, and how far it has come. Moved on by the loop's thread; any thread may ask. */
final class Passage {
    private final Handle from;
    private final Handle to;
    private final boolean whole;

    /** Where the next bytes come from and go to, or {@link File#HERE}. */
    private long fromOffset;

    private long toOffset;

    /** Bytes to be taken from the source yet. */
    private long left;

    private volatile long moved;
    private volatile long held;
    private volatile boolean over;

    Passage(Handle from, long fromOffset, Handle to, long toOffset, long length, boolean whole) {
        this.from = from;
        this.fromOffset = fromOffset;
        this.to = to;
        this.toOffset = toOffset;
        this.left = length;
        this.whole = whole;
    }

    /** So many bytes have come from the source. */
    void taken(int bytes) {
        long before = held;
        held = before + bytes;
        left -= bytes;
        fromOffset = after(fromOffset, bytes);
        over = false;
    }

    /** So many of those held have reached their target. */
    void given(int bytes) {
        long heldBefore = held;
        long movedBefore = moved;
        held = heldBefore - bytes;
        moved = movedBefore + bytes;
        toOffset = after(toOffset, bytes);
        over = left == 0 && held == 0;
    }

    /** The source has ended. Returns whether that will do. */
    boolean end() {
        over = !whole;
        return over;
    }

    private static long after(long offset, int bytes) {
        return offset == File.HERE ? File.HERE : offset + bytes;
    }

    Handle from() {
        return from;
    }

    Handle to() {
        return to;
    }

    long fromOffset() {
        return fromOffset;
    }

    long toOffset() {
        return toOffset;
    }

    long left() {
        return left;
    }

    long moved() {
        return moved;
    }

    long held() {
        return held;
    }

    /** All has been done. */
    boolean isOver() {
        return over;
    }

    /** No bytes need to be held on the way. */
    boolean isDirect() {
        return from instanceof PipeReader || to instanceof PipeWriter;
    }
}

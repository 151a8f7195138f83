package io.ferrule.uring;

import static io.ferrule.uring.RingLayout.CQE_EXTRA;
import static io.ferrule.uring.RingLayout.CQE_FLAGS;
import static io.ferrule.uring.RingLayout.CQE_RES;
import static io.ferrule.uring.RingLayout.CQE_USER_DATA;
import static io.ferrule.uring.RingLayout.MEMORY;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * The completion queue, and a cursor on it: {@code while (cq.next()) { use cq.userData(), cq.res(), cq.flags(); }}.
 *
 * <p>The cursor holds a copy of the completion: it stays valid until the next call of {@link #next}, whatever the kernel does meanwhile. Slots go
 * back to the kernel in batches: when all that was there at the last look has been read, and whenever the ring submits or waits.
 *
 * <p>Completions come in the order in which the kernel posts them. Before Linux 6.1 that is not so for those that did not fit the queue: later ones may
 * overtake them.
 *
 * <p>Of the memory shared with the kernel, it writes the tail and the entries, we write the head. Our acquire load of the tail makes the entries
 * before it visible; our release store of the head comes after all reads of the entries it frees.
 */
public final class CompletionQueue {
    /** The upper 16 bits of the flags are the id of the provided buffer that was used. Linux 5.7. */
    public static final int IORING_CQE_F_BUFFER = 1;

    /** More completions of the same request will follow. Linux 5.13. */
    public static final int IORING_CQE_F_MORE = 1 << 1;

    /** The socket holds more data. Linux 5.19. */
    public static final int IORING_CQE_F_SOCK_NONEMPTY = 1 << 2;

    /** The second completion of a zero-copy send: its memory is free. Linux 6.0. */
    public static final int IORING_CQE_F_NOTIF = 1 << 3;

    /** The provided buffer is not used up: more completions will carry its id. Linux 6.12. */
    public static final int IORING_CQE_F_BUF_MORE = 1 << 4;

    /** A filler at the end of a mixed queue, which {@link #next} passes over. Linux 6.18. */
    public static final int IORING_CQE_F_SKIP = 1 << 5;

    /** In a mixed queue, a completion of 32 bytes: it has {@link #extra1} and {@link #extra2}. Linux 6.18. */
    public static final int IORING_CQE_F_32 = 1 << 15;

    /** A time stamp of {@link UringFlags#SOCKET_URING_OP_TX_TIMESTAMP} is the device's, not the kernel's. Linux 6.17. */
    public static final int IORING_CQE_F_TSTAMP_HW = 1 << 16;

    private static final int IORING_CQE_BUFFER_SHIFT = 16;

    /** Where the flags lie in the word that begins with the result. */
    private static final int FLAGS_SHIFT = 8 * (int) (CQE_FLAGS - CQE_RES);

    private final IoUring ring;
    private long kernelHead;
    private long kernelTail;
    private long kernelOverflow;
    private long entries;
    private int mask;
    private long stride;
    private boolean mixed;

    /** Whether every completion has 16 bytes. */
    private boolean plain;

    /** The next completion to read; what lies before it has been read. */
    private int head;

    /** What the kernel has been told: {@code kernelHead}. */
    private int released;

    /** As the kernel's tail was when last looked at. */
    private int knownTail;

    /** Requests that have had their last completion, modulo 2^32. */
    private int finished;

    private long overflows;

    private long userData;
    private int res;
    private int flags;
    private long extra1;
    private long extra2;

    CompletionQueue(IoUring ring, RingMemory memory) {
        this.ring = ring;
        bind(memory);
        this.head = RingLayout.getAcquire(kernelHead);
        this.released = head;
        this.knownTail = head;
    }

    /** Works on this view of the ring's memory from now on. Places in the queue keep their numbers. */
    final void bind(RingMemory memory) {
        kernelHead = memory.cqHead();
        kernelTail = memory.cqTail();
        kernelOverflow = memory.cqOverflow();
        entries = memory.cqes();
        mask = memory.cqEntries() - 1;
        stride = memory.cqeStride();
        mixed = memory.cqesMixed();
        plain = stride == RingLayout.CQE_SIZE && !mixed;
    }

    /**
     * Moves to the next completion and consumes it. When the queue is empty but the kernel holds completions back (overflow, deferred task work),
     * they are fetched first, with a system call. A loop that begins new requests for what it reads had better end after the {@link #ready} ones, as {@link
     * #forEach} does: what is held back comes with the call that submits those.
     *
     * @return false when there is none
     * @throws IllegalStateException after close, or from a thread that does not own the ring
     */
    public boolean next() {
        int slots = load();
        head += slots;
        finished += slots == 0 || (flags & IORING_CQE_F_MORE) != 0 ? 0 : 1;
        return slots != 0;
    }

    /**
     * Puts the cursor on the next completion without consuming it: {@link #next} will return the same. Mirrors {@code io_uring_peek_cqe}, and
     * fetches as {@link #next} does.
     *
     * @return false when there is none
     */
    public boolean peek() {
        return load() != 0;
    }

    /**
     * Hands each completion that is there now to the handler, oldest first, and consumes it. The handler may submit new requests; completions that
     * arrive meanwhile are left for the next call. When the handler throws, the completion it was given is consumed and the rest is not. When it
     * closes the ring, that is the end.
     *
     * @return how many there were
     */
    public int forEach(CompletionHandler handler) {
        int count = 0;
        if (peek()) {
            int end = knownTail;
            while (head - end < 0 && next()) {
                count++;
                handler.completed(userData, res, flags);
                if (ring.isClosed()) {
                    return count; // the memory is gone
                }
            }
        }
        release();
        return count;
    }

    /**
     * Consumes completions unread. Mirrors {@code io_uring_cq_advance}.
     *
     * @param count at most {@link #ready()}
     * @throws IllegalArgumentException for more than there are, or a negative number
     */
    public void advance(int count) {
        if (count < 0 || count > ready()) {
            throw new IllegalArgumentException(
                    "cannot advance by " + count + ": " + ready() + " completions are ready");
        }
        for (int i = 0; i < count; i++) {
            next();
        }
        release();
    }

    /**
     * Completions in the queue that have not been consumed; under CQE_MIXED, the slots they take, fillers included, as the kernel counts them.
     * Mirrors {@code io_uring_cq_ready}.
     */
    public int ready() {
        ring.checkOwner();
        return count();
    }

    /** How many completions the queue holds. */
    public int entries() {
        return mask + 1;
    }

    /** The user data of the completion that {@link #next} or {@link #peek} moved to. */
    public long userData() {
        return userData;
    }

    /** Its result: a negative errno on failure, otherwise what the operation says. */
    public int res() {
        return res;
    }

    /** Its flags: {@code IORING_CQE_F_...}. */
    public int flags() {
        return flags;
    }

    /** Whether more completions of the same request will follow. While that is so, the kernel uses the request's memory. */
    public boolean hasMore() {
        return (flags & IORING_CQE_F_MORE) != 0;
    }

    /**
     * The id of the provided buffer it used.
     *
     * @return -1 when it used none
     */
    public int bufferId() {
        return (flags & IORING_CQE_F_BUFFER) == 0 ? -1 : flags >>> IORING_CQE_BUFFER_SHIFT;
    }

    /** The first 8 of the extra 16 bytes of a 32-byte completion ({@code big_cqe[0]}); meaningless for a 16-byte one. */
    public long extra1() {
        return extra1;
    }

    /** The last 8 of the extra 16 bytes of a 32-byte completion ({@code big_cqe[1]}); meaningless for a 16-byte one. */
    public long extra2() {
        return extra2;
    }

    /**
     * How often the queue was found full, with completions waiting in the kernel. They are not lost, but each time costs a system call and kernel
     * memory: read the queue more often, or make it larger ({@link RingOptions#cqEntries}).
     */
    public long overflows() {
        return overflows;
    }

    /** Completions that the kernel had no memory to keep: they are lost. 0, unless the machine ran out of memory while the queue was full. */
    public int lost() {
        ring.checkOwner();
        return MEMORY.get(JAVA_INT, kernelOverflow);
    }

    int finished() {
        return finished;
    }

    /** Gives the slots of all consumed completions back to the kernel. */
    void release() {
        if (head != released) {
            released = head;
            RingLayout.setRelease(kernelHead, head);
        }
    }

    void countOverflow() {
        overflows++;
    }

    /** As {@link #ready}, for those who have checked. */
    int count() {
        knownTail = RingLayout.getAcquire(kernelTail);
        return knownTail - head;
    }

    /** Copies the next completion. Returns how many slots it takes: 1 or 2, or 0 when there is none. */
    private int load() {
        ring.checkOwner();
        if (head == knownTail && !arrived()) {
            return 0;
        }
        long from = entries + (head & mask) * stride;
        userData = MEMORY.get(JAVA_LONG, from + CQE_USER_DATA);
        long result = MEMORY.get(JAVA_LONG, from + CQE_RES);
        res = (int) result;
        flags = (int) (result >>> FLAGS_SHIFT);
        return plain ? 1 : loadWide(from);
    }

    /** The rest of it where completions may have 32 bytes. In a mixed ring those take two slots, and a filler may precede them at its end. */
    private int loadWide(long from) {
        if (mixed && (flags & IORING_CQE_F_SKIP) != 0) {
            head++;
            return load();
        }
        if (mixed && (flags & IORING_CQE_F_32) == 0) {
            return 1;
        }
        extra1 = MEMORY.get(JAVA_LONG, from + CQE_EXTRA);
        extra2 = MEMORY.get(JAVA_LONG, from + CQE_EXTRA + Long.BYTES);
        return mixed ? 2 : 1;
    }

    private boolean arrived() {
        release(); // also when there is more: a reader whom the kernel always keeps busy would fill the queue otherwise
        knownTail = RingLayout.getAcquire(kernelTail);
        if (head != knownTail) {
            return true;
        }
        if (!ring.fetchHeldBack()) {
            return false;
        }
        knownTail = RingLayout.getAcquire(kernelTail);
        return head != knownTail;
    }
}

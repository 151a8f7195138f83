package io.ferrule.uring;

/**
 * The submission queue: {@code sq.next()} hands out the one {@link Sqe} of the ring, on a fresh slot. What has been filled goes to the kernel with
 * {@link IoUring#submit}, and earlier when the queue is full.
 *
 * <p>Of the memory shared with the kernel, we write the entries and the tail, it writes the head. Our release store of the tail makes the entries
 * before it visible; our acquire load of the head comes before we write the slots it has freed.
 */
public final class SubmissionQueue {
    private final IoUring ring;
    private final Sqe sqe;
    private long kernelHead;
    private long kernelTail;
    private int entries;

    /** The slot handed out last, which becomes an entry when it is given an operation; without one, the next slot to hand out. */
    private int tail;

    /** What the kernel has been shown: {@code kernelTail}. */
    private int published;

    /** As the kernel's head was when last looked at; the true one may be further. */
    private int knownHead;

    SubmissionQueue(IoUring ring, RingMemory memory) {
        this.ring = ring;
        this.sqe = new Sqe(ring);
        bind(memory);
        this.knownHead = RingLayout.getAcquire(kernelHead);
        this.published = RingLayout.getAcquire(kernelTail);
        this.tail = published;
    }

    /** Works on this view of the ring's memory from now on. Places in the queue keep their numbers. */
    final void bind(RingMemory memory) {
        kernelHead = memory.sqHead();
        kernelTail = memory.sqTail();
        entries = memory.sqEntries();
        sqe.bind(memory);
    }

    /**
     * Moves the ring's {@link Sqe} to a fresh slot. It becomes an entry when an operation is chosen; a slot without one, also because an argument
     * was refused, is handed out again and never submitted. When the queue is full, what it holds is submitted first; an unfinished chain of linked
     * entries stays behind, so that it goes in whole. Mirrors {@code io_uring_get_sqe}, which returns NULL instead.
     *
     * @throws IllegalStateException after close, or when one chain fills the whole queue
     * @throws WrongThreadException from a thread that does not own the ring
     * @throws java.io.UncheckedIOException when the queue is full and the kernel accepts nothing: nothing is lost, consume completions and go on
     */
    public Sqe next() {
        ring.checkOwner();
        int at = end();
        if (at - knownHead >= entries) {
            makeRoom(1);
        }
        tail = at;
        return sqe.moveTo(at & (entries - 1));
    }

    /**
     * Makes room for a number of entries, submitting what the queue holds if need be, so that the next {@code count} calls of {@link #next} do not
     * submit: a chain filled into them goes in whole.
     *
     * @param count 0 to {@link #entries()}
     * @throws IllegalArgumentException when the queue has fewer entries
     * @throws java.io.UncheckedIOException as {@link #next}
     */
    public void reserve(int count) {
        ring.checkOwner();
        if (count < 0 || count > entries) {
            throw new IllegalArgumentException("cannot reserve " + count + " entries: the queue has " + entries);
        }
        if (entries - (end() - knownHead) < count) {
            makeRoom(count);
        }
    }

    /** How many entries can be filled before the queue is full. Mirrors {@code io_uring_sq_space_left}. */
    public int spaceLeft() {
        return entries - ready();
    }

    /** Entries filled that the kernel has not taken yet. Mirrors {@code io_uring_sq_ready}. */
    public int ready() {
        ring.checkOwner();
        return end() - consumed();
    }

    /** How many entries the queue holds: what was asked for at {@link IoUring#open}, rounded up to a power of two. */
    public int entries() {
        return entries;
    }

    /** The kernel's head: how many entries it has taken, modulo 2^32. */
    int consumed() {
        knownHead = RingLayout.getAcquire(kernelHead);
        return knownHead;
    }

    /** Shows the kernel all that has been filled. Returns how much of it has not been taken yet. */
    int publish() {
        return publishTo(finish());
    }

    /** As {@link #publish}, but keeps back a chain whose last link is still to come. */
    private void publishWholeChains() {
        int end = finish();
        while (end != published && sqe.isChained((end - 1) & (entries - 1))) {
            end--;
        }
        publishTo(end);
    }

    /** What has been published and not been taken yet. */
    int pending() {
        return published - consumed();
    }

    /** What has been published so far, modulo 2^32. */
    int published() {
        return published;
    }

    /** Forgets the entries that the kernel has not been shown. */
    void discardUnpublished() {
        sqe.seal();
        tail = published;
    }

    /** Whether requests may have ended without a completion. */
    boolean mayBeSilent() {
        return sqe.mayBeSilent();
    }

    /** Where the entries end. */
    private int end() {
        return tail + sqe.filled();
    }

    /** Ends the current entry, so that it takes no more options. */
    private int finish() {
        tail = end();
        sqe.seal();
        return tail;
    }

    private int publishTo(int end) {
        if (end != published) {
            published = end;
            RingLayout.setRelease(kernelTail, end);
        }
        return pending();
    }

    private void makeRoom(int count) {
        if (entries - (end() - consumed()) >= count) {
            return;
        }
        publishWholeChains();
        if (tail - published > entries - count) {
            throw new IllegalStateException("a chain of linked entries is longer than the queue, which has " + entries
                    + ": open the ring with more entries, or end the chain earlier");
        }
        ring.submitForRoom(count);
    }
}

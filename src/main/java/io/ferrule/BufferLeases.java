package io.ferrule;

import io.ferrule.driver.BufferGroup;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Buffers that are taken when bytes have come and not before, so that any number of idle connections share a few: for {@link Connection#receiveAll}. Each
 * piece comes as a {@link Lease}; when all are out, connections wait until one comes back, and nothing is lost meanwhile.
 *
 * <p>With {@code -Dferrule.leaks=on} a lease that was dropped without {@link Lease#close} is found when the garbage collector does, counted and reported,
 * with the place that asked for it.
 */
public final class BufferLeases implements AutoCloseable {
    private static final int MOST = 1 << 15;
    private static final int PAGE = 4096;

    private final Loop loop;
    private final int size;
    private final MemorySegment slab;
    private final Lease[] leases;
    private final BufferGroup group;

    /** Null unless leases that are lost are looked for. */
    private final @Nullable LeakDetector detector;

    private final AtomicInteger out = new AtomicInteger();
    private final ArrayDeque<ReceiveAll> starving = new ArrayDeque<>();

    /** Out, as far as the loop's thread knows. */
    private int taken;

    private int users;
    private boolean closed;

    private BufferLeases(Loop loop, int count, int size) throws IOException {
        this.loop = loop;
        this.size = size;
        this.slab = Arena.ofAuto().allocate((long) count * size, PAGE);
        this.detector = LeakDetector.isOn() ? new LeakDetector() : null;
        this.leases = new Lease[count];
        this.group = loop.driver().group(slab, count, size);
        for (int id = 0; id < count; id++) {
            leases[id] = lease(id);
        }
    }

    static BufferLeases open(Loop loop, int count, int size) throws IOException {
        if (count < 1 || count > MOST || Integer.bitCount(count) != 1 || size < 1) {
            throw new IllegalArgumentException("leases are a power of two in number, up to " + MOST
                    + ", of 1 byte or more; not " + count + " of " + size);
        }
        return Errand.run(loop, () -> {
            BufferLeases all = new BufferLeases(loop, count, size);
            loop.belongings().opened(all);
            return all;
        });
    }

    /** How many there are. */
    public int count() {
        return leases.length;
    }

    /** The size of each, in bytes. */
    public int bufferSize() {
        return size;
    }

    /** How many have been lent and not closed. Any thread. */
    public int out() {
        return out.get();
    }

    /** How many have been found lost, which is only looked for with {@code -Dferrule.leaks=on}. Any thread. */
    public int lost() {
        return detector == null ? 0 : detector.found();
    }

    /**
     * Ends the group. The loop's close does so too. A second close does nothing.
     *
     * @throws IllegalStateException while a connection receives into it, or a lease is out
     */
    @Override
    public void close() {
        try {
            Errand.run(loop, () -> {
                closeHere();
                return null;
            });
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (IllegalStateException e) {
            if (loop.isOpen()) {
                throw e;
            }
        }
    }

    private void closeHere() {
        if (closed) {
            return;
        }
        int lent = out(); // which other threads change
        if (users > 0 || lent > 0) {
            throw new IllegalStateException(users + " connections receive into the leases, and " + lent + " of "
                    + leases.length + " are out: cancel and close those first");
        }
        closed = true;
        group.close();
        loop.belongings().closed(this);
    }

    /** The loop closes: nothing is in flight. Leases that are out stay readable. */
    void closeWithLoop() {
        closed = true;
        group.close();
        if (out() > 0) {
            System.getLogger("io.ferrule")
                    .log(
                            System.Logger.Level.WARNING,
                            "{0} of {1} leases were not closed when their loop was: -D{2}=on tells where they were lost",
                            out(),
                            leases.length,
                            LeakDetector.PROPERTY);
        }
    }

    // ---- for those who receive, on the loop's thread ----

    void checkUse(Loop user) {
        if (user != loop) {
            throw new IllegalArgumentException("the leases belong to another loop: take this loop's own");
        }
        if (closed) {
            throw new IllegalStateException("the leases are closed");
        }
    }

    boolean looksForLost() {
        return detector != null;
    }

    BufferGroup begin() {
        users++;
        return group;
    }

    void end(ReceiveAll user) {
        users--;
        leave(user);
    }

    /** It does not wait for a lease any more. */
    void leave(ReceiveAll user) {
        starving.remove(user);
        if (!areAllOut()) {
            feedOne(); // it may have been woken for a buffer that it did not take
        }
    }

    boolean areAllOut() {
        return taken == leases.length;
    }

    /** Has it go on when a lease has come back. */
    void await(ReceiveAll user) {
        starving.add(user);
    }

    /** A buffer has been filled. */
    Lease taken(int id, int length, ReceiveAll user) {
        taken++;
        out.incrementAndGet();
        Lease lease = leases[id];
        if (detector != null) {
            lease = lease(id);
            lease.watch(detector, user);
        }
        lease.lend(length);
        return lease;
    }

    private void feedOne() {
        ReceiveAll next = starving.poll();
        if (next != null) {
            next.supplied();
        }
    }

    /** A buffer that came with nothing. */
    void unused(int id) {
        group.giveBack(id);
    }

    private Lease lease(int id) {
        return new Lease(this, id, slab.asSlice((long) id * size, size));
    }

    // ---- for leases ----

    /** Somebody has closed a lease, on any thread. */
    void closed(Lease lease) {
        out.decrementAndGet();
        if (!loop.isOwner()) {
            loop.mailOrRefuse(lease.giveBack());
        } else {
            giveBack(lease.id());
        }
    }

    void giveBack(int id) {
        if (closed) {
            return; // it was closed on another thread: its mail came after the close of all
        }
        taken--;
        group.giveBack(id);
        feedOne();
    }

    @Override
    public String toString() {
        return leases.length + " leases of " + size + " bytes" + (closed ? " (closed)" : "");
    }
}

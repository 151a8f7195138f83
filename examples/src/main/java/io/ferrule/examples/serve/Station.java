package io.ferrule.examples.serve;

import io.ferrule.Buffer;
import io.ferrule.BufferLeases;
import io.ferrule.BufferPool;
import io.ferrule.Lease;
import io.ferrule.Loop;
import io.ferrule.Relay;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of a loop share. An idle one has nothing of it, and one that does not take its answer keeps nothing from the others: when the pool is
 * used up, buffers are made.
 */
final class Station {
    private static final int LEASES = 1024;
    private static final int LEASE_SIZE = 4 << 10;
    private static final int POOLED = 64;

    /** Below this, copying to and fro is cheaper than what io_uring's worker threads, which it splices with, cost. */
    private static final int POOLED_SIZE = 128 << 10;

    /** Of those that are made: many of them are needed just when clients are slow. */
    private static final int MADE_SIZE = 16 << 10;

    /** Relays that are kept; each has two descriptors. */
    private static final int RELAYS_KEPT = 64;

    private final Loop loop;
    private final Site site;
    private final Limits limits;
    private final boolean hidden;
    private final Listing listing;
    private final Tally tally;
    private final BufferLeases leases;
    private final BufferPool pool;
    private final Head head = new Head();
    private final byte[] piece = new byte[LEASE_SIZE];
    private final Deque<Relay> relays = new ArrayDeque<>();
    private boolean relaying;

    private Station(FileServer.Plan plan, Loop loop, Tally tally, Site site, BufferLeases leases, BufferPool pool) {
        this.loop = loop;
        this.site = site;
        this.limits = plan.limits();
        this.hidden = plan.hidden();
        this.listing = new Listing(plan.root(), plan.hidden());
        this.tally = tally;
        this.leases = leases;
        this.pool = pool;
        this.relaying = plan.zeroCopy();
    }

    /** Of a loop. Not on the loop's thread. */
    static Station on(Loop loop, FileServer.Plan plan, Tally tally) throws IOException {
        // A pool that is made on the loop's own thread is registered with the kernel.
        BufferPool pool = CompletableFuture.supplyAsync(() -> loop.pool(POOLED, POOLED_SIZE), loop)
                .join();
        return new Station(plan, loop, tally, Site.of(loop, plan.root()), loop.leases(LEASES, LEASE_SIZE), pool);
    }

    Loop loop() {
        return loop;
    }

    Site site() {
        return site;
    }

    Limits limits() {
        return limits;
    }

    /** Whether names that begin with a dot are served. */
    boolean servesHidden() {
        return hidden;
    }

    Listing listing() {
        return listing;
    }

    Tally tally() {
        return tally;
    }

    BufferLeases leases() {
        return leases;
    }

    Head head() {
        return head;
    }

    /** What a lease holds, which goes back at once. Valid until the next. */
    ByteBuffer take(Lease lease) {
        int length = lease.length();
        lease.get(0, piece, 0, length);
        lease.close();
        return ByteBuffer.wrap(piece, 0, length);
    }

    /** A buffer to send from. */
    Buffer buffer() {
        Buffer pooled = pool.tryTake();
        return pooled != null ? pooled : Buffer.allocate(MADE_SIZE);
    }

    // ---- relays ----

    /** Whether files go to sockets without coming here. */
    boolean isRelaying() {
        return relaying;
    }

    /** The driver cannot. */
    void relayNoMore() {
        relaying = false;
    }

    /** One that is idle, or null. */
    @Nullable
    Relay idleRelay() {
        return relays.poll();
    }

    /** Keeps one that holds nothing for another time. */
    void giveBack(Relay relay) {
        if (relays.size() < RELAYS_KEPT) {
            relays.push(relay);
        } else {
            Session.discard(relay);
        }
    }
}

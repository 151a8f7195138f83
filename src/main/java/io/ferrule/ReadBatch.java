package io.ferrule;

import io.ferrule.driver.OperationKind;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reads of many files that begin together, with one system call where the driver can, and are waited for together. Each has a result of its own.
 *
 * <p>{@link #add} describes the reads, {@link #start}, {@link #future} or {@link #await} begins them, and {@link #clear} makes room for others:
 * nothing of that allocates, but for a future.
 */
public final class ReadBatch extends Entry {
    private final Loop loop;
    private final Read[] reads;
    private int count;

    /** Those that are not over. Counted by the loop's thread. */
    private volatile int remaining;

    private @Nullable Callback<? super ReadBatch> callback;
    private @Nullable CompletableFuture<ReadBatch> future;

    ReadBatch(Loop loop, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("a batch has room for 1 read or more, not " + capacity);
        }
        this.loop = loop;
        this.reads = new Read[capacity];
        for (int i = 0; i < capacity; i++) {
            reads[i] = new Read(this);
        }
    }

    // ---- description ----

    /**
     * Adds a read of a part of a file into a part of a buffer. Mirrors {@code pread(2)}.
     *
     * @param from first byte of the part
     * @param length of the part, in bytes
     * @param offset in the file, 0 or more
     * @return its number, for {@link #bytes}
     * @throws IllegalStateException when the batch is full, or in flight
     */
    public int add(File file, Buffer buffer, int from, int length, long offset) {
        checkNotInFlight();
        loop.checkOwns(file);
        if (count == reads.length) {
            throw new IllegalStateException(
                    "the batch is full with " + count + " reads: begin it, or clear() it when it is over");
        }
        if (offset == File.HERE) {
            throw new IllegalArgumentException("the reads of a batch have offsets, since none comes before another");
        }
        Read read = reads[count];
        file.describe(read.transfer, OperationKind.READ, buffer, from, length, offset);
        read.reset();
        return count++;
    }

    /** Cancels each read that takes longer; it fails with a {@link java.net.SocketTimeoutException}. For those added so far. */
    public ReadBatch within(Duration limit) {
        checkNotInFlight();
        for (int i = 0; i < count; i++) {
            reads[i].transfer.within(limit);
        }
        return this;
    }

    /** Forgets the reads and their results: the batch is empty. */
    public void clear() {
        checkNotInFlight();
        for (int i = 0; i < count; i++) {
            reads[i].transfer.forget();
            reads[i].reset();
        }
        count = 0;
    }

    // ---- ways to wait ----

    /**
     * Begins the reads; the callback is called when all are over. It gets the batch, and never an error: each read has its own. On the loop's thread only.
     *
     * @throws IllegalStateException when one of the buffers is not free: then none is begun, and the batch is empty
     */
    public void start(Callback<? super ReadBatch> whenDone) {
        loop.checkOwner();
        claim();
        callback = whenDone;
        begin();
    }

    /**
     * Begins the reads. The future's {@code cancel} asks the kernel to cancel each.
     *
     * @throws IllegalStateException as {@link #start}
     */
    public CompletableFuture<ReadBatch> future() {
        claim();
        CompletableFuture<ReadBatch> outcome = new Request.Outcome<>(this::cancel);
        future = outcome;
        begin();
        return outcome;
    }

    /**
     * Begins the reads and waits until all are over. An interrupt cancels them, and stays set.
     *
     * @throws IllegalStateException as {@link #start}
     */
    public ReadBatch await() throws IOException {
        if (loop.isOwner()) {
            loop.checkMayTurn();
            claim();
            begin();
            loop.turning().until(() -> remaining == 0, this::cancel);
        } else {
            Uninterrupted.get(future(), this::cancel);
        }
        return this;
    }

    /** Asks the kernel to cancel those reads that are not over. Any thread. */
    public void cancel() {
        loop.execute(() -> {
            for (int i = 0; i < count; i++) {
                reads[i].transfer.cancelHere();
            }
        });
    }

    // ---- results ----

    /** How many reads it has. */
    public int count() {
        return count;
    }

    /** How many of them failed. */
    public int failures() {
        checkNotInFlight();
        int failures = 0;
        for (int i = 0; i < count; i++) {
            failures += reads[i].error == null ? 0 : 1;
        }
        return failures;
    }

    /**
     * What came of a read: bytes read, 0 at the end of the file.
     *
     * @param number that {@link #add} returned
     * @throws IOException why it failed
     */
    public int bytes(int number) throws IOException {
        IOException failed = error(number);
        if (failed != null) {
            throw failed;
        }
        return reads[number].bytes;
    }

    /** Why a read failed; null when it did not. */
    public @Nullable IOException error(int number) {
        checkNotInFlight();
        return reads[Objects.checkIndex(number, count)].error;
    }

    @Override
    public String toString() {
        int left = remaining;
        return "batch of " + count + " reads" + (left == 0 ? "" : ", " + left + " in flight");
    }

    // ---- beginning and ending ----

    /** Takes the memory of all, or of none. */
    private void claim() {
        checkNotInFlight();
        loop.checkOpen();
        if (count == 0) {
            throw new IllegalStateException("the batch is empty: add() describes reads");
        }
        for (int i = 0; i < count; i++) {
            try {
                reads[i].transfer.claim();
            } catch (RuntimeException e) {
                while (--i >= 0) {
                    reads[i].transfer.unclaim();
                }
                clear();
                throw e;
            }
        }
        callback = null;
        future = null;
        remaining = count;
    }

    private void begin() {
        if (loop.isOwner()) {
            arrived();
        } else {
            loop.mailOrRefuse(this);
        }
    }

    @Override
    void arrived() {
        int all = count; // the last may be over before this is
        for (int i = 0; i < all; i++) {
            reads[i].transfer.beginHere();
        }
    }

    @Override
    void refused() {
        for (int i = 0; i < count; i++) {
            reads[i].transfer.refused();
        }
    }

    @Override
    void expired() {
        throw new IllegalStateException("each read has its own deadline");
    }

    private void oneIsOver() {
        int left = remaining - 1;
        remaining = left;
        if (left > 0) {
            return;
        }
        Callback<? super ReadBatch> toCall = callback;
        CompletableFuture<ReadBatch> toComplete = future;
        if (toCall != null) {
            loop.call(toCall, this, null);
        } else if (toComplete != null) {
            toComplete.complete(this);
        }
    }

    private void checkNotInFlight() {
        if (remaining > 0) {
            throw new IllegalStateException(this + ": wait until all are over");
        }
    }

    /** One of the reads: its transfer, used again and again, and its result. */
    private static final class Read implements TransferCallback {
        private final ReadBatch batch;
        private final Transfer transfer;
        private int bytes;
        private @Nullable IOException error;

        Read(ReadBatch batch) {
            this.batch = batch;
            this.transfer = new Transfer(batch.loop, false);
        }

        void reset() {
            transfer.calls(this);
            bytes = 0;
            error = null;
        }

        @Override
        public void done(int moved, @Nullable IOException failed) {
            bytes = moved;
            error = failed;
            batch.oneIsOver();
        }
    }
}

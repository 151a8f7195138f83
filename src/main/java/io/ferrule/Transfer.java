package io.ferrule;

import io.ferrule.driver.Operation;
import io.ferrule.driver.OperationKind;
import io.ferrule.driver.WithoutWaiting;
import io.ferrule.sys.IovecArray;
import io.ferrule.sys.MessageHeader;
import io.ferrule.sys.NativeMemory;
import io.ferrule.sys.SocketAddresses;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Bytes to be moved between memory and a file, socket or pipe. A callback gets their number without anything being allocated.
 *
 * @see Request
 */
public final class Transfer extends Request {
    private static final long NO_TICKET = -1;

    /** How many reads a virtual thread does itself before it lets others have its carrier, on average. */
    private static final int READS_IN_A_ROW = 64;

    /** It goes back to the loop's transfers when it is over: nobody refers to it then. */
    private boolean pooled;

    /** By which the loop finds it while it is under way with a callback. */
    private long ticket = NO_TICKET;

    private Buffer @Nullable [] buffers;
    private @Nullable Buffer buffer;
    private boolean fills;
    private @Nullable IovecArray pieces;

    private @Nullable MessageHeader header;

    /** Where a message goes or came from; null where that is not asked. */
    private @Nullable PeerAddress peer;

    /** Bytes to be moved. */
    private int asked;

    /** All of it, not only what can be had at once. */
    private boolean whole;

    /** The file whose own position it moves on, for nobody else to use meanwhile. */
    private @Nullable File positioned;

    /** A second step that makes what the first has written durable. */
    private @Nullable Step sync;

    private int moved;

    /** Bytes moved before the current step. */
    private int done;

    private int stepsInFlight;

    /** A zero-copy send that is done, but for the kernel still reading its memory. */
    private boolean lingering;

    /** A zero-copy send of which the kernel took a part: the rest is sent when it has let go of that. */
    private boolean partlySent;

    /** Who awaited it has its result. */
    private boolean taken;

    private @Nullable TransferCallback callback;
    private @Nullable CompletableFuture<Integer> future;

    Transfer(Loop loop, boolean pooled) {
        super(loop);
        this.pooled = pooled;
    }

    // ---- ways to wait ----

    /** Cancels it when it takes longer, and fails with a {@link java.net.SocketTimeoutException}. */
    public Transfer within(Duration limit) {
        timeout(limit);
        return this;
    }

    /**
     * Begins it; the callback is called when it is over. On the loop's thread only. Allocates nothing.
     *
     * @return a ticket for {@link Loop#cancel}; useless once the transfer is over
     * @throws WrongThreadException on another thread: there, use {@link #future} or {@link #await}, or do it in a {@link Loop#execute task}
     */
    public long start(TransferCallback whenDone) {
        Objects.requireNonNull(whenDone, "whenDone");
        loop.checkOwner();
        claim();
        callback = whenDone;
        long mine = loop.transfers().begun(this);
        ticket = mine;
        launch();
        return mine;
    }

    /** Begins it. The future's {@code cancel} asks the kernel to; it is cancelled when the kernel says so. */
    public CompletableFuture<Integer> future() {
        claim();
        pooled = false; // the caller may keep it
        Outcome<Integer> outcome = new Outcome<>(this::cancelFromAnywhere);
        future = outcome;
        launch();
        return outcome;
    }

    /**
     * Begins it and waits until it is over. An interrupt cancels it, and stays set.
     *
     * <p>A thread other than the loop's reads a file itself, where it finds all bytes in the page cache and the driver has nothing against it: up to
     * 128 KiB, at an offset, by {@code preadv2(2)} with {@code RWF_NOWAIT} (Linux 4.14). Then the loop is not woken.
     *
     * @return bytes moved; 0 at the end of a file or stream
     * @throws OperationCancelledException after an interrupt, unless it was done all the same
     */
    public int await() throws IOException {
        if (!loop.isOwner()) {
            pooled = false; // nor could this thread give it back
        }
        beginAndWait();
        int bytes = moved;
        IOException failed = outcome();
        if (failed != null) {
            pooled = false; // for the caller to ask how many bytes were moved
        }
        taken = true;
        recycle();
        if (failed != null) {
            throw failed;
        }
        return bytes;
    }

    /**
     * How many bytes had been moved when it failed, which may be half-way: what an exception of {@code await} or {@code future} leaves out. One that
     * succeeded says so by its result, and one with a callback tells that: these are used again for others, and this means nothing then.
     */
    public int moved() {
        return moved;
    }

    /** By which the loop finds it; while it is under way with a callback. */
    long ticket() {
        return ticket;
    }

    // ---- description ----

    /** Has a callback called when it is over, however it is begun. */
    void calls(TransferCallback whenDone) {
        callback = whenDone;
    }

    /** Described, and not wanted any more. */
    void forget() {
        buffer = null;
        buffers = null;
        positioned = null;
        makeIdle();
    }

    Transfer of(OperationKind kind, Handle on) {
        describe(kind, on);
        buffer = null;
        buffers = null;
        peer = null;
        whole = false;
        partlySent = false;
        taken = false;
        positioned = null;
        sync = null;
        asked = 0;
        moved = 0;
        stepsInFlight = 1;
        done = 0;
        callback = null;
        future = null;
        return this;
    }

    /** One buffer, or a part of it. */
    Transfer memory(Buffer memory, int offset, int length, boolean toBeFilled) {
        step.address = memory.address(offset, length);
        step.length = length;
        asked = length;
        step.registered = memory.registered(loop);
        buffer = memory;
        fills = toBeFilled;
        return this;
    }

    /** Several buffers, one after the other. */
    Transfer memory(Buffer[] all, boolean toBeFilled) {
        asked = totalSize(all);
        IovecArray array = pieces(all.length);
        for (int i = 0; i < all.length; i++) {
            array.set(i, all[i].memory());
        }
        step.address = array.segment().address();
        step.length = all.length;
        buffers = all.clone();
        fills = toBeFilled;
        return this;
    }

    private static int totalSize(Buffer[] all) {
        long total = 0;
        for (Buffer each : all) {
            total += each.size();
        }
        if (total > NativeMemory.MAX_TRANSFER) {
            throw new IllegalArgumentException("buffers of " + total + " bytes together: Linux moves at most "
                    + NativeMemory.MAX_TRANSFER + " in one call");
        }
        return (int) total;
    }

    /** Several buffers, one after the other, as a message. */
    Transfer message(Buffer[] all, boolean toBeFilled) {
        memory(all, toBeFilled);
        return message();
    }

    /** A part of a buffer as a message to or from somebody. */
    Transfer message(Buffer memory, int offset, int length, boolean toBeFilled, PeerAddress somebody) {
        memory(memory, offset, length, toBeFilled);
        pieces(1).set(0, memory.address(offset, length), length);
        step.length = 1;
        peer = somebody;
        return message();
    }

    private Transfer message() {
        header().pieces(pieces(1), 0, (int) step.length).address(MemorySegment.NULL, 0);
        step.address = header().segment().address();
        return this;
    }

    private MessageHeader header() {
        MessageHeader known = header;
        if (known == null) {
            known = MessageHeader.allocate(Arena.ofAuto());
            header = known;
        }
        return known;
    }

    /** Room for so many pieces. */
    private IovecArray pieces(int count) {
        IovecArray array = pieces;
        if (array == null || array.capacity() < count) {
            array = IovecArray.allocate(Arena.ofAuto(), count);
            pieces = array;
        }
        return array;
    }

    Transfer at(long offset) {
        step.offset = offset;
        return this;
    }

    /** At the file's own position. */
    Transfer atPositionOf(File file) {
        positioned = file;
        return at(File.HERE);
    }

    Transfer flags(int flags) {
        step.flags = flags;
        return this;
    }

    /** All bytes or a failure. */
    Transfer whole() {
        whole = true;
        return this;
    }

    /** When all is written, have it on the device. */
    Transfer thenSync() {
        Step second = new Step(this);
        second.reset(OperationKind.FDATASYNC, handle);
        sync = second;
        step.next = second;
        stepsInFlight = 2;
        return whole();
    }

    // ---- memory ----

    @Override
    void takeMemory() {
        File file = positioned;
        if (file != null) {
            file.takePosition(this);
        }
        try {
            pinBuffers();
        } catch (IllegalStateException e) {
            leavePosition();
            throw e;
        }
    }

    private void leavePosition() {
        File file = positioned;
        if (file != null) {
            file.leavePosition(this);
            positioned = null;
        }
    }

    private void pinBuffers() {
        Buffer one = buffer;
        if (one != null) {
            pin(one);
        }
        PeerAddress somebody = peer;
        if (somebody != null) {
            try {
                somebody.pin(fills);
                header().address(somebody.memory(), fills ? SocketAddresses.MAX_SIZE : somebody.length());
            } catch (IllegalStateException e) {
                unpin(one);
                throw e;
            }
        }
        Buffer[] several = buffers;
        if (several != null) {
            for (int i = 0; i < several.length; i++) {
                try {
                    pin(several[i]);
                } catch (IllegalStateException e) {
                    while (--i >= 0) {
                        several[i].unpin();
                    }
                    throw e;
                }
            }
        }
    }

    private void pin(Buffer each) {
        if (fills) {
            each.pinToFill();
        } else {
            each.pinToWriteOut();
        }
    }

    private static void unpin(@Nullable Buffer one) {
        if (one != null) {
            one.unpin();
        }
    }

    @Override
    void releaseMemory() {
        leavePosition();
        unpin(buffer);
        buffer = null;
        PeerAddress somebody = peer;
        if (somebody != null) {
            somebody.unpin();
            peer = null;
        }
        Buffer[] several = buffers;
        if (several != null) {
            for (Buffer each : several) {
                each.unpin();
            }
            buffers = null;
        }
    }

    // ---- without the loop ----

    @Override
    @SuppressWarnings("ThreadPriorityCheck") // it gives way for the sake of others, and relies on nothing
    boolean isDoneAtOnce() {
        Handle on = handle;
        if (on == null || !on.isRegular() || !loop.sharesReads() || !on.enter()) {
            return false;
        }
        int result;
        try {
            result = WithoutWaiting.read(step);
        } finally {
            on.leave();
        }
        if (result < 0) {
            return false;
        }
        moved = result;
        if (Thread.currentThread().isVirtual() && ThreadLocalRandom.current().nextInt(READS_IN_A_ROW) == 0) {
            Thread.yield(); // or it would never let go of its carrier, which may be the loop
        }
        return true;
    }

    // ---- completions ----

    @Override
    void completed(Step of, int result, int flags) {
        if ((flags & Operation.NOTIFICATION) != 0) {
            loop.counters().zeroCopy(result);
            zeroCopyOver();
            return;
        }
        if (of == step) {
            if (result < 0 && error == null) {
                error = failure(of.kind, result);
            } else if (result >= 0) {
                moved(result);
            }
            if ((flags & Operation.MORE) != 0) {
                partlySent = whole && error == null && moved < asked;
                if (!partlySent) {
                    zeroCopySent();
                } else {
                    withoutTheRestIfCancelled();
                }
                return;
            }
        } else if (result < 0 && error == null && !isRest(result)) {
            error = failure(of.kind, result);
        }
        if (--stepsInFlight == 0) {
            if (error == null && whole && goOn()) {
                return;
            }
            finish();
        }
    }

    private void moved(int bytes) {
        PeerAddress somebody = peer;
        if (somebody != null && fills) {
            somebody.received(header().addressLength());
        }
        moved += bytes;
        if (moved > asked) {
            moved = asked;
            error = new DatagramTruncatedException(toString(), bytes, asked);
        } else if (bytes == 0 && whole && moved < asked) {
            error = endBeforeTheRest();
        }
    }

    private EOFException endBeforeTheRest() {
        return new EOFException(this + ": the end came after " + moved + " bytes, before the rest");
    }

    /** The sync was held back because the write before it was short: both go on. */
    private boolean isRest(int result) {
        return result == CANCELLED && moved < asked;
    }

    private boolean goOn() {
        int part = moved - done;
        if (moved >= asked) {
            return false;
        }
        if (handle instanceof File file && !file.mayGoOnAfter(part)) {
            error = endBeforeTheRest();
            return false;
        }
        if (isCancelled()) {
            error = failure(step.kind, CANCELLED);
            return false;
        }
        done = moved;
        if (buffers == null) {
            step.address += part;
            step.length -= part;
        } else {
            skipMovedPieces(buffers);
        }
        if (step.offset >= 0) {
            step.offset += part;
        }
        stepsInFlight = sync == null ? 1 : 2;
        return isHandedOverAgain();
    }

    private void skipMovedPieces(Buffer[] all) {
        IovecArray array = Objects.requireNonNull(pieces);
        int first = 0;
        int within = moved;
        while (within >= all[first].size()) {
            within -= all[first++].size();
        }
        array.set(first, all[first].memory().asSlice(within));
        int left = all.length - first;
        if (step.kind == OperationKind.READV || step.kind == OperationKind.WRITEV) {
            step.address = array.address(first);
            step.length = left;
        } else {
            header().pieces(array, first, left);
        }
    }

    /** The kernel has taken the bytes, but reads them from our memory for a while. */
    private void zeroCopySent() {
        lingering = true;
        loop.deadlines().remove(this);
        Handle on = handle;
        if (on != null) {
            on.lingers(); // first, or a handle that is closing would not wait for it
            on.remove(this);
        }
        over();
    }

    /** Cancelled half-way. That the kernel still reads what it took, maybe for long, is nothing to wait for. */
    private void withoutTheRestIfCancelled() {
        if (!partlySent || !isCancelled()) {
            return; // the kernel has let go meanwhile, and this may be another's by now
        }
        partlySent = false;
        error = failure(step.kind, CANCELLED);
        zeroCopySent();
    }

    @Override
    void cancelStep() {
        if (partlySent) {
            loop.postUnlessClosed(this::withoutTheRestIfCancelled); // no request ends within the call that cancels it
        } else {
            super.cancelStep();
        }
    }

    private void zeroCopyOver() {
        if (partlySent) {
            partlySent = false;
            if (!goOn()) {
                finish();
            }
            return;
        }
        lingering = false;
        Handle on = handle;
        releaseMemory();
        loop.ended(this);
        if (on != null) {
            on.lingersNoMore();
        }
        if (callback != null || taken) {
            recycle();
        }
    }

    @Override
    void tell() {
        TransferCallback toCall = callback;
        CompletableFuture<Integer> toComplete = future;
        int bytes = moved;
        IOException failed = outcome();
        if (ticket != NO_TICKET) {
            loop.transfers().over(ticket);
            ticket = NO_TICKET;
        }
        if (toCall != null) {
            recycle(); // first, so that what the callback begins may use it
            loop.call(toCall, bytes, failed);
        } else if (toComplete != null) {
            if (failed == null) {
                toComplete.complete(bytes);
            } else {
                toComplete.completeExceptionally(failed);
            }
        }
    }

    /** Why it failed, or null. */
    private @Nullable IOException outcome() {
        if (error instanceof InterruptedIOException incomplete) {
            incomplete.bytesTransferred = moved; // as the JDK's own type for a time limit has it
        }
        return error;
    }

    /** For another transfer, unless somebody may still refer to it. */
    private void recycle() {
        if (pooled && !lingering) {
            makeIdle();
            callback = null;
            loop.transfers().giveBack(this);
        }
    }
}

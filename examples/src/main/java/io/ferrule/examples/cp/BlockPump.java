package io.ferrule.examples.cp;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.uring.CompletionQueue;
import io.ferrule.uring.Feature;
import io.ferrule.uring.IoUring;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Moves the blocks of a file through a ring, many at a time: each is read, then written where there is something to write to, then, in the file's
 * order, digested where there is a digest.
 *
 * <p>Blocks are numbered as they start; block n has slot n modulo depth, with its own part of the buffer, until it and all before it are done. A
 * slot is never reused earlier, so the kernel has finished with its memory by then. Nothing is allocated per block.
 *
 * <p>After an exception, requests are in flight and use the buffers: the ring must be closed before they are freed.
 */
final class BlockPump {
    /** How long a cancellation may go unnoticed while nothing completes. */
    private static final long TICK_NANOS = 50_000_000L;

    private static final byte READING = 0;
    private static final byte WRITING = 1;
    private static final byte DONE = 2;

    private final IoUring ring;
    private final CompletionQueue cq;
    private final MemorySegment buffers;
    private final int blockSize;
    private final int depth;
    private final BooleanSupplier cancelled;
    private final boolean timedWaits;

    private final byte[] state;
    private final long[] offset;
    private final int[] length;

    /** Bytes of the block that its present operation has moved. */
    private final int[] moved;

    /**
     * @param buffers {@code depth} blocks, aligned as {@link DualFile#ALIGNMENT} says
     * @param cancelled asked again and again; once true, the pump stops with {@link CopyCancelledException}
     */
    BlockPump(IoUring ring, MemorySegment buffers, int blockSize, int depth, BooleanSupplier cancelled) {
        this.ring = ring;
        this.cq = ring.cq();
        this.buffers = buffers;
        this.blockSize = blockSize;
        this.depth = depth;
        this.cancelled = cancelled;
        this.timedWaits = ring.features().contains(Feature.IORING_FEAT_EXT_ARG);
        this.state = new byte[depth];
        this.offset = new long[depth];
        this.length = new int[depth];
        this.moved = new int[depth];
    }

    /**
     * Moves all blocks.
     *
     * @param to where to write them, at the same offsets, or null
     * @return how many bytes that was
     */
    long run(Extents blocks, DualFile from, @Nullable DualFile to, @Nullable StreamDigest digest, Progress progress)
            throws IOException {
        long started = 0;
        long digested = 0;
        long finished = 0;
        long bytes = 0;
        for (; ; ) {
            while (started - finished < depth && blocks.next()) {
                int slot = (int) (started++ % depth);
                offset[slot] = blocks.offset();
                length[slot] = blocks.length();
                read(slot, from);
            }
            if (started == finished) {
                return bytes;
            }
            await();
            // Those that are there: fetching more now would keep what these begin waiting.
            for (int there = cq.ready(); there > 0 && cq.next(); there--) {
                completed((int) cq.userData(), cq.res(), from, to);
            }
            if (digest != null) {
                ring.submit(); // writes go on while we digest
                for (; digested < started && state[(int) (digested % depth)] != READING; digested++) {
                    int slot = (int) (digested % depth);
                    digest.update(offset[slot], buffers, (long) slot * blockSize, length[slot]);
                }
            }
            long end = digest == null ? started : digested;
            for (; finished < end && state[(int) (finished % depth)] == DONE; finished++) {
                int slot = (int) (finished % depth);
                bytes += length[slot];
                progress.reached(offset[slot] + length[slot]);
            }
        }
    }

    /** Brings what was written to the device. */
    void sync(DualFile file) throws IOException {
        ring.sq().next().fsync(file.plain(), 0);
        int result = awaitOnly();
        if (result < 0) {
            throw new ErrnoException(result, "fsync", file.toString(), null);
        }
    }

    /** Asks the kernel to drop what it caches of a file, so that reading it asks the device. A hint: it may do so or not. */
    void dropCache(DualFile file) throws IOException {
        ring.sq().next().fadvise(file.plain(), 0, 0, LibC.POSIX_FADV_DONTNEED());
        awaitOnly();
    }

    /** The result of the one request in flight. */
    private int awaitOnly() throws IOException {
        do {
            await();
        } while (!cq.next());
        return cq.res();
    }

    private void await() throws IOException {
        if (cancelled.getAsBoolean()) {
            throw new CopyCancelledException();
        }
        if (timedWaits) {
            ring.submitAndWait(1, TICK_NANOS);
        } else {
            ring.submitAndWait(1);
        }
    }

    private void completed(int slot, int result, DualFile from, @Nullable DualFile to) throws IOException {
        boolean reading = state[slot] == READING;
        if (result > 0) {
            moved[slot] += result;
        } else if (result != -Errno.EINTR.number() && result != -Errno.EAGAIN.number()) {
            throw failure(slot, result, reading || to == null ? from : to);
        }
        if (moved[slot] < length[slot]) {
            submitRest(slot, from, to);
        } else if (reading && to != null) {
            state[slot] = WRITING;
            moved[slot] = 0;
            submitRest(slot, from, to);
        } else {
            state[slot] = DONE;
        }
    }

    private void read(int slot, DualFile from) {
        state[slot] = READING;
        moved[slot] = 0;
        submitRest(slot, from, null);
    }

    /** Asks for what the slot's operation has not moved yet: all of it at first, and the rest after a short read or write. */
    private void submitRest(int slot, DualFile from, @Nullable DualFile to) {
        int done = moved[slot];
        int left = length[slot] - done;
        long position = offset[slot] + done;
        long memory = (long) slot * blockSize + done;
        if (state[slot] == READING || to == null) {
            ring.sq()
                    .next()
                    .read(from.through(position, left), buffers, memory, left, position)
                    .userData(slot);
        } else {
            ring.sq()
                    .next()
                    .write(to.through(position, left), buffers, memory, left, position)
                    .userData(slot);
        }
    }

    private IOException failure(int slot, int result, DualFile file) {
        boolean reading = state[slot] == READING;
        long position = offset[slot] + moved[slot];
        if (result == 0) {
            return new IOException(
                    reading
                            ? file + " ended at byte " + position + ": it became shorter while it was read"
                            : file + " takes no more bytes at " + position + ", and the kernel does not say why");
        }
        boolean refused = result == -Errno.EINVAL.number() && file.isDirect();
        return new ErrnoException(
                result,
                reading ? "read" : "write",
                file.toString(),
                refused ? "Its filesystem or device refuses O_DIRECT here: leave --direct out" : null);
    }
}

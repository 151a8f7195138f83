package io.ferrule.channel;

import io.ferrule.Buffer;
import io.ferrule.Transfer;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes between byte buffers of the caller's and files, sockets and pipes: a direct one as it is, others through a buffer of its own. Any thread.
 */
final class Copies {
    private static final int SIZE = 64 << 10;
    private static final int END = -1;

    /** Describes a transfer of the first bytes of a buffer. */
    @FunctionalInterface
    interface Description {
        Transfer of(Buffer buffer, int length) throws IOException;
    }

    /** The buffer that nobody uses; where there is none, another is made. */
    private final AtomicReference<@Nullable Buffer> spare = new AtomicReference<>();

    /** Reads into what remains of a byte buffer, once. Returns how many bytes, or -1 at the end. */
    int read(ByteBuffer into, Description how) throws IOException {
        requireWritable(into);
        int room = into.remaining();
        if (room == 0) {
            return 0;
        }
        if (isShareable(into)) {
            int count = how.of(shared(into), room).await();
            into.position(into.position() + count);
            return countOrEnd(count);
        }
        Buffer own = take();
        int count = how.of(own, Math.min(room, SIZE)).await();
        copyOut(own, count, into);
        return countOrEnd(count);
    }

    /** Writes some of what remains of a byte buffer, in one transfer. Returns how many bytes. */
    int write(ByteBuffer from, Description how) throws IOException {
        int count = from.remaining();
        if (count == 0) {
            return 0;
        }
        int moved;
        if (isShareable(from)) {
            moved = how.of(shared(from), count).await();
        } else {
            Buffer own = take();
            moved = how.of(own, copyIn(from, own)).await();
            giveBack(own);
        }
        from.position(from.position() + moved);
        return moved;
    }

    /** As {@link #read}, without waiting. The byte buffer's position moves before the future completes. */
    CompletableFuture<Integer> readLater(ByteBuffer into, Description how) throws IOException {
        requireWritable(into);
        int room = into.remaining();
        if (room == 0) {
            return CompletableFuture.completedFuture(0);
        }
        if (isShareable(into)) {
            return how.of(shared(into), room).future().thenApply(count -> {
                into.position(into.position() + count);
                return countOrEnd(count);
            });
        }
        Buffer own = take();
        return how.of(own, Math.min(room, SIZE)).future().thenApply(count -> {
            copyOut(own, count, into);
            return countOrEnd(count);
        });
    }

    /** As {@link #write}, without waiting. The byte buffer's position moves before the future completes. */
    CompletableFuture<Integer> writeLater(ByteBuffer from, Description how) throws IOException {
        int count = from.remaining();
        if (count == 0) {
            return CompletableFuture.completedFuture(0);
        }
        boolean shareable = isShareable(from);
        Buffer buffer = shareable ? shared(from) : take();
        int length = shareable ? count : copyIn(from, buffer);
        return how.of(buffer, length).future().thenApply(moved -> {
            from.position(from.position() + moved);
            if (!shareable) {
                giveBack(buffer);
            }
            return moved;
        });
    }

    /** Whether a read filled the buffer of its own, so that there may be more at once. */
    static boolean isPiece(int count) {
        return count == SIZE;
    }

    private static void requireWritable(ByteBuffer into) {
        if (into.isReadOnly()) {
            throw new IllegalArgumentException("a read-only byte buffer cannot be read into");
        }
    }

    /** Not one of an arena that could be closed meanwhile. */
    private static boolean isShareable(ByteBuffer buffer) {
        return Buffer.canBeWrapped(MemorySegment.ofBuffer(buffer));
    }

    /** The memory of a byte buffer, which stays reachable through it. */
    private static Buffer shared(ByteBuffer buffer) {
        return Buffer.wrap(MemorySegment.ofBuffer(buffer));
    }

    /** Copies what fits of what remains, whose position stays. Returns how many bytes. */
    private static int copyIn(ByteBuffer from, Buffer own) {
        int length = Math.min(from.remaining(), SIZE);
        own.segment().asByteBuffer().put(from.slice(from.position(), length));
        return length;
    }

    private void copyOut(Buffer own, int count, ByteBuffer into) {
        into.put(own.segment().asByteBuffer().limit(count));
        giveBack(own);
    }

    private static int countOrEnd(int count) {
        return count == 0 ? END : count;
    }

    private Buffer take() {
        Buffer known = spare.getAndSet(null);
        return known == null ? Buffer.allocate(SIZE) : known;
    }

    /** One that is not given back after a failure is collected as garbage. */
    private void giveBack(Buffer own) {
        spare.set(own);
    }
}

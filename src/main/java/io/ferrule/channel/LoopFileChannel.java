package io.ferrule.channel;

import io.ferrule.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;

/** A file as a channel. */
final class LoopFileChannel extends FileChannel {
    private static final int PIECE = 64 << 10;

    private final File file;
    private final Copies copies = new Copies();

    /** Of the position. Held while bytes are moved at it. */
    private final ReentrantLock lock = new ReentrantLock();

    private long position;

    LoopFileChannel(File file) {
        this.file = file;
    }

    /** Something done at the position. */
    @FunctionalInterface
    private interface AtPosition {
        /** Returns how many bytes it moved, or -1. */
        long move(long position) throws IOException;
    }

    private long move(AtPosition work) throws IOException {
        checkOpen();
        lock.lock();
        try {
            long moved = work.move(position);
            position += Math.max(0, moved);
            return moved;
        } finally {
            lock.unlock();
        }
    }

    // ---- at the position ----

    @Override
    public int read(ByteBuffer into) throws IOException {
        return (int) move(at -> read(into, at));
    }

    @Override
    public long read(ByteBuffer[] all, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, all.length);
        return move(at -> {
            long total = 0;
            for (int i = offset; i < offset + length; i++) {
                int room = all[i].remaining();
                int count = read(all[i], at + total);
                if (count < room) {
                    return count < 0 && total == 0 ? -1 : total + Math.max(0, count);
                }
                total += count;
            }
            return total;
        });
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return (int) move(at -> write(from, at));
    }

    @Override
    public long write(ByteBuffer[] all, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, all.length);
        return move(at -> {
            long total = 0;
            for (int i = offset; i < offset + length; i++) {
                total += write(all[i], at + total);
            }
            return total;
        });
    }

    @Override
    public long position() throws IOException {
        checkOpen();
        lock.lock();
        try {
            return position;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public FileChannel position(long to) throws IOException {
        checkOpen();
        requireNotNegative(to, "a position");
        lock.lock();
        try {
            position = to;
        } finally {
            lock.unlock();
        }
        return this;
    }

    // ---- anywhere ----

    @Override
    public int read(ByteBuffer into, long at) throws IOException {
        checkOpen();
        requireNotNegative(at, "a position");
        int total = 0;
        int count;
        do {
            long here = at + total;
            count = copies.read(into, (buffer, length) -> file.read(buffer, 0, length, here));
            total += Math.max(0, count);
        } while (into.hasRemaining() && Copies.isPiece(count)); // the caller may hold for the end what is short
        return total == 0 ? count : total;
    }

    @Override
    public int write(ByteBuffer from, long at) throws IOException {
        requireNotNegative(at, "a position");
        int total = 0;
        while (from.hasRemaining()) {
            checkOpen();
            long here = at + total;
            total += copies.write(from, (buffer, length) -> file.writeFully(buffer, 0, length, here));
        }
        return total;
    }

    @Override
    public long transferTo(long at, long count, WritableByteChannel target) throws IOException {
        requireNotNegative(at, "a position");
        requireNotNegative(count, "a count");
        ByteBuffer piece = ByteBuffer.allocateDirect((int) Math.min(count, PIECE));
        long total = 0;
        while (total < count) {
            piece.clear().limit((int) Math.min(count - total, piece.capacity()));
            if (read(piece, at + total) < 0) {
                break;
            }
            piece.flip();
            int wanted = piece.remaining();
            int written = target.write(piece);
            total += written;
            if (written < wanted) {
                break; // a target that does not wait
            }
        }
        return total;
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long at, long count) throws IOException {
        requireNotNegative(at, "a position");
        requireNotNegative(count, "a count");
        if (at > size()) {
            return 0; // as FileChannel has it
        }
        ByteBuffer piece = ByteBuffer.allocateDirect((int) Math.min(count, PIECE));
        long total = 0;
        while (total < count) {
            piece.clear().limit((int) Math.min(count - total, piece.capacity()));
            if (source.read(piece) <= 0) {
                break;
            }
            total += write(piece.flip(), at + total);
        }
        return total;
    }

    // ---- the file itself ----

    @Override
    public long size() throws IOException {
        checkOpen();
        return file.status().await().size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        requireNotNegative(size, "a size");
        lock.lock();
        try {
            if (size < size()) {
                file.truncate(size).await();
            }
            position = Math.min(position, size);
        } finally {
            lock.unlock();
        }
        return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        checkOpen();
        (metaData ? file.sync() : file.syncData()).await();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long at, long size) {
        throw new UnsupportedOperationException("a loop's file is not mapped: open it with FileChannel.open for that");
    }

    @Override
    public FileLock lock(long at, long size, boolean shared) {
        throw noLocks();
    }

    @Override
    public FileLock tryLock(long at, long size, boolean shared) {
        throw noLocks();
    }

    static UnsupportedOperationException noLocks() {
        return new UnsupportedOperationException(
                "a loop's file has no locks: open it with FileChannel.open for that, and keep that open");
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
    }

    @Override
    public String toString() {
        return "channel of " + file;
    }

    private void checkOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        Ends.checkOpen(file);
    }

    static void requireNotNegative(long value, String what) {
        if (value < 0) {
            throw new IllegalArgumentException(what + " is 0 or more, not " + value);
        }
    }
}

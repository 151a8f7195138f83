package io.ferrule.driver;

import io.ferrule.sys.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** What system calls do to the contents of an open file, done by the JDK. Blocks. Any thread may use it. */
final class NioFile implements Channel {
    private final FileChannel channel;

    /**
     * Held alone by who sets the length, which the JDK needs several steps for, and shared by who writes or moves the file's own position: what those do
     * between the steps would be undone.
     */
    private final ReadWriteLock steps = new ReentrantReadWriteLock();

    NioFile(FileChannel channel) {
        this.channel = channel;
    }

    /** @param offset negative for the file's own position */
    int read(ByteBuffer into, long offset) throws IOException {
        return offset < 0 ? readHere(into) : Math.max(0, channel.read(into, offset));
    }

    /** @param offset negative for the file's own position */
    int write(ByteBuffer from, long offset) throws IOException {
        steps.readLock().lock();
        try {
            return offset < 0 ? channel.write(from) : channel.write(from, offset);
        } finally {
            steps.readLock().unlock();
        }
    }

    /** @param offset negative for the file's own position */
    int read(ByteBuffer[] into, long offset) throws IOException {
        if (offset < 0) {
            return readHere(into);
        }
        int total = 0;
        for (ByteBuffer each : into) {
            total += read(each, offset + total);
            if (each.hasRemaining()) {
                break;
            }
        }
        return total;
    }

    private int readHere(ByteBuffer... into) throws IOException {
        steps.readLock().lock();
        try {
            return (int) Math.max(0, channel.read(into));
        } finally {
            steps.readLock().unlock();
        }
    }

    /** @param offset negative for the file's own position */
    int write(ByteBuffer[] from, long offset) throws IOException {
        steps.readLock().lock();
        try {
            if (offset < 0) {
                return (int) channel.write(from);
            }
            int total = 0;
            for (ByteBuffer each : from) {
                total += channel.write(each, offset + total);
                if (each.hasRemaining()) {
                    break;
                }
            }
            return total;
        } finally {
            steps.readLock().unlock();
        }
    }

    int truncate(long length) throws IOException {
        channel.position(); // fails where there is none: a named pipe, which somebody may be reading for ever
        steps.writeLock().lock();
        try {
            if (length > channel.size()) {
                channel.write(ByteBuffer.allocate(1), length - 1); // the JDK does not make files longer otherwise
            } else {
                long position = channel.position();
                channel.truncate(length);
                channel.position(position); // which the JDK takes back to the new end
            }
            return 0;
        } catch (NonWritableChannelException e) {
            return -Errno.EINVAL.number(); // as ftruncate, unlike write
        } finally {
            steps.writeLock().unlock();
        }
    }

    int sync(boolean metadata) throws IOException {
        channel.force(metadata);
        return 0;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

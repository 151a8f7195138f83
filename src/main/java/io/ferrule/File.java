package io.ferrule;

import io.ferrule.driver.OperationKind;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An open file. Offsets are in bytes from its start; an offset of -1 ({@link #HERE}) is the file's own position, which then moves on.
 *
 * <p>{@code read} and {@code write} move what can be moved at once, which may be fewer bytes than asked; {@code readFully} and {@code writeFully}
 * move all, or fail.
 */
public final class File extends Handle {
    /** The file's own position, which moves on: for reading and writing it as a stream. */
    public static final long HERE = -1;

    private final Path path;

    File(Loop loop, int number, Path path) {
        super(loop, number, true);
        this.path = path;
    }

    /** The path it was opened with. */
    public Path path() {
        return path;
    }

    /** Reads into a buffer. Result: bytes read, 0 at the end of the file. Mirrors {@code pread(2)}. */
    public Transfer read(Buffer buffer, long offset) {
        return read(buffer, 0, buffer.size(), offset);
    }

    /**
     * Reads into a part of a buffer. Result: bytes read, 0 at the end of the file. Mirrors {@code pread(2)}.
     *
     * @param from first byte of the part
     * @param length of the part, in bytes
     * @param offset in the file
     */
    public Transfer read(Buffer buffer, int from, int length, long offset) {
        return transfer(OperationKind.READ, offset).memory(buffer, from, length, true);
    }

    /**
     * Fills a part of a buffer. Result: {@code length}.
     *
     * @see #read(Buffer, int, int, long)
     */
    public Transfer readFully(Buffer buffer, int from, int length, long offset) {
        return read(buffer, from, length, offset).whole();
    }

    /** Reads into several buffers, one after the other. Result: bytes read, 0 at the end of the file. Mirrors {@code preadv(2)}. */
    public Transfer read(Buffer[] buffers, long offset) {
        return transfer(OperationKind.READV, offset).memory(buffers, true);
    }

    /**
     * Writes a part of a buffer. Result: bytes written. Mirrors {@code pwrite(2)}.
     *
     * @param from first byte of the part
     * @param length of the part, in bytes
     * @param offset in the file
     */
    public Transfer write(Buffer buffer, int from, int length, long offset) {
        return transfer(OperationKind.WRITE, offset).memory(buffer, from, length, false);
    }

    /**
     * Writes all of a part of a buffer. Result: {@code length}.
     *
     * @see #write(Buffer, int, int, long)
     */
    public Transfer writeFully(Buffer buffer, int from, int length, long offset) {
        return write(buffer, from, length, offset).whole();
    }

    /**
     * Writes all of a part of a buffer, and then brings the file's data to the device: what has been written is durable when this is over. One linked
     * request where the driver has such. Mirrors {@code pwrite(2)} and {@code fdatasync(2)}. Result: {@code length}.
     */
    public Transfer writeDurably(Buffer buffer, int from, int length, long offset) {
        return write(buffer, from, length, offset).thenSync();
    }

    /** Writes several buffers, one after the other. Result: bytes written. Mirrors {@code pwritev(2)}. */
    public Transfer write(Buffer[] buffers, long offset) {
        return transfer(OperationKind.WRITEV, offset).memory(buffers, false);
    }

    /** Brings data and metadata to the device: of writes that are over. Mirrors {@code fsync(2)}. */
    public Task<@Nullable Void> sync() {
        return task(OperationKind.FSYNC);
    }

    /** Brings data to the device, and what is needed to read it again: of writes that are over. Mirrors {@code fdatasync(2)}. */
    public Task<@Nullable Void> syncData() {
        return task(OperationKind.FDATASYNC);
    }

    /**
     * Reserves space. Mirrors {@code fallocate(2)}.
     *
     * @param mode 0, or {@code FALLOC_FL_...} of {@link io.ferrule.bindings.libc.LibC}
     */
    public Task<@Nullable Void> allocate(int mode, long offset, long length) {
        Task<@Nullable Void> task = task(OperationKind.ALLOCATE);
        task.step.flags = mode;
        task.step.offset = offset;
        task.step.length = length;
        return task;
    }

    /** Makes it this long. Mirrors {@code ftruncate(2)}. */
    public Task<@Nullable Void> truncate(long length) {
        Task<@Nullable Void> task = task(OperationKind.TRUNCATE);
        task.step.length = length;
        return task;
    }

    @Override
    public String toString() {
        return path.toString();
    }

    private Transfer transfer(OperationKind kind, long offset) {
        checkOpen();
        if (offset < HERE) {
            throw new IllegalArgumentException("an offset is 0 or more, or HERE (-1), not " + offset);
        }
        return loop.transfers().take().of(kind, this).at(offset);
    }

    private Task<@Nullable Void> task(OperationKind kind) {
        checkOpen();
        return new Task<>(loop, kind, this, null);
    }
}

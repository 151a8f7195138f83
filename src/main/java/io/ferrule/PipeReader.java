package io.ferrule;

import io.ferrule.driver.OperationKind;

/** The end of a pipe that one reads from. */
public final class PipeReader extends Handle implements Source {
    PipeReader(Loop loop, int number) {
        super(loop, number);
    }

    /** Reads what is there, up to the buffer's size, after waiting for it. Result: bytes read, 0 at the end. Mirrors {@code read(2)}. */
    public Transfer read(Buffer buffer) {
        return read(buffer, 0, buffer.size());
    }

    /**
     * Reads what is there into a part of a buffer, after waiting for it. Result: bytes read, 0 at the end. Mirrors {@code read(2)}.
     *
     * @param from first byte of the part
     * @param length of the part, in bytes
     */
    public Transfer read(Buffer buffer, int from, int length) {
        checkOpen();
        return transfer(OperationKind.READ).memory(buffer, from, length, true);
    }

    /**
     * Fills a part of a buffer, waiting as often as it takes. Result: {@code length}.
     *
     * @see #read(Buffer, int, int)
     */
    public Transfer readFully(Buffer buffer, int from, int length) {
        return read(buffer, from, length).whole();
    }

    /** Reads what is there into several buffers, one after the other. Result: bytes read, 0 at the end. Mirrors {@code readv(2)}. */
    public Transfer read(Buffer[] buffers) {
        checkOpen();
        return transfer(OperationKind.READV).memory(buffers, true);
    }

    /**
     * Copies what is there into another pipe, and leaves it here too; after waiting for it and for room. Result: bytes copied, 0 at the end. Mirrors
     * {@code tee(2)}.
     *
     * @param length at most, in bytes
     */
    public Task<Integer> tee(PipeWriter to, int length) {
        checkOpen();
        to.checkOpen();
        if (length < 1) {
            throw new IllegalArgumentException("tee copies 1 byte or more, not " + length);
        }
        loop.checkOwns(to);
        Task<Integer> task = new Task<>(loop, OperationKind.TEE, this, this + " -> " + to) {
            @Override
            Integer value(int result) {
                return result;
            }
        };
        task.alsoOn(to);
        task.step.fd2 = to.number();
        task.step.length = length;
        return task;
    }

    @Override
    public String toString() {
        return "pipe (reading end, fd " + number() + ")";
    }

    private Transfer transfer(OperationKind kind) {
        return loop.transfers().take().of(kind, this).at(File.HERE);
    }
}

package io.ferrule;

import io.ferrule.driver.OperationKind;

/** The end of a pipe that one writes to. Writing fails with EPIPE once the reader is closed. */
public final class PipeWriter extends Handle implements Sink {
    PipeWriter(Loop loop, int number) {
        super(loop, number);
    }

    /**
     * Writes what there is room for of a part of a buffer, after waiting for some. Result: bytes written. Mirrors {@code write(2)}.
     *
     * @param from first byte of the part
     * @param length of the part, in bytes
     */
    public Transfer write(Buffer buffer, int from, int length) {
        checkOpen();
        return transfer(OperationKind.WRITE).memory(buffer, from, length, false);
    }

    /**
     * Writes all of a part of a buffer, waiting for room as often as it takes. Result: {@code length}.
     *
     * @see #write(Buffer, int, int)
     */
    public Transfer writeFully(Buffer buffer, int from, int length) {
        return write(buffer, from, length).whole();
    }

    /** Writes what there is room for of several buffers, one after the other. Result: bytes written. Mirrors {@code writev(2)}. */
    public Transfer write(Buffer[] buffers) {
        checkOpen();
        return transfer(OperationKind.WRITEV).memory(buffers, false);
    }

    /** Writes all of several buffers, one after the other. Result: their size together. Mirrors {@code writev(2)}. */
    public Transfer writeFully(Buffer[] buffers) {
        return write(buffers).whole();
    }

    @Override
    public String toString() {
        return "pipe (writing end, fd " + number() + ")";
    }

    private Transfer transfer(OperationKind kind) {
        return loop.transfers().take().of(kind, this).at(File.HERE);
    }
}

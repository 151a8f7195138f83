package io.ferrule;

import java.io.IOException;

/** A datagram was longer than its buffer, and the rest of it is lost. What fits is in the buffer. */
public final class DatagramTruncatedException extends IOException {
    private static final long serialVersionUID = 1;

    private final int length;

    DatagramTruncatedException(String about, int length, int room) {
        super(about + ": a datagram of " + length + " bytes came, and there was room for " + room
                + "; the rest is lost. Take a larger buffer: 65,535 bytes are always enough for UDP");
        this.length = length;
    }

    /** How long the datagram was, in bytes. */
    public int length() {
        return length;
    }
}

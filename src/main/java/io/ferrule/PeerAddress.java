package io.ferrule;

import io.ferrule.sys.SocketAddresses;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * An address as the kernel has it, to be used again and again without anything being allocated: a datagram's sender is written into it, and an answer
 * goes to it. Any thread may use it, one at a time.
 */
public final class PeerAddress {
    private final Buffer memory = Buffer.allocate(SocketAddresses.MAX_SIZE);
    private int length;

    /** Of nobody yet. */
    public PeerAddress() {}

    /**
     * Of somebody.
     *
     * @see #set
     */
    public PeerAddress(SocketAddress address) {
        set(address);
    }

    /**
     * Makes it somebody's.
     *
     * @throws IllegalArgumentException when the address is unresolved, or its path too long
     * @throws IllegalStateException while a request is in flight with it
     */
    public void set(SocketAddress address) {
        length = SocketAddresses.encode(address, memory.segment());
    }

    /**
     * The address as Java has it: a new object.
     *
     * @return null when it is nobody's: nothing was received yet, or the sender is a Unix socket without an address
     * @throws IllegalStateException while a request is in flight with it
     */
    public @Nullable SocketAddress get() {
        return SocketAddresses.decode(memory.segment(), length);
    }

    /** Whether it is the same address, byte by byte. */
    public boolean isSameAs(PeerAddress other) {
        return length == other.length
                && MemorySegment.mismatch(memory.segment(), 0, length, other.memory.segment(), 0, other.length) < 0;
    }

    // ---- for requests ----

    void pin(boolean toBeFilled) {
        if (toBeFilled) {
            memory.pinToFill();
            return;
        }
        if (length == 0) {
            throw new IllegalStateException("nobody's address: set it, or receive into it, first");
        }
        memory.pinToWriteOut();
    }

    void unpin() {
        memory.unpin();
    }

    void received(int bytes) {
        length = Math.min(bytes, SocketAddresses.MAX_SIZE);
    }

    MemorySegment memory() {
        return memory.memory();
    }

    int length() {
        return length;
    }

    @Override
    public String toString() {
        return memory.isInFlight() ? "an address in flight" : String.valueOf(get());
    }
}

package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.SocketAddresses;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams: a UDP or Unix socket. Each {@code send} is one datagram, and each {@code receive} takes one.
 *
 * <p>A datagram that is longer than the buffer it is received into fails with {@link DatagramTruncatedException}; what fits is in the buffer.
 */
public final class Datagrams extends SocketHandle {
    private boolean bound;

    Datagrams(Loop loop, int number, int family, String description, boolean bound) {
        super(loop, number, family, description);
        this.bound = bound;
    }

    /** Receives a datagram. Result: its length in bytes, which may be 0. Mirrors {@code recv(2)}. */
    public Transfer receive(Buffer buffer) {
        return transfer(OperationKind.RECEIVE)
                .memory(buffer, 0, buffer.size(), true)
                .flags(LibC.MSG_TRUNC());
    }

    /**
     * Receives a datagram, and who sent it. Result: its length in bytes, which may be 0. Mirrors {@code recvmsg(2)}.
     *
     * @param sender is written to
     */
    public Transfer receive(Buffer buffer, PeerAddress sender) {
        return transfer(OperationKind.RECEIVE_MESSAGE)
                .message(buffer, 0, buffer.size(), true, sender)
                .flags(LibC.MSG_TRUNC());
    }

    /**
     * Sends a part of a buffer to the peer that this is connected to. Result: {@code length}. Mirrors {@code send(2)}.
     *
     * @param from first byte of the part
     * @param length of the part, in bytes
     */
    public Transfer send(Buffer buffer, int from, int length) {
        return transfer(OperationKind.SEND).memory(buffer, from, length, false).flags(LibC.MSG_NOSIGNAL());
    }

    /**
     * Sends a part of a buffer to somebody. Result: {@code length}. Mirrors {@code sendmsg(2)}.
     *
     * @see #send(Buffer, int, int)
     */
    public Transfer send(Buffer buffer, int from, int length, PeerAddress to) {
        return transfer(OperationKind.SEND_MESSAGE)
                .message(buffer, from, length, false, to)
                .flags(LibC.MSG_NOSIGNAL());
    }

    /**
     * Has it send to and receive from one peer alone. Never waits, and reaches nobody: whether there is somebody shows later, as
     * {@link java.net.PortUnreachableException}. Mirrors {@code connect(2)}.
     */
    public Task<@Nullable Void> connect(SocketAddress peer) {
        checkOpen();
        MemorySegment memory = SocketAddresses.allocate(Arena.ofAuto(), peer);
        Task<@Nullable Void> task = new Task<>(loop, OperationKind.CONNECT, this, peer.toString());
        task.keeps(memory);
        task.step.address = memory.address();
        task.step.length = memory.byteSize();
        return task;
    }

    /**
     * The address it is connected to; null when it is not. Mirrors {@code getpeername(2)}.
     */
    public @Nullable SocketAddress remoteAddress() throws IOException {
        return Errand.run(loop, () -> {
            checkOpen();
            return loop.sockets().remoteAddress(number(), toString());
        });
    }

    @Override
    boolean isBoundForGood() {
        return bound;
    }

    private Transfer transfer(OperationKind kind) {
        checkOpen();
        return loop.transfers().take().of(kind, this);
    }
}

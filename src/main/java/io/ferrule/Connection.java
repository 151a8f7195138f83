package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.Fd;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A stream of bytes in both directions: a TCP or Unix socket that is connected.
 *
 * <p>{@code receive} and {@code send} move what can be moved at once, which may be fewer bytes than asked; {@code receiveFully} and {@code sendFully} move all,
 * or fail. Bytes go in the order in which requests are begun as long as each is over before the next is begun; of several sends in flight at once,
 * those that the kernel takes in pieces may mix.
 */
public final class Connection extends SocketHandle implements Source, Sink {
    private @Nullable SocketAddress remote;

    Connection(Loop loop, int number, int family, String description, @Nullable SocketAddress remote) {
        super(loop, number, family, description);
        this.remote = remote;
    }

    // ---- receiving ----

    /** Receives into a buffer. Result: bytes received, 0 at the end of the stream. Mirrors {@code recv(2)}. */
    public Transfer receive(Buffer buffer) {
        return receive(buffer, 0, buffer.size());
    }

    /**
     * Receives into a part of a buffer. Result: bytes received, 0 at the end of the stream. Mirrors {@code recv(2)}.
     *
     * @param from first byte of the part
     * @param length of the part, in bytes
     */
    public Transfer receive(Buffer buffer, int from, int length) {
        return transfer(OperationKind.RECEIVE).memory(buffer, from, length, true);
    }

    /**
     * Fills a part of a buffer. Result: {@code length}; {@link java.io.EOFException} when the stream ends before.
     *
     * @see #receive(Buffer, int, int)
     */
    public Transfer receiveFully(Buffer buffer, int from, int length) {
        return receive(buffer, from, length).flags(LibC.MSG_WAITALL()).whole();
    }

    /** Receives into several buffers, one after the other. Result: bytes received, 0 at the end of the stream. Mirrors {@code recvmsg(2)}. */
    public Transfer receive(Buffer[] buffers) {
        return transfer(OperationKind.RECEIVE_MESSAGE).message(buffers, true);
    }

    /**
     * Fills several buffers, one after the other. Result: the sum of their sizes; {@link java.io.EOFException} when the stream ends before.
     *
     * @see #receive(Buffer[])
     */
    public Transfer receiveFully(Buffer[] buffers) {
        return receive(buffers).flags(LibC.MSG_WAITALL()).whole();
    }

    /**
     * Receives all that comes, each piece in a lease, until the stream ends, this is cancelled or the connection closed. While all leases are out, it
     * waits for one to come back, and nothing is lost. On any thread; the callback belongs to the loop's thread. Other receives must not be in
     * flight at the same time.
     *
     * @param leases of the same loop; any number of connections may share them
     */
    public Subscription receiveAll(BufferLeases leases, StreamCallback<Lease> callback) {
        checkOpen();
        ReceiveAll all = new ReceiveAll(this, leases, callback);
        all.begin();
        return all;
    }

    // ---- sending ----

    /**
     * Sends a part of a buffer. Result: bytes that the kernel has taken. Mirrors {@code send(2)}.
     *
     * @param from first byte of the part
     * @param length of the part, in bytes
     */
    public Transfer send(Buffer buffer, int from, int length) {
        return transfer(OperationKind.SEND).memory(buffer, from, length, false).flags(LibC.MSG_NOSIGNAL());
    }

    /**
     * Sends all of a part of a buffer. Result: {@code length}.
     *
     * @see #send(Buffer, int, int)
     */
    public Transfer sendFully(Buffer buffer, int from, int length) {
        return send(buffer, from, length)
                .flags(LibC.MSG_NOSIGNAL() | LibC.MSG_WAITALL())
                .whole();
    }

    /** Sends several buffers, one after the other. Result: bytes that the kernel has taken. Mirrors {@code sendmsg(2)}. */
    public Transfer send(Buffer[] buffers) {
        return transfer(OperationKind.SEND_MESSAGE).message(buffers, false).flags(LibC.MSG_NOSIGNAL());
    }

    /**
     * Sends all of several buffers, one after the other. Result: the sum of their sizes.
     *
     * @see #send(Buffer[])
     */
    public Transfer sendFully(Buffer[] buffers) {
        return send(buffers).flags(LibC.MSG_NOSIGNAL() | LibC.MSG_WAITALL()).whole();
    }

    /**
     * Sends a part of a buffer from where it is, without a copy, where the driver and the socket can. Result: bytes that the kernel has taken. The
     * buffer stays in flight beyond the callback, until the kernel has let go of it ({@link Buffer#closeWhenFree} waits for that): with TCP, until the
     * peer has acknowledged the bytes. {@link LoopCounters#zeroCopyCopied} tells how often the kernel copied after all, as it does on the loopback
     * device. Pays from some tens of KiB on; measure. Mirrors {@code io_uring_prep_send_zc}; {@code MSG_ZEROCOPY} where the driver is one of readiness.
     *
     * @see #send(Buffer, int, int)
     */
    public Transfer sendZeroCopy(Buffer buffer, int from, int length) {
        return transfer(OperationKind.SEND_ZERO_COPY)
                .memory(buffer, from, length, false)
                .flags(LibC.MSG_NOSIGNAL());
    }

    /**
     * Sends all of a part of a buffer without a copy. Result: {@code length}.
     *
     * @see #sendZeroCopy
     */
    public Transfer sendFullyZeroCopy(Buffer buffer, int from, int length) {
        return sendZeroCopy(buffer, from, length)
                .flags(LibC.MSG_NOSIGNAL() | LibC.MSG_WAITALL())
                .whole();
    }

    // ---- the ends ----

    /**
     * Ends the stream in this direction: the peer receives what was sent, and then the end. Sends that are in flight may fail; wait for them first.
     * Mirrors {@code shutdown(2)} with {@code SHUT_WR}.
     */
    public Task<@Nullable Void> shutdownOutput() {
        return shutdown(LibC.SHUT_WR());
    }

    /** Wants no more bytes: receives end with 0. Mirrors {@code shutdown(2)} with {@code SHUT_RD}. */
    public Task<@Nullable Void> shutdownInput() {
        return shutdown(LibC.SHUT_RD());
    }

    /**
     * The address it is connected to. A Unix socket without one has an empty path. Mirrors {@code getpeername(2)}.
     *
     * @throws java.net.SocketException when the peer has gone and the kernel does not know any more
     */
    public SocketAddress remoteAddress() throws IOException {
        return Errand.run(loop, () -> {
            checkOpen();
            SocketAddress known = remote;
            if (known == null) {
                known = present(loop.sockets().remoteAddress(number(), toString()));
                remote = known;
            }
            return known;
        });
    }

    // ---- descriptors ----

    /**
     * Passes an open descriptor to the peer over a Unix socket, with one byte of data: the peer gets one of its own, and both are to be closed.
     * Mirrors {@code sendmsg(2)} with {@code SCM_RIGHTS}.
     *
     * @param descriptor stays the caller's
     */
    public Task<@Nullable Void> sendDescriptor(Fd descriptor) {
        checkPassesDescriptors();
        return new DescriptorSending(this, descriptor.toString(), descriptor::number);
    }

    /**
     * Passes what is open to the peer over a Unix socket.
     *
     * @param open of the same loop; stays open here
     * @see #sendDescriptor(Fd)
     */
    public Task<@Nullable Void> sendDescriptor(Handle open) {
        checkPassesDescriptors();
        if (open.loop != loop) {
            throw new IllegalArgumentException(open + " belongs to another loop: pass what is of this loop");
        }
        return new DescriptorSending(this, open.toString(), () -> {
            open.checkOpen();
            return open.number();
        });
    }

    /**
     * Takes a descriptor that the peer passes over a Unix socket, closed on exec. {@link Loop#adopt} makes it of use. Of several that come at once,
     * the first is taken, and the others are closed. Mirrors {@code recvmsg(2)} with {@code SCM_RIGHTS}.
     *
     * @return fails with {@link java.io.EOFException} when the stream ends, and with {@link java.net.SocketException} when a byte comes without a
     *     descriptor
     */
    public Task<Fd> receiveDescriptor() {
        checkPassesDescriptors();
        return new DescriptorReceiving(this);
    }

    private void checkPassesDescriptors() {
        checkOpen();
        if (family != LibC.AF_UNIX()) {
            throw new UnsupportedOperationException("only Unix sockets pass descriptors, and " + this + " is none");
        }
    }

    // ---- other loops ----

    /**
     * Hands the connection over to another loop: this object is closed, and the descriptor goes on as a connection of that loop. On any thread.
     *
     * @return the connection of the other loop, when it is there
     * @throws IllegalStateException when something is in flight on it
     * @throws UnsupportedOperationException when one of the drivers hands no descriptors over; the connection stays here
     */
    public CompletableFuture<Connection> moveTo(Loop other) throws IOException {
        checkOpen();
        other.checkOpen();
        loop.checkCan(OperationKind.ADOPT);
        other.checkCan(OperationKind.ADOPT);
        return Move.begin(this, other);
    }

    /** The same socket, as another loop's. */
    Connection as(Loop other, int number) throws IOException {
        other.sockets().adopt(number);
        return new Connection(other, number, family, toString(), remote);
    }

    @Override
    boolean isBoundForGood() {
        return true;
    }

    private Transfer transfer(OperationKind kind) {
        checkOpen();
        return loop.transfers().take().of(kind, this);
    }

    private Task<@Nullable Void> shutdown(int how) {
        checkOpen();
        Task<@Nullable Void> task = new Task<>(loop, OperationKind.SHUTDOWN, this, null);
        task.step.flags = how;
        return task;
    }
}

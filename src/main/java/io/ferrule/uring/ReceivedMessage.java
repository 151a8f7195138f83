package io.ferrule.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import io.ferrule.bindings.libc.msghdr;
import io.ferrule.bindings.liburing.io_uring_recvmsg_out;
import io.ferrule.sys.NativeLibrary;
import java.lang.foreign.MemorySegment;

/**
 * A message as {@link Sqe#recvmsgMultishot} lays it into a provided buffer. One object serves all messages of a request: {@link #moveTo} puts it on
 * the next one, and allocates nothing.
 *
 * <pre>
 *   0        16                 16 + room for the name     + room for control data      the completion's result
 *   +--------+------------------+--------------------------+----------------------------+
 *   | header | name, or a gap   | control data, or a gap   | payload                    |
 *   +--------+------------------+--------------------------+----------------------------+
 * </pre>
 *
 * <p>The header is {@code struct io_uring_recvmsg_out}. How much room name and control data have, {@code struct msghdr} of the request said. What was
 * longer has been cut off: the kernel tells the whole length, and this class says how much of it is there. Mirrors {@code io_uring_recvmsg_validate}
 * and its companions. Linux 6.0.
 */
public final class ReceivedMessage {
    private final long nameRoom;
    private final long controlRoom;
    private MemorySegment buffer = MemorySegment.NULL;
    private int payloadLength;

    /**
     * For the messages of one request.
     *
     * @param message {@code struct msghdr}, as given to {@link Sqe#recvmsgMultishot}
     */
    public ReceivedMessage(MemorySegment message) {
        NativeLibrary.load();
        this.nameRoom = Integer.toUnsignedLong(msghdr.msg_namelen(message));
        this.controlRoom = msghdr.msg_controllen(message);
        if (controlRoom < 0) {
            throw new IllegalArgumentException("struct msghdr promises " + controlRoom + " bytes for control data");
        }
    }

    /**
     * Puts this object on a message.
     *
     * @param buffer the provided buffer that the completion names, or the part of it that this message begins at where buffers are used up
     *     incrementally
     * @param result of the completion: bytes in the buffer, header and gaps included
     * @return this
     * @throws IllegalArgumentException when no message of this request can lie there: the result is an error, shorter than header and gaps, or longer
     *     than the buffer
     */
    public ReceivedMessage moveTo(MemorySegment buffer, int result) {
        if (result > buffer.byteSize() || result - Header.SIZE - nameRoom < controlRoom) {
            throw new IllegalArgumentException("a message of " + result + " bytes does not lie in a buffer of "
                    + buffer.byteSize() + " with " + Header.SIZE + " bytes of header, " + nameRoom
                    + " for the name and "
                    + controlRoom + " for control data");
        }
        this.payloadLength = (int) (result - payloadOffset());
        this.buffer = buffer;
        return this;
    }

    /** Where the sender's address lies in the buffer, in bytes. */
    public long nameOffset() {
        return Header.SIZE;
    }

    /** How many bytes of the sender's address are there; 0 when it has none. */
    public int nameLength() {
        return (int) Math.min(nameRoom, wholeNameLength());
    }

    /** How many bytes the sender's address takes; more than {@link #nameLength} when it has been cut off. */
    public long wholeNameLength() {
        return header(Header.NAME_LENGTH);
    }

    /** Where control data ({@code struct cmsghdr} and what follows each) lies in the buffer, in bytes. */
    public long controlOffset() {
        return Header.SIZE + nameRoom;
    }

    /** How many bytes of control data are there; with {@code MSG_CTRUNC} in {@link #flags}, there were more. */
    public int controlLength() {
        return (int) Math.min(controlRoom, header(Header.CONTROL_LENGTH));
    }

    /** Where the payload lies in the buffer, in bytes. */
    public long payloadOffset() {
        return Header.SIZE + nameRoom + controlRoom;
    }

    /** How many bytes of payload are there. */
    public int payloadLength() {
        return payloadLength;
    }

    /** How many bytes of payload the message had; more than {@link #payloadLength} for a datagram that has been cut off. */
    public long wholePayloadLength() {
        return header(Header.PAYLOAD_LENGTH);
    }

    /** {@code MSG_TRUNC}, {@code MSG_CTRUNC} and their like, as in {@code recvmsg(2)}. */
    public int flags() {
        return (int) header(Header.FLAGS);
    }

    /** The sender's address, a slice of the buffer. */
    public MemorySegment name() {
        return buffer.asSlice(nameOffset(), nameLength());
    }

    /** The control data, a slice of the buffer. */
    public MemorySegment control() {
        return buffer.asSlice(controlOffset(), controlLength());
    }

    /** The payload, a slice of the buffer. */
    public MemorySegment payload() {
        return buffer.asSlice(payloadOffset(), payloadLength);
    }

    private long header(long offset) {
        if (buffer.byteSize() == 0) {
            throw new IllegalStateException("there is no message yet: call moveTo(buffer, result) first");
        }
        return Integer.toUnsignedLong(buffer.get(JAVA_INT_UNALIGNED, offset));
    }

    /** {@code struct io_uring_recvmsg_out}. A class of its own, so that it is loaded after the helper library. */
    private static final class Header {
        static final long SIZE = io_uring_recvmsg_out.sizeof();
        static final long NAME_LENGTH = io_uring_recvmsg_out.namelen$offset();
        static final long CONTROL_LENGTH = io_uring_recvmsg_out.controllen$offset();
        static final long PAYLOAD_LENGTH = io_uring_recvmsg_out.payloadlen$offset();
        static final long FLAGS = io_uring_recvmsg_out.flags$offset();
    }
}

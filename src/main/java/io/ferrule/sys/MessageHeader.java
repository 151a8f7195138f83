package io.ferrule.sys;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A {@code struct msghdr}: an address, pieces of memory and control data in one call. Filling it allocates nothing, so that one serves any number of
 * calls. It holds addresses only: who fills it keeps the memory.
 */
public final class MessageHeader {
    private final MemorySegment memory;

    private MessageHeader(MemorySegment memory) {
        this.memory = memory;
    }

    /** An empty one. The memory lives as long as the arena. */
    public static MessageHeader allocate(Arena arena) {
        NativeLibrary.isThere(); // says first what forbids native access
        return new MessageHeader(arena.allocate(Layout.SIZE, Long.BYTES));
    }

    /**
     * The pieces of memory.
     *
     * @param first of them
     * @param count how many of the array's
     */
    public MessageHeader pieces(IovecArray pieces, int first, int count) {
        memory.set(ValueLayout.JAVA_LONG, Layout.PIECES, pieces.address(first));
        memory.set(ValueLayout.JAVA_LONG, Layout.PIECE_COUNT, count);
        return this;
    }

    /**
     * Where it goes, or room for where it came from.
     *
     * @param address NULL for none
     * @param length in bytes
     */
    public MessageHeader address(MemorySegment address, int length) {
        memory.set(ValueLayout.JAVA_LONG, Layout.NAME, address.address());
        memory.set(ValueLayout.JAVA_INT, Layout.NAME_LENGTH, length);
        return this;
    }

    /**
     * Control data, or room for it.
     *
     * @param control NULL for none
     */
    public MessageHeader control(MemorySegment control) {
        memory.set(ValueLayout.JAVA_LONG, Layout.CONTROL, control.address());
        memory.set(ValueLayout.JAVA_LONG, Layout.CONTROL_LENGTH, control.byteSize());
        return this;
    }

    /** The length of the address that the kernel has written, in bytes. */
    public int addressLength() {
        return memory.get(ValueLayout.JAVA_INT, Layout.NAME_LENGTH);
    }

    /** The length of the control data that the kernel has written, in bytes. */
    public long controlLength() {
        return memory.get(ValueLayout.JAVA_LONG, Layout.CONTROL_LENGTH);
    }

    /** What the kernel says about a message received: {@code MSG_TRUNC}, {@code MSG_CTRUNC}. */
    public int flags() {
        return memory.get(ValueLayout.JAVA_INT, Layout.FLAGS);
    }

    /** The header's memory. */
    public MemorySegment segment() {
        return memory;
    }

    /** A class of its own, so that it is loaded after the helper library, whose errors then reach the caller as they are. */
    private static final class Layout {
        static final long SIZE = 56;
        static final long NAME = 0;
        static final long NAME_LENGTH = 8;
        static final long PIECES = 16;
        static final long PIECE_COUNT = 24;
        static final long CONTROL = 32;
        static final long CONTROL_LENGTH = 40;
        static final long FLAGS = 48;

        static {
            Abi.require("sizeof msghdr", SIZE);
            Abi.require("msghdr.msg_name", NAME);
            Abi.require("msghdr.msg_namelen", NAME_LENGTH);
            Abi.require("msghdr.msg_iov", PIECES);
            Abi.require("msghdr.msg_iovlen", PIECE_COUNT);
            Abi.require("msghdr.msg_control", CONTROL);
            Abi.require("msghdr.msg_controllen", CONTROL_LENGTH);
            Abi.require("msghdr.msg_flags", FLAGS);
        }
    }
}

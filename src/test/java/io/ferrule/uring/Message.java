package io.ferrule.uring;

import io.ferrule.bindings.libc.msghdr;
import io.ferrule.sys.IovecArray;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Messages ({@code struct msghdr}) for tests. */
final class Message {
    private Message() {}

    /** A message of these pieces. */
    static MemorySegment of(Arena arena, MemorySegment... pieces) {
        MemorySegment message = msghdr.allocate(arena).fill((byte) 0);
        msghdr.msg_iov(message, IovecArray.of(arena, pieces).segment());
        msghdr.msg_iovlen(message, pieces.length);
        return message;
    }

    /** Adds where it goes, or room for where it came from. */
    static MemorySegment withAddress(MemorySegment message, MemorySegment address) {
        msghdr.msg_name(message, address);
        msghdr.msg_namelen(message, (int) address.byteSize());
        return message;
    }

    /** Adds control data, or room for it. */
    static MemorySegment withControl(MemorySegment message, MemorySegment control) {
        msghdr.msg_control(message, control);
        msghdr.msg_controllen(message, control.byteSize());
        return message;
    }
}

package io.ferrule.epoll;

import io.ferrule.sys.Abi;
import java.lang.foreign.MemorySegment;

/**
 * How {@code struct epoll_event} lies on this architecture, in bytes: packed on x86-64, padded elsewhere. A class of its own, so that it is
 * loaded after the helper library, whose errors then reach the caller as they are.
 */
final class EventLayout {
    static final long SIZE = Abi.value("sizeof epoll_event");
    static final long EVENTS = Abi.value("epoll_event.events");
    static final long DATA = Abi.value("epoll_event.data");

    /** All memory, for absolute addresses: who reads there has checked first that the interest list is open. */
    static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private EventLayout() {}
}

package io.ferrule.driver;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.EventFd;
import io.ferrule.sys.SystemCall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Ends a wait of a driver's thread, from any thread: an eventfd among the descriptors that it waits for, readable from {@link #signal} until
 * {@link #take}.
 */
final class WakeUp {
    private static final VarHandle PENDING;

    static {
        try {
            PENDING = MethodHandles.lookup().findVarHandle(WakeUp.class, "pending", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final EventFd eventFd;
    private final int fd;
    private final MemorySegment counter;

    /** Set by whoever wakes us, cleared by us when we have seen it: between the two, further wake-ups cost no system call. */
    @SuppressWarnings("UnusedVariable") // through PENDING
    private boolean pending;

    private WakeUp(EventFd eventFd, Arena arena) {
        this.eventFd = eventFd;
        this.fd = eventFd.fd().number();
        this.counter = arena.allocate(ValueLayout.JAVA_LONG);
    }

    /** For the calling thread, with memory of this arena. */
    static WakeUp open(Arena arena) throws IOException {
        return new WakeUp(EventFd.open(LibC.EFD_NONBLOCK()), arena);
    }

    /** The descriptor to wait for. */
    int fd() {
        return fd;
    }

    /** Any thread, at any time; nothing happens after close. */
    void signal() {
        if (!(boolean) PENDING.getAndSet(this, true)) {
            eventFd.signal();
        }
    }

    /** Whether somebody has called {@link #signal} since the last {@link #take}. Costs no system call. */
    boolean isPending() {
        return (boolean) PENDING.getOpaque(this);
    }

    /** To be called by the owner when it has seen it. Several calls of {@link #signal} are one. */
    void take() {
        SystemCall.invoke(SystemCall.READ, fd, counter.address(), counter.byteSize());
        // Sequentially consistent: who finds it still set has written before, and we read what they wrote after this.
        PENDING.setVolatile(this, false);
    }

    void close() {
        try {
            eventFd.close();
        } catch (IOException e) {
            // Nothing is lost with it.
        }
    }
}

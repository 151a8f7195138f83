package io.ferrule.epoll;

import io.ferrule.sys.Fd;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A descriptor's place in an interest list. Used by the list's thread only. */
public final class Registration {
    private final Epoll epoll;
    private final Fd fd;
    private final @Nullable Object attachment;
    private final long key;
    private int events;
    private boolean active = true;

    Registration(Epoll epoll, Fd fd, @Nullable Object attachment, long key) {
        this.epoll = epoll;
        this.fd = fd;
        this.attachment = attachment;
        this.key = key;
    }

    /** The descriptor. */
    public Fd fd() {
        return fd;
    }

    /** What was given with {@link Epoll#add}. */
    public @Nullable Object attachment() {
        return attachment;
    }

    /** The events awaited, as last set. */
    public int events() {
        return events;
    }

    /** Whether it is in the list: not deleted, and the list not closed. */
    public boolean isActive() {
        return active;
    }

    /**
     * Awaits other events from now on. This is also how a one-shot registration is armed again. Mirrors {@code EPOLL_CTL_MOD}.
     *
     * @throws IllegalStateException when it has been deleted
     * @throws IllegalArgumentException for an EPOLLEXCLUSIVE one, which the kernel does not let change
     */
    public void modify(int events) throws IOException {
        checkActive();
        epoll.modify(this, events);
        this.events = events;
    }

    /**
     * Takes the descriptor out of the list: no event of it is delivered any more, those included that were ready in the current wait. Do this
     * before closing the descriptor. A second delete does nothing. Mirrors {@code EPOLL_CTL_DEL}.
     *
     * @throws IllegalStateException when the descriptor was closed first; the registration has ended all the same
     */
    public void delete() throws IOException {
        epoll.checkOwner();
        if (active) {
            epoll.delete(this);
        }
    }

    @Override
    public String toString() {
        return fd + " for events 0x" + Integer.toHexString(events) + (active ? "" : " (deleted)");
    }

    long key() {
        return key;
    }

    void setEvents(int events) {
        this.events = events;
    }

    void end() {
        active = false;
    }

    private void checkActive() {
        if (!active) {
            throw new IllegalStateException("the registration of " + fd + " has been deleted");
        }
    }
}

package io.ferrule.driver;

import org.jspecify.annotations.Nullable;

/**
 * What waits for a descriptor's readiness. There is one for each descriptor number that something has waited for; it is kept and used again when
 * the number is.
 */
final class Watch {
    // As in poll.h. Not from LibC: where native access is forbidden, that class fails to load before a driver can say
    // why.
    static final int POLLIN = 0x001;
    static final int POLLPRI = 0x002;
    static final int POLLOUT = 0x004;
    static final int POLLERR = 0x008;
    static final int POLLHUP = 0x010;
    static final int POLLRDHUP = 0x2000;

    /** Events after which reading may go on; errors and hang-ups too, since what has come before them is read first. */
    static final int INPUT_EVENTS = POLLIN | POLLPRI | POLLRDHUP | POLLERR | POLLHUP;

    /** Events after which writing may go on, or fails. */
    static final int OUTPUT_EVENTS = POLLOUT | POLLERR | POLLHUP;

    /** The descriptor is not open; not to be asked for. */
    static final int POLLNVAL = 0x020;

    /** Not in the interest list. */
    static final int UNWATCHED = -1;

    /** Not in an array. */
    static final int NOWHERE = -1;

    final int fd;

    /** Waiting for something to read, in the order it will be given to them. */
    final OperationQueue input = new OperationQueue();

    /** Waiting for room to write. */
    final OperationQueue output = new OperationQueue();

    /** Waiting for events as such: each on its own. */
    final OperationQueue polls = new OperationQueue();

    /** The events the interest list has for the descriptor, or {@link #UNWATCHED}. May be more than are wanted. */
    int interest = UNWATCHED;

    /** The interest list's own object for the descriptor. */
    @Nullable
    Object registration;

    /** Where it is in an array of the model's, or {@link #NOWHERE}. */
    int place = NOWHERE;

    /** What it knows of zero-copy sends, once there was one. */
    ZeroCopySends.@Nullable OfSocket zeroCopySends;

    /** Events that have not been dealt with. */
    int ready;

    /** In the list of those that have some. */
    boolean listed;

    /** The next in that list. */
    @Nullable
    Watch next;

    Watch(int fd) {
        this.fd = fd;
    }

    /** The queue for {@link #POLLIN} or {@link #POLLOUT}. */
    OperationQueue queue(int event) {
        return event == POLLIN ? input : output;
    }

    /** The events that something waits for. Not zero if anything waits at all. */
    int wanted() {
        int events = (input.isEmpty() ? 0 : POLLIN) | (output.isEmpty() ? 0 : POLLOUT);
        for (Operation each = polls.head(); each != null; each = each.queued) {
            events |= each.flags | POLLERR | POLLHUP;
        }
        return areSendsPending() ? events | POLLERR : events;
    }

    /** Whether the kernel may still read the memory of a zero-copy send. */
    boolean areSendsPending() {
        ZeroCopySends.OfSocket sends = zeroCopySends;
        return sends != null && !sends.isEmpty();
    }

    /** Takes a waiting operation out. Returns false when it is not here. */
    boolean remove(Operation operation) {
        return input.remove(operation) || output.remove(operation) || polls.remove(operation);
    }
}

package io.ferrule.driver;

/** Where an operation is, as drivers that have no ring note it in {@link Operation#ticket}. */
final class Place {
    /** Begins when the one before it has succeeded. */
    static final long CHAINED = 1;

    /** Waits for its descriptor. */
    static final long WAITING = 2;

    /** With a thread, or on its way to one or back. */
    static final long WITH_HELPERS = 3;

    /** Done, and not delivered yet. */
    static final long FINISHED = 4;

    /** The kernel or the C library has it. */
    static final long REQUESTED = 5;

    /** A zero-copy send that is done, whose memory the kernel may still read. */
    static final long LINGERING = 6;

    private Place() {}
}

package io.ferrule;

import org.jspecify.annotations.Nullable;

/** What a loop deals with at some time: it can lie in a {@link Mailbox} and in {@link Deadlines}. */
abstract class Entry {
    static final int NOWHERE = -1;

    /** In a mailbox: the one put in before. */
    @Nullable
    Entry before;

    /** In the deadlines: when, on the clock of {@link System#nanoTime}. */
    long deadline;

    /** In the deadlines: where. */
    int position = NOWHERE;

    /** It has come by mail; on the loop's thread. */
    abstract void arrived();

    /** It came when the loop had closed; on any thread. */
    abstract void refused();

    /** Its time is up; on the loop's thread. */
    abstract void expired();
}

package io.ferrule.uring;

/** The kernel's thread that polls the submission queue of a ring. */
final class Polling {
    private Polling() {}

    /** Waits until it has told that it has taken all entries, which it does after it has completed them: then there is room for the next. */
    static void untilTaken(IoUring ring) {
        while (ring.sq().ready() > 0) {
            Thread.onSpinWait();
        }
    }
}

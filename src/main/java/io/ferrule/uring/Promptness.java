package io.ferrule.uring;

/**
 * Whether requests are expected to have completed by the time they are handed over, as those do that need no device: waiting for them would be a
 * detour through the kernel. A guess from the turns before; a wrong one costs a second system call, so it is not made again for a while.
 */
final class Promptness {
    private static final int TURNS_OF_DOUBT = 64;

    private int doubt;

    boolean isExpected() {
        return doubt == 0 || --doubt == 0;
    }

    void disappointed() {
        doubt = TURNS_OF_DOUBT;
    }
}

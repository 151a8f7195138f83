package io.ferrule;

import io.ferrule.driver.OperationKind;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a loop is to be.
 *
 * @param driver the driver's name, or null for the best there is
 * @param entries operations handed to the kernel with one system call at most, where the driver has such a limit
 * @param only the kinds of operation it may do, or null for all; see {@link #lockedTo}
 */
public record LoopOptions(
        @Nullable String driver, int entries, @Nullable Set<OperationKind> only) {
    /** The system property that chooses a driver where the program does not: {@code -Dferrule.driver=epoll}. */
    public static final String DRIVER_PROPERTY = "ferrule.driver";

    private static final int DEFAULT_ENTRIES = 256;

    /** Checks them. */
    public LoopOptions {
        if (entries < 1) {
            throw new IllegalArgumentException("a loop has 1 entry or more, not " + entries);
        }
        only = only == null ? null : Set.copyOf(only);
    }

    /** The best driver there is, 256 entries, nothing forbidden. */
    public static LoopOptions defaults() {
        return new LoopOptions(null, DEFAULT_ENTRIES, null);
    }

    /** With this driver and no other: {@link Loop#drivers} has the names. */
    public LoopOptions driver(String name) {
        return new LoopOptions(name, entries, only);
    }

    /** With room for so many operations in one system call. */
    public LoopOptions entries(int count) {
        return new LoopOptions(driver, count, only);
    }

    /**
     * Locked down: the loop does these kinds of operation and no others, for as long as it lives. A program that serves files which are open already
     * names {@code READ} and {@code SEND}, say; then no bug of its own and nobody who gets hold of its loop can have it open, write or connect
     * anything. What is forbidden throws UnsupportedOperationException before anything is done.
     *
     * <p>With the uring driver the kernel holds the ring to the same list (IORING_REGISTER_RESTRICTIONS) and answers EACCES whoever asks. Three
     * operations stay open in the kernel because the loop itself needs them: reading, polling and cancelling. With other drivers the loop is the only
     * guard. Either way this is about the loop: system calls that the process makes by other means are for seccomp to forbid.
     *
     * <p>Closing is always allowed. What makes a socket of use implies what comes before: {@code LISTEN} the making, binding and setting of options;
     * {@code CONNECT} the making.
     */
    public LoopOptions lockedTo(OperationKind first, OperationKind... others) {
        EnumSet<OperationKind> kinds = EnumSet.of(first, others);
        kinds.add(OperationKind.CLOSE);
        return new LoopOptions(driver, entries, kinds);
    }
}

package io.ferrule;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Finds leases that nobody can close any more, because nobody refers to them. Only with {@code -Dferrule.leaks=on}: then each is an object of its own. */
final class LeakDetector {
    static final String PROPERTY = "ferrule.leaks";

    private static final Cleaner CLEANER = Cleaner.create();

    private final AtomicInteger found = new AtomicInteger();

    static boolean isOn() {
        return "on".equals(System.getProperty(PROPERTY));
    }

    /** How many have been lost. */
    int found() {
        return found.get();
    }

    /**
     * Watches a lease.
     *
     * @param receiver who got it, in words
     * @param asked where the program asked for what it holds
     * @return to be set when it is closed
     */
    AtomicBoolean watch(Lease lease, String receiver, @Nullable Throwable asked) {
        AtomicBoolean closed = new AtomicBoolean();
        // Nothing here may refer to the lease.
        CLEANER.register(lease, () -> {
            if (!closed.get()) {
                found.incrementAndGet();
                System.getLogger("io.ferrule")
                        .log(
                                System.Logger.Level.WARNING,
                                "a lease that " + receiver + " got was never closed: its buffer is lost",
                                asked);
            }
        });
        return closed;
    }
}

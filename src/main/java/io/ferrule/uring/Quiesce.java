package io.ferrule.uring;

import io.ferrule.sys.Errno;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Brings a ring to rest before it is closed. Closing the descriptor is no fence: the kernel goes on writing into the requests' memory. So
 * everything is cancelled, and every last completion is awaited and dropped.
 */
final class Quiesce {
    private static final long ROUND_NANOS = 10_000_000L;
    private static final int EVERYTHING = UringFlags.IORING_ASYNC_CANCEL_ANY | UringFlags.IORING_ASYNC_CANCEL_ALL;

    private final IoUring ring;

    Quiesce(IoUring ring) {
        this.ring = ring;
    }

    /**
     * Cancels and waits.
     *
     * @return false when it cannot be told that way whether all is at rest: the kernel offers no way to cancel everything from here, or requests
     *     may end without a completion
     */
    boolean run() {
        try {
            for (; ; ) {
                drop();
                // fewer than none: another ring has posted here, which RingOptions.messageTarget() would have told
                if (!ring.countsCompletions() || ring.inFlight() < 0) {
                    return false;
                }
                if (ring.inFlight() == 0) {
                    return true;
                }
                if (!cancelAll()) {
                    return false;
                }
                ring.await(1, ROUND_NANOS);
            }
        } catch (IOException | UncheckedIOException e) {
            return false; // the owner has ended, and the kernel lets nobody else enter
        }
    }

    private void drop() {
        while (ring.cq().next()) {
            // nobody is left to tell
        }
    }

    /** Returns whether the kernel knows how to, and lets us. */
    private boolean cancelAll() {
        int result = ring.register().tryCancel(0, -1, EVERYTHING, ROUND_NANOS);
        // ENOENT: what is in flight is beyond cancelling (at a device) and will complete. ETIME, EALREADY: on its way.
        return result >= 0
                || result == -Errno.ENOENT.number()
                || result == -Errno.ETIME.number()
                || result == -Errno.EALREADY.number()
                || result == -Errno.EINTR.number()
                || cancelAllByRequest();
    }

    /** The synchronous call is of Linux 6.0, the request of 5.19. Of a thread that has ended, an SQPOLL ring takes the request only. */
    private boolean cancelAllByRequest() {
        try {
            ring.sq().next().cancel(0, EVERYTHING);
            ring.submitAndWait(1, ROUND_NANOS);
            while (ring.cq().next()) {
                int result = ring.cq().res();
                boolean refused =
                        result == -Errno.EINVAL.number() || result == -Errno.EACCES.number(); // EACCES: by restrictions
                if (ring.cq().userData() == 0 && refused) {
                    return false;
                }
            }
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }
}

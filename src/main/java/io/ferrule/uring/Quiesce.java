package io.ferrule.uring;

import io.ferrule.sys.Errno;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/**
 * Brings a ring to rest before it is closed. Closing the descriptor is no fence: the kernel goes on writing into the requests' memory. So
 * everything is cancelled, and every last completion is awaited and dropped.
 */
final class Quiesce {
    private static final long ROUND_NANOS = 10_000_000L;

    /** How long requests that cannot be cancelled may take to complete by themselves. */
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private final IoUring ring;
    private boolean cancellable = true;

    Quiesce(IoUring ring) {
        this.ring = ring;
    }

    void run() {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (; ; ) {
            drop();
            if (ring.inFlight() <= ring.sq().silent()) {
                return;
            }
            if (cancellable) {
                cancellable = cancelAll();
            }
            drop();
            if (ring.inFlight() <= ring.sq().silent()) {
                return;
            }
            if (!awaitOne() && !cancellable && System.nanoTime() - deadline > 0) {
                throw new IllegalStateException(
                        ring.inFlight()
                                + " requests are in flight, and this kernel offers no way to cancel them from here:"
                                + " the ring stays open, for they still use their memory. Cancel each by its user data, consume the completions, and close again");
            }
        }
    }

    private void drop() {
        while (ring.cq().next()) {
            // nobody is left to tell
        }
    }

    /** Returns whether the kernel knows how to. */
    private boolean cancelAll() {
        int result = ring.register()
                .tryCancel(0, -1, UringFlags.IORING_ASYNC_CANCEL_ANY | UringFlags.IORING_ASYNC_CANCEL_ALL, ROUND_NANOS);
        // ENOENT: what is in flight is beyond cancelling (at a device) and will complete. ETIME, EALREADY: on its
        // way.
        return result >= 0
                || result == -Errno.ENOENT.number()
                || result == -Errno.ETIME.number()
                || result == -Errno.EALREADY.number()
                || result == -Errno.EINTR.number()
                || cancelAllByRequest();
    }

    /** Linux 5.19 has the request, 6.0 the synchronous call. Restrictions may forbid either. */
    private boolean cancelAllByRequest() {
        try {
            ring.sq().next().cancel(0, UringFlags.IORING_ASYNC_CANCEL_ANY | UringFlags.IORING_ASYNC_CANCEL_ALL);
            ring.submit();
            while (ring.cq().next()) {
                if (ring.cq().userData() == 0 && ring.cq().res() == -Errno.EINVAL.number()) {
                    return false;
                }
            }
            return true;
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /** Returns whether anything completed. */
    private boolean awaitOne() {
        try {
            if (ring.features().contains(Feature.IORING_FEAT_EXT_ARG)) {
                return ring.await(1, ROUND_NANOS) > 0;
            }
        } catch (IOException e) {
            // The owner has ended, and the kernel lets nobody else enter: look from outside.
        }
        LockSupport.parkNanos(ROUND_NANOS);
        return ring.cq().ready() > 0;
    }
}

package io.ferrule.benchmarks.ring;

import io.ferrule.uring.CompletionQueue;
import io.ferrule.uring.IoUring;
import io.ferrule.uring.RingOptions;
import java.io.IOException;
import java.time.Duration;

/** What all benchmarks of a ring do. Its twin in C: {@code ring.h}. */
public final class Rings {
    public static final int ENTRIES = 256;

    private static final Duration SQ_POLL_IDLE = Duration.ofSeconds(1);

    private Rings() {}

    static RingOptions options(boolean sqPoll) {
        RingOptions options = RingOptions.defaults();
        return sqPoll ? options.sqPoll(SQ_POLL_IDLE) : options;
    }

    /** Submits what has been filled, waits for all of it, and consumes the completions, each of which must have this result. */
    public static void complete(IoUring ring, int count, int result) throws IOException {
        ring.submitAndWait(count);
        CompletionQueue cq = ring.cq();
        int seen = 0;
        while (cq.next()) {
            if (cq.res() != result) {
                throw new IOException("a request's result is " + cq.res() + ", not " + result);
            }
            seen++;
        }
        if (seen != count) {
            throw new IOException(seen + " completions of " + count);
        }
    }
}

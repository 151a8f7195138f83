package io.ferrule.uring;

import io.ferrule.sys.Errno;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A completion, copied out of the ring so that it can be compared. */
record Completion(long userData, int res) {
    private static final long LIVENESS_NANOS = 20_000_000_000L;

    static Completion of(long userData, int res) {
        return new Completion(userData, res);
    }

    static Completion of(long userData, Errno errno) {
        return new Completion(userData, error(errno));
    }

    /** An error as it stands in {@link CompletionQueue#res()}. */
    static int error(Errno errno) {
        return -errno.number();
    }

    /** Submits what is filled, waits for the next completion and consumes it. */
    static Completion next(IoUring ring) throws IOException {
        CompletionQueue cq = ring.cq();
        while (!cq.next()) {
            if (ring.submitAndWait(1, LIVENESS_NANOS) == 0) {
                throw new AssertionError("no completion, with " + ring.inFlight() + " requests in flight");
            }
        }
        return new Completion(cq.userData(), cq.res());
    }

    /** The next completions, in the order they come. */
    static List<Completion> next(IoUring ring, int count) throws IOException {
        ring.submit(); // also where the first of them are there already
        List<Completion> completions = new ArrayList<>();
        while (completions.size() < count) {
            completions.add(next(ring));
        }
        return completions;
    }

    /** The result of the next completion. */
    static int result(IoUring ring) throws IOException {
        return next(ring).res();
    }

    /** The user data of the next completions, in the order they come. */
    static long[] userData(IoUring ring, int count) throws IOException {
        return next(ring, count).stream().mapToLong(Completion::userData).toArray();
    }

    /** In the form that failures are read in: "7: -ECANCELED". */
    @Override
    public String toString() {
        Errno errno = res < 0 ? Errno.of(res) : null;
        return userData + ": " + (errno == null ? String.valueOf(res) : "-" + errno);
    }
}

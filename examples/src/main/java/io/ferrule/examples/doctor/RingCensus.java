package io.ferrule.examples.doctor;

import io.ferrule.uring.IoUring;
import io.ferrule.uring.IoUringUnavailableException;
import io.ferrule.uring.IoUringUnavailableException.Reason;
import io.ferrule.uring.RingOptions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/** How many rings of which size really open: the memory-lock limit is charged for them on some kernels and not on others, so it is tried. */
final class RingCensus implements Examination {
    private static final int[] SIZES = {128, 1024, 4096};
    private static final int ENOUGH = 64;

    /** A program with a ring for each of so many threads should find room. */
    private static final int FEW = 8;

    @Override
    public void examine(Findings findings) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        StringBuilder text = new StringBuilder();
        boolean tight = false;
        for (int size : SIZES) {
            Count count = count(size);
            counts.put(String.valueOf(size), count.rings());
            text.append(text.isEmpty() ? "" : ", ")
                    .append(count.stopped() ? "" : "at least ")
                    .append(count.rings())
                    .append(" of ")
                    .append(size)
                    .append(" entries");
            tight |= count.memoryRanOut() && count.rings() < FEW;
        }
        findings.fact("rings that open", counts, text.toString());
        if (tight) {
            findings.advice("There is room for few rings beside those open now (" + text
                    + "): raise the memory-lock limit (ulimit -l 8192; LimitMEMLOCK=8M in a systemd unit;"
                    + " --ulimit memlock=8388608 for a container), or open smaller rings");
        }
    }

    /**
     * What came of trying one size.
     *
     * @param stopped whether another was refused, and not only enough seen
     */
    private record Count(int rings, boolean stopped, boolean memoryRanOut) {}

    private static Count count(int entries) {
        Deque<IoUring> open = new ArrayDeque<>();
        try {
            while (open.size() < ENOUGH) {
                // As large as asked, or not at all.
                open.push(IoUring.open(entries, RingOptions.defaults().minEntries(entries)));
            }
            return new Count(open.size(), false, false);
        } catch (IoUringUnavailableException e) {
            boolean memory = e.reason() == Reason.MEMORY_LOCK_LIMIT || e.reason() == Reason.OUT_OF_MEMORY;
            return new Count(open.size(), true, memory);
        } finally {
            open.forEach(IoUring::close);
        }
    }
}

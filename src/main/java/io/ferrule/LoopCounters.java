package io.ferrule;

import io.ferrule.driver.DriverCounters;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a loop has seen. Written by its thread only, so counting is an addition and costs nothing to speak of; other threads may read, and see a
 * moment of the past.
 */
public final class LoopCounters {
    private final DriverCounters driver;
    long submitted;
    long completed;
    long rearmed;
    final AtomicLong wakeUps = new AtomicLong(); // by whoever wakes it
    long mails;
    long zeroCopySends;
    long zeroCopyCopied;

    LoopCounters(DriverCounters driver) {
        this.driver = driver;
    }

    /** Requests handed to the driver: not the reads that a thread which waited has done itself, since their bytes were in the page cache. */
    public long submitted() {
        return submitted;
    }

    /** Requests that are over. */
    public long completed() {
        return completed;
    }

    /** Requests handed over whose end has not come. */
    public long inFlight() {
        return submitted - completed;
    }

    /** Streams of completions (accepting, receiving) that ended by themselves and were begun again. */
    public long rearmed() {
        return rearmed + driver.rearmed;
    }

    /** Times another thread had to wake the loop with a system call. */
    public long wakeUps() {
        return wakeUps.get();
    }

    /** Things that came from other threads. */
    public long mails() {
        return mails;
    }

    /** Zero-copy sends whose memory the kernel has given back. */
    public long zeroCopySends() {
        return zeroCopySends;
    }

    /** Of those, the ones the kernel copied after all. */
    public long zeroCopyCopied() {
        return zeroCopyCopied;
    }

    /** Times the kernel was waited for. */
    public long waits() {
        return driver.waits;
    }

    /** Operations that went to a helper thread, because the driver's model cannot do them itself. */
    public long fallbacks() {
        return driver.fallbacks;
    }

    /** Completions that nobody was waiting for any more: dropped. */
    public long stale() {
        return driver.stale;
    }

    /** Completions that the kernel had to keep for us, because the queue was full. None is lost. */
    public long overflows() {
        return driver.overflows;
    }

    void zeroCopy(int result) {
        zeroCopySends++;
        if (result < 0) { // the kernel's flag is the sign bit
            zeroCopyCopied++;
        }
    }

    @Override
    public String toString() {
        return "submitted " + submitted + ", completed " + completed + ", rearmed " + rearmed() + ", wake-ups "
                + wakeUps
                + ", mails " + mails
                + ", zero-copy sends " + zeroCopySends + " (" + zeroCopyCopied + " copied), waits " + waits()
                + ", fallbacks " + fallbacks()
                + ", stale " + stale() + ", overflows " + overflows();
    }
}

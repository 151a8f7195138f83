package io.ferrule.driver;

/** What a driver has seen. Written by its thread only, so counting is an addition; other threads may read, and see a moment of the past. */
public final class DriverCounters {
    /** Times the kernel was waited for. */
    public long waits;

    /** Operations that went to a helper thread, because the model cannot do them itself. */
    public long fallbacks;

    /** Completions that nobody was waiting for any more: dropped. */
    public long stale;

    /** Completions that the kernel had to keep for us, or signals that it could not queue, because a queue was full. None is lost. */
    public long overflows;

    /** Streams of completions that the kernel ended for reasons of its own, and that the driver began again. */
    public long rearmed;

    /** For drivers. */
    public DriverCounters() {}
}

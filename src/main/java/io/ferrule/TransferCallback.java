package io.ferrule;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What happens when a transfer is over, on the loop's thread. What it throws goes to the loop's handler of uncaught exceptions. */
@FunctionalInterface
public interface TransferCallback {
    /**
     * The transfer is over, and its buffer is the caller's again; after a zero-copy send, once the kernel has let go of it.
     *
     * @param bytes how many were moved, also before a failure; 0 at the end of a file or stream
     * @param error null after success
     */
    void done(int bytes, @Nullable IOException error);
}

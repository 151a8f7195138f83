package io.ferrule;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What happens when a request is over, on the loop's thread. What it throws goes to the loop's handler of uncaught exceptions. */
@FunctionalInterface
public interface Callback<T extends @Nullable Object> {
    /**
     * The request is over, and its memory is the caller's again.
     *
     * @param value what it was for; null after a failure
     * @param error null after success
     */
    void done(@Nullable T value, @Nullable IOException error);
}

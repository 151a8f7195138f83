package io.ferrule;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What happens again and again until a {@link Subscription} ends, on the loop's thread. What it throws goes to the loop's handler of uncaught exceptions. */
@FunctionalInterface
public interface StreamCallback<T> {
    /**
     * The next one has come, or nothing comes any more. This comes last, once.
     *
     * @param value the next one; null at the end
     * @param end why nothing comes any more; null before the end
     */
    void next(@Nullable T value, @Nullable StreamEnd end);

    /**
     * One of them was lost or is delayed, and it goes on: a connection that broke before it was accepted, or no descriptor is left for it. Said once
     * for several in a row.
     *
     * @implSpec throws the error, so that it goes to the handler of uncaught exceptions
     */
    default void troubled(IOException error) {
        throw new java.io.UncheckedIOException(error);
    }
}

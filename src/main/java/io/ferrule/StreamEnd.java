package io.ferrule;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Why a {@link Subscription} has ended.
 *
 * @param error what failed, for {@link Reason#FAILED} alone
 */
public record StreamEnd(Reason reason, @Nullable IOException error) {
    /** The reasons there are. */
    public enum Reason {
        /** The peer has ended the stream: everything it sent has come. */
        END_OF_STREAM,
        /** The program cancelled it. */
        CANCELLED,
        /** The program closed the handle or the loop. */
        CLOSED,
        /** It failed: {@link StreamEnd#error} says how. */
        FAILED
    }

    /** Whether it is the peer's end of the stream. */
    public boolean isEndOfStream() {
        return reason == Reason.END_OF_STREAM;
    }

    /** Whether it failed. */
    public boolean isFailure() {
        return reason == Reason.FAILED;
    }
}

package io.ferrule;

import java.io.IOException;

/** A request was cancelled before it was done. The kernel no longer uses its memory. */
public final class OperationCancelledException extends IOException {
    private static final long serialVersionUID = 1L;

    OperationCancelledException(String message) {
        super(message);
    }
}

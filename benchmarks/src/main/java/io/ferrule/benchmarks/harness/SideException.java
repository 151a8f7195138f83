package io.ferrule.benchmarks.harness;

import java.io.IOException;

/** A side has no figure. The message says why. */
public final class SideException extends IOException {
    private static final long serialVersionUID = 1;

    private final Status status;

    public SideException(Status status, String reason) {
        super(reason);
        this.status = status;
    }

    public static SideException unavailable(String reason) {
        return new SideException(Status.UNAVAILABLE, reason);
    }

    Status status() {
        return status;
    }
}

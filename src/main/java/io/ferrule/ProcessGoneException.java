package io.ferrule;

import java.io.IOException;

/** There is no such process: it has ended and its parent has been told, or it never was. */
public class ProcessGoneException extends IOException {
    private static final long serialVersionUID = 1L;

    private final long pid;

    ProcessGoneException(long pid, String why) {
        super("process " + pid + ": " + why);
        this.pid = pid;
    }

    /** The process asked for. */
    public long pid() {
        return pid;
    }
}

package io.ferrule.examples;

import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;

/** Says what went wrong, one line each. */
public final class Sentences {
    private static final int FAILED = 1;
    private static final int WRONG_ARGUMENTS = 2;

    private final CommandSpec spec;

    /** For a command, whose name comes first in each line. */
    public Sentences(CommandSpec spec) {
        this.spec = spec;
    }

    /** Says it. */
    public void complain(IOException error) {
        say(error);
    }

    /** Says it, and returns the exit status. */
    public int failure(Throwable error) {
        say(error);
        return error instanceof IllegalArgumentException ? WRONG_ARGUMENTS : FAILED;
    }

    private void say(Throwable error) {
        PrintWriter err = spec.commandLine().getErr();
        String message = error.getMessage();
        err.println(spec.qualifiedName().replaceFirst("^examples ", "") + ": "
                + (message == null ? error.toString() : message));
        err.flush();
    }
}

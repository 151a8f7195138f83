package io.ferrule.examples.echo;

import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;

/** Says what went wrong, one line each. */
final class Sentences {
    private static final int FAILED = 1;
    private static final int WRONG_ARGUMENTS = 2;

    private final CommandSpec spec;

    Sentences(CommandSpec spec) {
        this.spec = spec;
    }

    void complain(IOException error) {
        say(error);
    }

    /** Says it, and returns the exit status. */
    int failure(Throwable error) {
        say(error);
        return error instanceof IllegalArgumentException ? WRONG_ARGUMENTS : FAILED;
    }

    private void say(Throwable error) {
        PrintWriter err = spec.commandLine().getErr();
        String message = error.getMessage();
        err.println("echo " + spec.name() + ": " + (message == null ? error.toString() : message));
        err.flush();
    }
}

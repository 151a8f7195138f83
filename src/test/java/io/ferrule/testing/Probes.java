package io.ferrule.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What a test needs of the machine and not every machine grants. The test is skipped, with a message that says what is missing. */
public final class Probes {
    private Probes() {}

    /** That strace is there, 5.3 or newer, and may trace a process. */
    public static void needStrace() {
        List<String> command = new ArrayList<>(List.of(Strace.of("close").command()));
        command.add("true");
        need("strace 5.3 or newer, and the right to trace", command.toArray(String[]::new));
    }

    /** That a command runs and ends with status 0. */
    public static void need(String what, String... command) {
        assumeTrue(runs(command), () -> "needs " + what + "; tried: " + String.join(" ", command));
    }

    /** Whether a command runs and ends with status 0. */
    public static boolean runs(String... command) {
        try {
            return Jvm.run(List.of(command)).status() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}

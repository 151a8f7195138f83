package io.ferrule.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Tells whether the threads of a driver have come to wait in the kernel for what they were asked to do. */
final class ThreadsAtRest {
    /** The JVM's own waits, such as for a safepoint: futex, as x86-64 and aarch64 number it. Nobody here waits in what the other calls so. */
    private static final Set<String> FUTEX = Set.of("202", "98");

    private ThreadsAtRest() {}

    /** Whether an operation is over, or waits for something that a test has yet to do. */
    static boolean isDoneOrWaits(Driver driver, TestOperation operation) {
        if (!(driver instanceof ThreadedDriver) || operation.isDone() || operation.ticket == Place.CHAINED) {
            return true;
        }
        if (operation.ticket == Place.REQUESTED) {
            return false; // of a file, and so over soon
        }
        return operation.ticket != Place.WITH_HELPERS
                || (operation.performer instanceof BlockingCalls calls
                        && calls.current == operation
                        && isInSystemCall(calls.thread));
    }

    private static boolean isInSystemCall(int thread) {
        try {
            String call = Files.readString(Path.of("/proc/self/task/" + thread + "/syscall"));
            return Character.isDigit(call.charAt(0)) && !FUTEX.contains(call.split(" ")[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

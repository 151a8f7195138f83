package io.ferrule.driver;

import io.ferrule.sys.SystemCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells whether the threads of a driver have come to wait in the kernel for what they were asked to do. */
final class ThreadsAtRest {
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
                        && isInCallFor(operation.fd, calls.thread));
    }

    /** Otherwise it may be in a call of the JVM's, such as for a class that it loads. */
    private static boolean isInCallFor(int fd, int thread) {
        try {
            String[] call = Files.readString(Path.of("/proc/self/task/" + thread + "/syscall"))
                    .split(" ");
            if (!Character.isDigit(call[0].charAt(0))) {
                return false; // "running"
            }
            boolean isPoll = Long.parseLong(call[0]) == SystemCall.PPOLL;
            return isPoll || Long.parseUnsignedLong(call[1].substring(2), 16) == fd;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

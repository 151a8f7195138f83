package io.ferrule.testing;

import java.util.Arrays;

/** Finds out that a thread has come to wait in the kernel, without sleeping for a time that may be too short. */
public final class Waiting {
    private Waiting() {}

    /** Returns when a thread is in a system call made on behalf of a method of this class. */
    public static void untilInSystemCallOf(Class<?> caller, Thread thread) {
        while (!isInSystemCallOf(caller, thread)) {
            if (!thread.isAlive()) {
                throw new AssertionError(thread + " ended without waiting");
            }
            Thread.yield();
        }
    }

    private static boolean isInSystemCallOf(Class<?> caller, Thread thread) {
        StackTraceElement[] stack = thread.getStackTrace();
        return Arrays.stream(stack).anyMatch(Waiting::isSystemCall)
                && Arrays.stream(stack).anyMatch(frame -> frame.getClassName().equals(caller.getName()));
    }

    /** Through the helper library, or with a handle of its own: io_uring_enter, aio_suspend of the C library, uv_run of libuv. */
    private static boolean isSystemCall(StackTraceElement frame) {
        return frame.getMethodName().equals("ferrule_syscall")
                || frame.getClassName().equals("io.ferrule.uring.EnterCall")
                || frame.getClassName().equals("io.ferrule.driver.PosixAio")
                || (frame.getClassName().equals("io.ferrule.driver.Uv")
                        && frame.getMethodName().equals("run"));
    }
}

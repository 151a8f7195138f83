package io.ferrule.uring;

import io.ferrule.bindings.liburing.LibUring;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The one system call of the data plane, {@code io_uring_enter2}. The generated binding takes its argument as a segment; taking an address instead
 * spares each call the checks on it.
 *
 * <p>Not {@code critical}: a call that waits would hold up garbage collection in the whole process.
 */
final class EnterCall {
    private static final MethodHandle ENTER2 = Linker.nativeLinker()
            .downcallHandle(
                    LibUring.io_uring_enter2$address(),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG));

    private EnterCall() {}

    /** Returns the kernel's answer: a count, or a negative errno. */
    static int invoke(int descriptor, int submit, int wait, int flags, long argument, long argumentSize) {
        try {
            return (int) ENTER2.invokeExact(descriptor, submit, wait, flags, argument, argumentSize);
        } catch (Throwable e) {
            throw new AssertionError("a downcall throws nothing", e);
        }
    }
}

package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import java.io.IOException;
import java.util.Set;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the running kernel has, found by trying, and what it answers. */
final class Kernel {
    /** A call that only a kernel with something makes. */
    interface Attempt {
        void run() throws IOException;
    }

    private static final Set<SetupFlag> ACCEPTED = SetupProbe.accepted();

    private Kernel() {}

    /** Skips the test where the kernel lacks an operation. */
    static void needs(IoUring ring, Opcode operation) throws IOException {
        assumeTrue(
                ring.probe().supports(operation),
                () -> "needs a kernel with " + operation + ", Linux " + operation.since());
    }

    /** Skips the test where the kernel lacks a feature. */
    static void needs(IoUring ring, Feature feature) {
        assumeTrue(
                ring.features().contains(feature),
                () -> "needs a kernel with " + feature + ", Linux " + feature.since());
    }

    /** Skips the test where the kernel lacks a set-up flag. */
    static void needs(SetupFlag flag) {
        needs(flag, "with " + flag);
    }

    /** Skips the test where the kernel lacks something that cannot be asked for, told by a set-up flag of the same release. */
    static void needs(SetupFlag flag, String what) {
        assumeTrue(ACCEPTED.contains(flag), () -> "needs a kernel " + what + ", Linux " + flag.since());
    }

    /** Makes the call of a registration that needs no more than the kernel's having it; skips the test where it does not. */
    static void needs(RegisterOpcode operation, Attempt attempt) throws IOException {
        try {
            attempt.run();
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EINVAL) {
                abort("needs a kernel with " + operation + ", Linux " + operation.since());
            }
            throw e;
        }
    }

    /** The call must fail with this error. */
    static AbstractThrowableAssert<?, ? extends Throwable> refuses(Errno errno, ThrowingCallable call) {
        return assertThatThrownBy(call).isInstanceOf(ErrnoException.class).hasMessageContaining(": " + errno + " (");
    }
}

package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.siginfo_t;
import io.ferrule.sys.Errno;
import io.ferrule.testing.Covers;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Waiting for children. The JVM reaps those that it has started as soon as they end, so that a wait for their end may come too late; the ones that
 * end here are started without the JVM's knowledge.
 */
class WaitidTest extends OperationTest {
    private static final MethodHandle POSIX_SPAWN = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().find("posix_spawn").orElseThrow(),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS,
                            ValueLayout.ADDRESS));

    private final MemorySegment info = siginfo_t.allocate(arena);

    @BeforeEach
    void needWaitid() throws IOException {
        needs(Opcode.IORING_OP_WAITID);
    }

    /** Starts a shell of which the JVM knows nothing. */
    private int spawn(String command) {
        MemorySegment pid = arena.allocate(ValueLayout.JAVA_INT);
        MemorySegment arguments = pointers(path("sh"), path("-c"), path(command));
        MemorySegment environment = pointers();
        try {
            int error = (int) POSIX_SPAWN.invokeExact(
                    pid, path("/bin/sh"), MemorySegment.NULL, MemorySegment.NULL, arguments, environment);
            assertThat(error).as("posix_spawn").isZero();
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        return pid.get(ValueLayout.JAVA_INT, 0);
    }

    /** An array of pointers that ends in NULL. */
    private MemorySegment pointers(MemorySegment... pointers) {
        MemorySegment array = arena.allocate(ValueLayout.ADDRESS, pointers.length + 1);
        for (int i = 0; i < pointers.length; i++) {
            array.setAtIndex(ValueLayout.ADDRESS, i, pointers[i]);
        }
        return array;
    }

    private MemorySegment child() {
        return siginfo_t._sifields._sigchld(siginfo_t._sifields(info));
    }

    private int status() {
        return siginfo_t._sifields._sigchld.si_status(child());
    }

    @Test
    @Covers("IORING_OP_WAITID")
    void aChildThatEndsTellsItsStatus() throws IOException {
        int pid = spawn("exit 7");
        sq().waitid(LibC.P_PID(), pid, info, LibC.WEXITED());
        assertThat(result()).isZero();
        assertThat(siginfo_t._sifields._sigchld.si_pid(child())).isEqualTo(pid);
        assertThat(siginfo_t.si_code(info)).isEqualTo(LibC.CLD_EXITED());
        assertThat(status()).isEqualTo(7);
    }

    @Test
    @Covers("IORING_OP_WAITID")
    void aChildIsWaitedForUntilItEnds() throws IOException {
        int pid = spawn("exec sleep 100");
        sq().waitid(LibC.P_PID(), pid, info, LibC.WEXITED());
        expectNothing();
        LibC.kill(pid, LibC.SIGKILL());
        assertThat(result()).isZero();
        assertThat(siginfo_t.si_code(info)).isEqualTo(LibC.CLD_KILLED());
        assertThat(status()).isEqualTo(LibC.SIGKILL());
    }

    @Test
    @Covers("IORING_OP_WAITID")
    void aChildIsReapedOnceUnlessItIsToStay() throws IOException {
        int pid = spawn("exit 1");
        sq().waitid(LibC.P_PID(), pid, info, LibC.WEXITED() | LibC.WNOWAIT());
        assertThat(result()).isZero();
        sq().waitid(LibC.P_PID(), pid, info, LibC.WEXITED());
        assertThat(result()).isZero();
        sq().waitid(LibC.P_PID(), pid, info, LibC.WEXITED());
        assertThat(result()).isEqualTo(error(Errno.ECHILD));
    }

    @Test
    @Covers("IORING_OP_WAITID")
    void aChildOfTheJvmIsSeenToStopAndGoOn() throws Exception {
        Process process = new ProcessBuilder("sleep", "100").start();
        try {
            int pid = (int) process.pid();
            sq().waitid(LibC.P_PID(), pid, info, LibC.WSTOPPED());
            expectNothing();
            LibC.kill(pid, LibC.SIGSTOP());
            assertThat(result()).isZero();
            assertThat(siginfo_t.si_code(info)).isEqualTo(LibC.CLD_STOPPED());
            assertThat(status()).isEqualTo(LibC.SIGSTOP());
            sq().waitid(LibC.P_PID(), pid, info, LibC.WCONTINUED());
            expectNothing();
            LibC.kill(pid, LibC.SIGCONT());
            assertThat(result()).isZero();
            assertThat(siginfo_t.si_code(info)).isEqualTo(LibC.CLD_CONTINUED());
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    @Covers("IORING_OP_WAITID")
    void aWaitCanBeCancelled() throws Exception {
        Process process = new ProcessBuilder("sleep", "100").start();
        try {
            sq().waitid(LibC.P_PID(), (int) process.pid(), info, LibC.WSTOPPED())
                    .userData(1);
            expectNothing();
            sq().cancel(1, 0).userData(2);
            int[] results = results(2);
            assertThat(results[0]).isEqualTo(error(Errno.ECANCELED));
            assertThat(results[1])
                    .as("how many, other than for most operations")
                    .isEqualTo(1);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    @Covers("IORING_OP_WAITID")
    void aProcessThatIsNoChildIsNotWaitedFor() throws IOException {
        sq().waitid(LibC.P_PID(), 1, info, LibC.WEXITED());
        assertThat(result()).isEqualTo(error(Errno.ECHILD));
    }

    @Test
    @Covers("IORING_OP_WAITID")
    void onlyKnownKindsOfIdsAreTaken() throws IOException {
        sq().waitid(100, 1, info, LibC.WEXITED());
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }
}

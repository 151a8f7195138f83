package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.testing.Descriptors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Waiting for the end of processes. */
class ProcessWaitTest extends LoopContract {
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

    /** More than any system hands out (2^22). */
    private static final long NO_PROCESS = 1 << 30;

    /** Starts a shell of which the JVM knows nothing. */
    private static int spawn(String command) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pid = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment arguments = arena.allocate(ValueLayout.ADDRESS, 4);
            arguments.setAtIndex(ValueLayout.ADDRESS, 0, arena.allocateFrom("sh"));
            arguments.setAtIndex(ValueLayout.ADDRESS, 1, arena.allocateFrom("-c"));
            arguments.setAtIndex(ValueLayout.ADDRESS, 2, arena.allocateFrom(command));
            int error = (int) POSIX_SPAWN.invokeExact(
                    pid,
                    arena.allocateFrom("/bin/sh"),
                    MemorySegment.NULL,
                    MemorySegment.NULL,
                    arguments,
                    arena.allocate(ValueLayout.ADDRESS));
            assertThat(error).as("posix_spawn").isZero();
            return pid.get(ValueLayout.JAVA_INT, 0);
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** A process that ends when its input does. */
    private Process start() throws IOException {
        return new ProcessBuilder("cat").start();
    }

    // ---- processes of Java ----

    @BeforeEach
    void needPoll() {
        Drivers.need(driver, Drivers.Feature.POLL);
    }

    @Test
    void aProcessIsWaitedForAndTellsItsStatus() throws Exception {
        Process process = new ProcessBuilder("sh", "-c", "read line; exit 7").start();
        CompletableFuture<ExitStatus> waiting = loop.waitFor(process).future();
        settle();
        assertThat(waiting).isNotDone();
        process.getOutputStream().close();
        assertThat(waiting.get()).isEqualTo(new ExitStatus(ExitStatus.Kind.EXITED, 7));
        assertThat(process.waitFor()).isEqualTo(7);
    }

    @Test
    void aProcessThatHasEndedTellsItsStatusToo() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        assertThat(loop.waitFor(process).await().isSuccess()).isTrue();
    }

    @Test
    void aWaitThatIsCancelledLeavesTheProcessAlone() throws Exception {
        Process process = start();
        CompletableFuture<ExitStatus> waiting = loop.waitFor(process).future();
        settle();
        waiting.cancel(true);
        assertThatThrownBy(waiting::get).hasCauseInstanceOf(OperationCancelledException.class);
        assertThat(process.isAlive()).isTrue();
        process.getOutputStream().close();
        assertThat(loop.waitFor(process).await().isSuccess()).isTrue();
    }

    // ---- any process ----

    @Test
    void theEndOfAnyProcessIsSeen() throws Exception {
        Process process = start();
        CompletableFuture<ExitStatus> waiting = loop.waitFor(process.toHandle()).future();
        settle();
        assertThat(waiting).isNotDone();
        process.getOutputStream().close();
        assertThat(waiting.get()).isEqualTo(ExitStatus.UNKNOWN);
        assertThat(process.waitFor()).as("left for the JVM to take").isZero();
    }

    @Test
    void aProcessOfSomebodyElseIsWaitedFor() throws Exception {
        Process parent = new ProcessBuilder("sh", "-c", "sleep 60 & echo $!; wait").start();
        long pid = Long.parseLong(parent.inputReader().readLine());
        ProcessHandle grandchild = ProcessHandle.of(pid).orElseThrow();
        CompletableFuture<ExitStatus> waiting = loop.waitFor(grandchild).future();
        settle();
        grandchild.destroy();
        assertThat(waiting.get()).hasToString("ended");
        parent.destroy();
        parent.waitFor();
    }

    @Test
    void aHandleWhoseProcessIsGoneIsAnErrorOfItsOwnType() throws Exception {
        Process process = new ProcessBuilder("true").start();
        ProcessHandle handle = process.toHandle();
        process.waitFor();
        assertThatThrownBy(() -> loop.waitFor(handle).await())
                .isInstanceOfSatisfying(
                        ProcessGoneException.class, e -> assertThat(e.pid()).isEqualTo(handle.pid()));
    }

    // ---- children of native code ----

    @Test
    void aChildOfNativeCodeTellsItsStatusAndIsGone() throws IOException {
        int pid = spawn("exit 3");
        assertThat(loop.waitForChild(pid).await()).hasToString("exited with 3");
        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThatThrownBy(() -> loop.waitForChild(pid).await()).isInstanceOf(ProcessGoneException.class);
    }

    @Test
    void aSignalThatEndedAChildIsTold() throws IOException {
        int pid = spawn("kill -TERM $$");
        assertThat(loop.waitForChild(pid).await()).isEqualTo(new ExitStatus(ExitStatus.Kind.KILLED, 15));
    }

    @Test
    void aChildThatIsRunningIsWaitedFor() throws Exception {
        int pid = spawn("exec cat < /dev/zero > /dev/null");
        CompletableFuture<ExitStatus> waiting = loop.waitForChild(pid).future();
        settle();
        assertThat(waiting).isNotDone();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        assertThat(waiting.get()).hasToString("killed by signal 9");
    }

    @Test
    void aProcessThatIsNoChildIsAnErrorOfItsOwnType() {
        long init = 1;
        assertThatThrownBy(() -> loop.waitForChild(init).await())
                .isInstanceOf(ProcessGoneException.class)
                .hasMessage("process 1: it is not a child of this process, or somebody else has waited for it");
    }

    @Test
    void aNumberThatIsNoProcessIsAnErrorOfItsOwnType() {
        assertThatThrownBy(() -> loop.waitForChild(NO_PROCESS).await())
                .isInstanceOf(ProcessGoneException.class)
                .hasMessage("process " + NO_PROCESS + ": there is none");
    }

    @Test
    void aNumberBelowOneIsRefused() {
        assertThatThrownBy(() -> loop.waitForChild(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothingIsLeftOpen() throws IOException {
        loop.waitForChild(spawn("exit 0")).await();
        assertThatThrownBy(() -> loop.waitForChild(1).await()).isInstanceOf(ProcessGoneException.class);
        assertThat(Descriptors.openTo("anon_inode:\\[pidfd\\]")).isZero();
    }

    @Test
    void afterCloseNothingIsWaitedFor() {
        loop.close();
        assertThatThrownBy(() -> loop.waitForChild(1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> loop.waitFor(ProcessHandle.current())).isInstanceOf(IllegalStateException.class);
    }
}

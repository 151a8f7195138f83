package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.siginfo_t;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.EventFd;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SystemCall;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Waits for events of a descriptor of its own, which is opened when it begins and closed when it is over: so no other file can come to have the
 * number meanwhile.
 */
abstract class PollTask<T> extends Task<T> {
    private static final int NONE = -1;

    private PollTask(Loop loop, String subject, int events) {
        super(loop, OperationKind.POLL, null, subject);
        step.flags = events;
    }

    /** Opens the descriptor. On the loop's thread. */
    abstract int open() throws IOException;

    @Override
    final void prepare() throws IOException {
        step.fd = open();
    }

    @Override
    void releaseMemory() {
        if (step.fd != NONE) {
            loop.perform(OperationKind.CLOSE, step.fd, 0);
            step.fd = NONE;
        }
    }

    private static int duplicate(Fd fd) throws IOException {
        int result = SystemCall.invoke(SystemCall.FCNTL, fd.number(), LibC.F_DUPFD_CLOEXEC(), 0);
        if (result < 0) {
            throw Failures.of(OperationKind.POLL, result, fd.toString());
        }
        return result;
    }

    private static int openProcess(long pid) throws IOException {
        int result = SystemCall.invoke(SystemCall.PIDFD_OPEN, pid, 0, 0);
        if (result == -Errno.ESRCH.number()) {
            throw new ProcessGoneException(pid, "there is none");
        }
        if (result < 0) {
            throw new ErrnoException(
                    result,
                    "pidfd_open",
                    "process " + pid,
                    Errno.of(result) == Errno.ENOSYS ? "Waiting for processes needs Linux 5.3" : null);
        }
        return result;
    }

    /** Somebody else's descriptor. */
    static final class OfDescriptor extends PollTask<Integer> {
        private final Fd fd;

        OfDescriptor(Loop loop, Fd fd, int events) {
            super(loop, fd.toString(), checked(events));
            fd.number(); // refuses a closed one here and now
            this.fd = fd;
        }

        private static int checked(int events) {
            if (events < 0 || events > 0xffff) {
                throw new IllegalArgumentException(
                        "events are POLLIN and its like, 16 bits, not 0x" + Integer.toHexString(events));
            }
            return events;
        }

        @Override
        int open() throws IOException {
            return duplicate(fd);
        }

        @Override
        Integer value(int result) {
            return result;
        }
    }

    /** A process that Java has started: the JVM waits for it, and tells us. */
    static final class OfJavaProcess extends PollTask<ExitStatus> {
        private final Process process;
        private @Nullable EventFd ended;
        private @Nullable CompletableFuture<Void> telling;

        OfJavaProcess(Loop loop, Process process) {
            super(loop, "process " + process.pid(), LibC.POLLIN());
            this.process = process;
        }

        @Override
        int open() throws IOException {
            EventFd event = EventFd.open(0);
            ended = event;
            telling = process.onExit().thenRun(event::signal);
            return duplicate(event.fd());
        }

        @Override
        ExitStatus value(int result) {
            return new ExitStatus(ExitStatus.Kind.EXITED, process.exitValue());
        }

        @Override
        void releaseMemory() {
            super.releaseMemory();
            if (telling != null) {
                telling.cancel(false);
            }
            try {
                if (ended != null) {
                    ended.close();
                }
            } catch (IOException e) {
                // an eventfd has nothing to report
            }
        }
    }

    /** Any process: it is seen to end, but how is not told. */
    static final class OfProcess extends PollTask<ExitStatus> {
        private final ProcessHandle process;

        OfProcess(Loop loop, ProcessHandle process) {
            super(loop, "process " + process.pid(), LibC.POLLIN());
            this.process = process;
        }

        @Override
        int open() throws IOException {
            int descriptor = openProcess(process.pid());
            // Another process may have come to have the number before it was opened; the handle knows its own by the
            // time it began.
            if (!process.isAlive()) {
                loop.perform(OperationKind.CLOSE, descriptor, 0);
                throw new ProcessGoneException(process.pid(), "it has ended");
            }
            return descriptor;
        }

        @Override
        ExitStatus value(int result) {
            return ExitStatus.UNKNOWN;
        }
    }

    /** A child of ours that Java knows nothing of. */
    static final class OfChild extends PollTask<ExitStatus> {
        private final long pid;
        private final MemorySegment information = siginfo_t.allocate(Arena.ofAuto());

        OfChild(Loop loop, long pid) {
            super(loop, "process " + pid, LibC.POLLIN());
            if (pid < 1) {
                throw new IllegalArgumentException("a process has a number of 1 or more, not " + pid);
            }
            this.pid = pid;
        }

        @Override
        int open() throws IOException {
            int descriptor = openProcess(pid);
            try {
                waitId(descriptor, LibC.WNOWAIT());
            } catch (IOException e) {
                loop.perform(OperationKind.CLOSE, descriptor, 0);
                throw e;
            }
            return descriptor;
        }

        @Override
        ExitStatus value(int result) throws IOException {
            waitId(step.fd, 0);
            MemorySegment child = siginfo_t._sifields._sigchld(siginfo_t._sifields(information));
            int number = siginfo_t._sifields._sigchld.si_status(child);
            return new ExitStatus(
                    siginfo_t.si_code(information) == LibC.CLD_EXITED()
                            ? ExitStatus.Kind.EXITED
                            : ExitStatus.Kind.KILLED,
                    number);
        }

        private void waitId(int descriptor, int flags) throws IOException {
            int result = SystemCall.invoke(
                    SystemCall.WAITID,
                    LibC.P_PIDFD(),
                    descriptor,
                    information.address(),
                    LibC.WEXITED() | LibC.WNOHANG() | flags,
                    0,
                    0);
            if (result == -Errno.ECHILD.number()) {
                throw new ProcessGoneException(
                        pid, "it is not a child of this process, or somebody else has waited for it");
            }
            if (result < 0) {
                throw new ErrnoException(result, "waitid", "process " + pid, null);
            }
        }
    }
}

package io.ferrule.uring;

import io.ferrule.testing.Tasks;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.opentest4j.TestAbortedException;

/** Runs a part of a test on a thread of its own. */
final class OtherThread<T> {
    private static final long SECONDS_AT_MOST = 20;

    private final FutureTask<T> task;
    private final Thread thread;

    private OtherThread(String name, Callable<T> body) {
        task = new FutureTask<>(body);
        thread = Thread.ofPlatform().daemon().name(name).start(task);
    }

    /** Starts it. The name has 15 characters at most, as the kernel's. */
    static <T> OtherThread<T> start(String name, Callable<T> body) {
        return new OtherThread<>(name, body);
    }

    /** Runs it and waits until the thread has ended. What it throws comes as the cause of an ExecutionException. */
    static <T> T call(String name, Callable<T> body) throws Exception {
        return start(name, body).result();
    }

    /** Waits until the thread has ended. Where it found that the test is to be skipped, the test is. */
    T result() throws Exception {
        try {
            T result = task.get(SECONDS_AT_MOST, TimeUnit.SECONDS);
            thread.join();
            return result;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof TestAbortedException skip ? skip : e;
        }
    }

    boolean isDone() {
        return task.isDone();
    }

    /** Waits until the thread is inside a system call. */
    void awaitSystemCall(long number) {
        while (!task.isDone()) {
            if (systemCall().startsWith(number + " ")) {
                return;
            }
            Thread.onSpinWait();
        }
    }

    private String systemCall() {
        List<Path> named = Tasks.named(Pattern.quote(thread.getName()));
        return named.isEmpty() ? "" : Tasks.read(named.getFirst(), "syscall");
    }
}

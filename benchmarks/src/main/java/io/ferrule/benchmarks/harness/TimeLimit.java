package io.ferrule.benchmarks.harness;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Holds work that is done in other processes to its time, and leaves none of them behind. */
final class TimeLimit {
    private static final ScheduledExecutorService CLOCK = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("time limit").factory());

    private TimeLimit() {}

    interface Job<T> {
        T run() throws IOException, InterruptedException;
    }

    /**
     * Does the job. When its time is over, all processes that descend from this one are killed, again and again until the job sees it and ends.
     *
     * @throws SideException with TIMED_OUT
     */
    static <T> T keep(Duration limit, Job<T> job) throws IOException, InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        var bell = CLOCK.scheduleAtFixedRate(
                () -> {
                    over.set(true);
                    killAll();
                },
                limit.toMillis(),
                500,
                TimeUnit.MILLISECONDS);
        try {
            T result = job.run();
            if (!over.get()) {
                return result;
            }
        } catch (IOException | RuntimeException e) {
            if (!over.get()) {
                throw e;
            }
        } finally {
            bell.cancel(false);
            killAll();
        }
        throw new SideException(Status.TIMED_OUT, "not done within " + limit.toSeconds() + " s, and killed");
    }

    private static void killAll() {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    }
}

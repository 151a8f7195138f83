package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import io.ferrule.testing.Tasks;
import io.ferrule.uring.Registration.WorkerLimits;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kernel threads that do what would block: where they run and how many there are. */
@Timeout(30)
class WorkersTest {
    private static final BitSet FIRST = BitSet.valueOf(new long[] {1});

    @Test
    @Covers("IORING_REGISTER_IOWQ_AFF")
    void theyStayOnTheirProcessors() throws Exception {
        onAThreadOfItsOwn((ring, pipe, arena) -> {
            Kernel.needs(
                    RegisterOpcode.IORING_REGISTER_IOWQ_AFF,
                    () -> ring.register().workerAffinity(FIRST));
            work(ring, pipe, arena, 1);
            await(() -> workers().equals(Set.of("0")));
            assertThat(workers()).containsExactly("0");
        });
    }

    @Test
    @Covers({"IORING_REGISTER_IOWQ_AFF", "IORING_UNREGISTER_IOWQ_AFF"})
    void theyRunAnywhereAgain() throws Exception {
        onAThreadOfItsOwn((ring, pipe, arena) -> {
            Kernel.needs(
                    RegisterOpcode.IORING_REGISTER_IOWQ_AFF,
                    () -> ring.register().workerAffinity(FIRST));
            ring.register().resetWorkerAffinity();
            work(ring, pipe, arena, 1);
            String anywhere = status(Tasks.current(), "Cpus_allowed_list:");
            await(() -> workers().equals(Set.of(anywhere)));
            assertThat(workers()).containsExactly(anywhere);
        });
    }

    @Test
    void theyMustBeAllowedToRunSomewhere() throws IOException {
        try (IoUring ring = IoUring.open(4)) {
            assertThatThrownBy(() -> ring.register().workerAffinity(new BitSet()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    @Covers("IORING_REGISTER_IOWQ_MAX_WORKERS")
    void theLimitsAreAnsweredAsTheyWere() throws IOException {
        try (IoUring ring = IoUring.open(4)) {
            Registration register = ring.register();
            Kernel.needs(
                    RegisterOpcode.IORING_REGISTER_IOWQ_MAX_WORKERS,
                    () -> register.workerLimits(new WorkerLimits(0, 0)));
            WorkerLimits first = register.workerLimits(new WorkerLimits(2, 3));
            assertThat(first.bounded()).isPositive();
            assertThat(register.workerLimits(new WorkerLimits(0, 0))).isEqualTo(new WorkerLimits(2, 3));
            assertThat(register.workerLimits(new WorkerLimits(0, 5))).isEqualTo(new WorkerLimits(2, 3));
            assertThat(register.workerLimits(new WorkerLimits(0, 0))).isEqualTo(new WorkerLimits(2, 5));
        }
    }

    @Test
    @Covers({"IORING_REGISTER_IOWQ_MAX_WORKERS", "IOSQE_ASYNC"})
    void oneWorkerTakesOneBlockingRequestAfterTheOther() throws Exception {
        onAThreadOfItsOwn((ring, pipe, arena) -> {
            Kernel.needs(
                    RegisterOpcode.IORING_REGISTER_IOWQ_MAX_WORKERS,
                    () -> ring.register().workerLimits(new WorkerLimits(1, 1)));
            work(ring, pipe, arena, 3);
            for (int i = 0; i < 3; i++) {
                pipe.write("x");
                assertThat(Completion.result(ring)).isEqualTo(1);
                assertThat(Tasks.workers()).hasSizeLessThanOrEqualTo(1);
            }
        });
    }

    private interface Body {
        void run(IoUring ring, Pipe pipe, Arena arena) throws Exception;
    }

    /** Workers belong to the thread, not to the ring, and so do their limits. */
    private static void onAThreadOfItsOwn(Body body) throws Exception {
        OtherThread.call("boss", () -> {
            try (Arena arena = Arena.ofConfined();
                    Pipe pipe = Pipe.sockets(); // several such reads of a pipe make Linux 6.1 spin for ever
                    IoUring ring = IoUring.open(8)) {
                body.run(ring, pipe, arena);
            }
            return null;
        });
    }

    private static void work(IoUring ring, Pipe pipe, Arena arena, int requests) throws IOException {
        for (int i = 0; i < requests; i++) {
            ring.sq().next().read(pipe.reader(), arena.allocate(1), -1).async();
        }
        ring.submit();
    }

    /** Where the calling thread's workers may run. */
    private static Set<String> workers() {
        Set<String> processors = new TreeSet<>();
        for (Path worker : Tasks.workers()) {
            String allowed = status(worker, "Cpus_allowed_list:");
            if (allowed != null) {
                processors.add(allowed);
            }
        }
        return processors;
    }

    private static String status(Path task, String key) {
        return Tasks.read(task, "status")
                .lines()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).strip())
                .findFirst()
                .orElse(null);
    }

    private static void await(Supplier<Boolean> condition) {
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!condition.get() && System.nanoTime() < deadline) {
            Thread.yield();
        }
    }
}

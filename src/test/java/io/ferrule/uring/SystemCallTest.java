package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.sys.Pipe;
import io.ferrule.testing.Jvm;
import io.ferrule.testing.Probes;
import io.ferrule.testing.Strace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How often the ring enters the kernel, and what it makes of a kernel that sends it back. */
@Tag("subprocess")
@Timeout(120)
class SystemCallTest {
    private static final int BATCHES = 200;
    private static final int BATCH = 32;

    private Strace strace;

    @BeforeEach
    void traceEntering(@TempDir Path directory) {
        strace = Strace.of("io_uring_enter", directory.resolve("trace"));
    }

    @BeforeAll
    static void needStrace() {
        Probes.needStrace();
    }

    /** Batches of NOPs, each submitted and awaited with one call. */
    static class Batches {
        public static void main(String[] args) throws IOException {
            try (IoUring ring = IoUring.open(BATCH)) {
                for (int batch = 0; batch < BATCHES; batch++) {
                    for (int i = 0; i < BATCH; i++) {
                        ring.sq().next().nop();
                    }
                    ring.submitAndWait(BATCH);
                    while (ring.cq().next()) {
                        // consumed
                    }
                }
                System.out.println("in flight: " + ring.inFlight());
            }
        }
    }

    @Test
    void aBatchTakesOneSystemCall() throws Exception {
        Jvm.Result result = traced(Batches.class);
        assertThat(result.out()).isEqualTo("in flight: 0\n");
        assertThat(strace.calls()).hasSize(BATCHES);
    }

    /** NOPs for a worker thread: none is complete by the time the call that submits it returns. */
    static class Deferred {
        public static void main(String[] args) throws IOException {
            try (IoUring ring = IoUring.open(BATCH)) {
                for (int batch = 0; batch < BATCHES; batch++) {
                    ring.sq().next().nop().async();
                    ring.submitAndWait(1);
                    while (ring.cq().next()) {
                        // consumed
                    }
                }
                System.out.println("in flight: " + ring.inFlight());
            }
        }
    }

    @Test
    void hopingThatRequestsAreDoneAtOnceCostsFewSystemCallsWhenTheyNeverAre() throws Exception {
        Jvm.Result result = traced(Deferred.class);
        assertThat(result.out()).isEqualTo("in flight: 0\n");
        assertThat(strace.calls()).hasSizeBetween(BATCHES, BATCHES + BATCHES / 20);
    }

    /** The kernel thread stays awake for ten seconds, so that no call is due but the one that wakes it first. */
    static class Polled {
        public static void main(String[] args) throws IOException {
            RingOptions options = RingOptions.defaults().sqPoll(Duration.ofSeconds(10));
            try (IoUring ring = IoUring.open(BATCH, options)) {
                for (int batch = 0; batch < BATCHES; batch++) {
                    for (int i = 0; i < BATCH; i++) {
                        ring.sq().next().nop();
                    }
                    ring.submit();
                    for (int i = 0; i < BATCH; ) {
                        if (ring.cq().next()) {
                            i++;
                        } else {
                            Thread.onSpinWait();
                        }
                    }
                    Polling.untilTaken(ring);
                }
                System.out.println("in flight: " + ring.inFlight());
            }
        }
    }

    @Test
    void underSqPollSubmittingTakesNoSystemCallWhileTheKernelThreadIsAwake() throws Exception {
        Jvm.Result result = traced(Polled.class);
        assertThat(result.out()).isEqualTo("in flight: 0\n");
        assertThat(strace.calls()).as("of " + BATCHES + " submits").hasSizeLessThan(5);
    }

    /** The same, where the ring waits. */
    static class PolledAndAwaited {
        public static void main(String[] args) throws IOException {
            RingOptions options = RingOptions.defaults().sqPoll(Duration.ofSeconds(10));
            try (IoUring ring = IoUring.open(BATCH, options)) {
                for (int batch = 0; batch < BATCHES; batch++) {
                    for (int i = 0; i < BATCH; i++) {
                        ring.sq().next().nop();
                    }
                    ring.submitAndWait(BATCH);
                    ring.cq().advance(BATCH);
                    Polling.untilTaken(ring);
                }
                System.out.println("in flight: " + ring.inFlight());
            }
        }
    }

    @Test
    void underSqPollWaitingTakesOneSystemCallAtMost() throws Exception {
        Jvm.Result result = traced(PolledAndAwaited.class);
        assertThat(result.out()).isEqualTo("in flight: 0\n");
        assertThat(strace.calls()).as("of " + BATCHES + " waits").hasSizeLessThan(BATCHES + 5);
    }

    /** Many operations of two kinds, of which each must complete exactly once, however often the kernel sends us back. */
    static class Work {
        private static final int OPERATIONS = 2_000;

        public static void main(String[] args) throws IOException {
            BitSet seen = new BitSet();
            try (Arena arena = Arena.ofConfined();
                    IoUring ring = IoUring.open(8);
                    Pipe pipe = Pipe.open(0)) {
                MemorySegment buffer = arena.allocate(1);
                for (int i = 0; i < OPERATIONS; i += 4) {
                    ring.sq().next().nop().userData(i);
                    ring.sq().next().read(pipe.reader(), buffer, -1).userData(i + 1);
                    ring.submit();
                    ring.sq().next().nop().userData(i + 2);
                    ring.sq().next().write(pipe.writer(), buffer, -1).userData(i + 3);
                    for (int taken = 0; taken < 4; ) {
                        ring.submitAndWait(1, 5_000_000_000L);
                        while (ring.cq().next()) {
                            taken++;
                            int id = (int) ring.cq().userData();
                            if (seen.get(id) || ring.cq().res() != id % 2) {
                                System.out.println(
                                        id + " came again, or with " + ring.cq().res());
                            }
                            seen.set(id);
                        }
                    }
                }
                System.out.println(seen.cardinality() + " done, " + ring.inFlight() + " in flight");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"EINTR, 2+3", "EAGAIN, 2+3", "EBUSY, 2+3", "EINTR, 1..20", "EAGAIN, 1..20", "EBUSY, 1..20"})
    void aKernelThatSendsUsBackLosesAndDoublesNothing(String error, String when) throws Exception {
        strace.failing("io_uring_enter:error=" + error + ":when=" + when);
        Jvm.Result result = traced(Work.class);
        assertThat(result.out()).as(result.toString()).isEqualTo(Work.OPERATIONS + " done, 0 in flight\n");
        assertThat(strace.calls()).anyMatch(call -> call.contains("INJECTED"));
    }

    /** A kernel that never takes anything. */
    static class Refused {
        public static void main(String[] args) throws IOException {
            IoUring ring = IoUring.open(8);
            ring.sq().next().nop().userData(1);
            System.out.println(
                    "submit: " + ring.submit() + " taken, " + ring.sq().ready() + " left");
            try {
                ring.submitAndWait(1);
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
            System.out.println(ring.sq().ready() + " left");
        }
    }

    @Test
    void aKernelThatStaysBusyIsAnErrorInTheEndAndNothingIsLost() throws Exception {
        strace.failing("io_uring_enter:error=EBUSY");
        Jvm.Result result = traced(Refused.class);
        assertThat(result.out())
                .startsWith("submit: 0 taken, 1 left\n")
                .contains("EBUSY")
                .contains("consumed")
                .endsWith("1 left\n");
    }

    @Test
    void anErrorThatDoesNotPassIsThrown() throws Exception {
        strace.failing("io_uring_enter:error=ENXIO");
        Jvm.Result result = traced(Refused.class);
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err())
                .contains("ErrnoException: io_uring_enter on ring fd")
                .contains("ENXIO");
    }

    private Jvm.Result traced(Class<?> main) throws Exception {
        return Jvm.onModulePath(main).under(strace.command()).run();
    }
}

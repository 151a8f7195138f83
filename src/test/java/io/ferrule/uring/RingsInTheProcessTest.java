package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SystemCall;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Jvm;
import io.ferrule.testing.Pipe;
import io.ferrule.testing.Tasks;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What rings leave to child processes, which threads they bring and take away, and what they see of each other. */
@Timeout(60)
class RingsInTheProcessTest {
    private static final int EFD_NONBLOCK = 0x800;
    private static final long O_CLOEXEC = 02_000_000;

    // ---- child processes ----

    @Test
    void aProgramThatIsStartedInheritsNoRing() throws IOException {
        try (IoUring ring = IoUring.open(4)) {
            String flags = Files.readAllLines(Path.of("/proc/self/fdinfo/" + ring.descriptor())).stream()
                    .filter(line -> line.startsWith("flags:"))
                    .map(line -> line.substring(6).strip())
                    .findFirst()
                    .orElseThrow();
            assertThat(Long.parseLong(flags, 8) & O_CLOEXEC).isEqualTo(O_CLOEXEC);
        }
    }

    /** The queues are one process's: what a forked child wrote there would be the parent's entries. */
    @Test
    void theQueuesAreNotCopiedIntoAForkedChild() throws IOException {
        try (IoUring ring = IoUring.open(4)) {
            ring.submit();
            List<String> flags = Stream.of(
                            Files.readString(Path.of("/proc/self/smaps")).split("(?m)(?=^[0-9a-f]+-)"))
                    .filter(mapping -> mapping.contains("[io_uring]"))
                    .map(mapping -> mapping.lines()
                            .filter(line -> line.startsWith("VmFlags:"))
                            .findFirst()
                            .orElse(""))
                    .toList();
            assertThat(flags).isNotEmpty().allMatch(line -> line.contains(" dc"), "do not copy");
        }
    }

    @Test
    @Covers("IORING_OP_READ")
    void requestsInFlightOutliveTheChildrenThatAreStartedMeanwhile() throws Exception {
        // A pipe each: Linux 6.1 goes round for ever where a worker and a poll wait to read from the same.
        try (Arena arena = Arena.ofConfined();
                Pipe polled = Pipe.open();
                Pipe worked = Pipe.open();
                IoUring ring = IoUring.open(4)) {
            ring.sq().next().read(polled.reader(), arena.allocate(8), -1).userData(1);
            ring.sq()
                    .next()
                    .read(worked.reader(), arena.allocate(8), -1)
                    .userData(2)
                    .async();
            ring.submit();
            assertThat(Jvm.run(List.of("true")).status()).isZero();
            assertThat(ring.cq().next()).isFalse();
            assertThat(ring.inFlight()).isEqualTo(2);
            polled.write("x");
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, 1));
            worked.write("y");
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(2, 1));
        }
    }

    // ---- threads of the kernel ----

    @Test
    @Covers("IORING_SETUP_SQPOLL")
    void theKernelThreadEndsWithItsRing() throws IOException {
        Set<String> before = threads("iou-sqp-");
        Set<String> during;
        try (IoUring ring = IoUring.open(4, RingOptions.defaults().sqPoll(Duration.ofMillis(10)))) {
            ring.sq().next().nop();
            assertThat(Completion.result(ring)).isZero();
            during = threads("iou-sqp-");
            during.removeAll(before);
            assertThat(during).hasSize(1);
        }
        while (threads("iou-sqp-").containsAll(during)) {
            Thread.onSpinWait(); // the class's timeout is the limit
        }
        assertThat(threads("iou-sqp-")).doesNotContainAnyElementsOf(during);
    }

    @Test
    @Covers("IOSQE_ASYNC")
    void workersEndWithTheThreadThatTheyWorkFor() throws Exception {
        String name = OtherThread.call("boss", () -> {
            String id = Path.of("/proc/thread-self").toRealPath().getFileName().toString();
            try (Arena arena = Arena.ofConfined();
                    Pipe pipe = Pipe.open();
                    IoUring ring = IoUring.open(4)) {
                ring.sq().next().read(pipe.reader(), arena.allocate(8), -1).async();
                ring.submit();
                pipe.write("x");
                assertThat(Completion.result(ring)).isEqualTo(1);
                assertThat(threads("iou-wrk-" + id)).isNotEmpty();
            }
            return "iou-wrk-" + id;
        });
        while (!threads(name).isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(threads(name)).isEmpty();
    }

    /** What /proc tells of a ring is read while the ring works, and with it its kernel thread. */
    @Test
    @Covers("IORING_SETUP_SQPOLL")
    void aRingTellsAboutItselfWhileItWorks() throws Exception {
        try (IoUring ring = IoUring.open(8, RingOptions.defaults().sqPoll(Duration.ofMillis(10)))) {
            Path info = Path.of("/proc/self/fdinfo/" + ring.descriptor());
            OtherThread<Integer> reader = OtherThread.start("reader", () -> {
                int told = 0;
                for (int i = 0; i < 200; i++) {
                    told += Files.readString(info).contains("flags:") ? 1 : 0;
                }
                return told;
            });
            long count = 0;
            while (!reader.isDone()) {
                ring.sq().next().nop().userData(count);
                assertThat(Completion.next(ring)).isEqualTo(Completion.of(count, 0));
                count++;
            }
            assertThat(reader.result()).isEqualTo(200);
        }
    }

    // ---- rings and what they see of each other ----

    @Test
    @Covers({"IORING_REGISTER_EVENTFD", "IORING_OP_POLL_ADD"})
    void oneRingSeesAnothersCompletionsThroughItsEventfd() throws IOException {
        try (Fd eventfd = eventfd();
                IoUring watched = RingVariant.PLAIN.open(4);
                IoUring watcher = IoUring.open(4)) {
            watched.register().eventDescriptor(eventfd);
            watcher.sq().next().pollAdd(eventfd, LibC.POLLIN()).userData(1);
            watcher.submit();
            assertThat(watcher.cq().next()).isFalse();
            watched.sq().next().nop();
            watched.submit();
            assertThat(Completion.next(watcher)).isEqualTo(Completion.of(1, LibC.POLLIN()));
        }
    }

    /** A thread that waits for the eventfd in the kernel is woken by what completes for its ring meanwhile. */
    @OnEveryRing
    @Covers({"IORING_REGISTER_EVENTFD", "IORING_OP_POLL_ADD"})
    void whoWaitsForTheEventfdIsWoken(RingVariant variant) throws Exception {
        try (Arena arena = Arena.ofConfined();
                Fd eventfd = Fd.own(SystemCall.invoke(SystemCall.EVENTFD2, 0, 0, 0));
                Pipe pipe = Pipe.open();
                IoUring ring = variant.open(4)) {
            ring.register().eventDescriptor(eventfd);
            ring.sq().next().pollAdd(pipe.reader(), LibC.POLLIN()).userData(7);
            ring.submit();
            OtherThread<Void> writer = OtherThread.start("writer", () -> {
                pipe.write("x");
                return null;
            });
            MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
            assertThat(eventfd.read(count)).isEqualTo(8);
            assertThat(count.get(ValueLayout.JAVA_LONG, 0)).isPositive();
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(7, LibC.POLLIN()));
            writer.result();
        }
    }

    @Test
    @Covers("IORING_OP_MSG_RING")
    void aRingMaySendToItself() throws IOException {
        try (IoUring ring = IoUring.open(4, RingOptions.defaults().messageTarget())) {
            Kernel.needs(ring, Opcode.IORING_OP_MSG_RING);
            ring.sq().next().messageRing(Fd.borrow(ring.descriptor()), 42, 8).userData(9);
            assertThat(Completion.next(ring, 2)).containsExactlyInAnyOrder(Completion.of(8, 42), Completion.of(9, 0));
        }
    }

    /** What does not fit the queue is kept in the kernel, and with it its second half. */
    @Test
    @Covers({"IORING_SETUP_CQE32", "IORING_FEAT_NODROP"})
    void wideCompletionsThatDidNotFitKeepTheirWords() throws IOException {
        assertWordsSurviveOverflow(RingVariant.CQE32);
    }

    @Test
    @Covers({"IORING_SETUP_CQE_MIXED", "IORING_FEAT_NODROP"})
    void wideCompletionsAmongOthersThatDidNotFitKeepTheirWords() throws IOException {
        assertWordsSurviveOverflow(RingVariant.CQE_MIXED);
    }

    private static void assertWordsSurviveOverflow(RingVariant variant) throws IOException {
        int count = 24;
        try (IoUring ring = IoUring.open(4, variant.options().cqEntries(4))) {
            for (int i = 0; i < count; i++) {
                boolean wide = variant == RingVariant.CQE32 || i % 3 == 0;
                Sqe sqe = ring.sq().next();
                if (wide) {
                    sqe.raw(Opcode.IORING_OP_NOP.number(), -1, -i, 0, 1000 + i)
                            .operationFlags(UringFlags.IORING_NOP_CQE32);
                } else {
                    sqe.nop();
                }
                sqe.userData(i);
                ring.submit();
            }
            for (int i = 0; i < count; i++) {
                Completion completion = Completion.next(ring);
                assumeTrue(i > 0 || completion.res() == 0, "needs IORING_NOP_CQE32, Linux 6.18");
                assertThat(completion).isEqualTo(Completion.of(i, 0));
                if (variant == RingVariant.CQE32 || i % 3 == 0) {
                    assertThat(ring.cq().extra1()).isEqualTo(1000 + i);
                    assertThat(ring.cq().extra2()).isEqualTo(-i);
                }
            }
            assertThat(ring.cq().overflows()).isPositive();
        }
    }

    private static Fd eventfd() {
        return Fd.own(SystemCall.invoke(SystemCall.EVENTFD2, 0, EFD_NONBLOCK, 0));
    }

    /** The ids of the process's threads, those of the kernel included, whose names begin so. */
    private static Set<String> threads(String name) {
        return Tasks.named(Pattern.quote(name) + ".*").stream()
                .map(task -> task.getFileName().toString())
                .collect(Collectors.toSet());
    }
}

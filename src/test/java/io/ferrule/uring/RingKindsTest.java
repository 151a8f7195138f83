package io.ferrule.uring;

import static io.ferrule.uring.SetupFlag.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Rings of special kinds do what rings do: register, submit, cancel, close. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RingKindsTest {
    @Test
    @Covers({"IORING_SETUP_NO_MMAP", "IORING_SETUP_REGISTERED_FD_ONLY", "IORING_FEAT_REG_REG_RING"})
    void aRingWithoutADescriptorRegistersAndSubmitsAndCancels() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open();
                IoUring ring = open(IORING_SETUP_NO_MMAP, IORING_SETUP_REGISTERED_FD_ONLY)) {
            MemorySegment buffer = arena.allocate(8);
            ring.register().buffers(buffer);
            ring.register().files(pipe.reader());
            assertThat(ring.probe().supports(Opcode.IORING_OP_NOP)).isTrue();
            pipe.write("x");
            ring.sq().next().readFixed(DirectDescriptor.of(0), buffer, -1, 0).userData(1);
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, 1));
            ring.sq().next().read(pipe.reader(), buffer, -1).userData(2);
            ring.submit();
            ring.register().cancel(2, 0, 1_000_000_000);
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(2, Errno.ECANCELED));
        }
    }

    @Test
    @Covers({"IORING_SETUP_NO_MMAP", "IORING_SETUP_REGISTERED_FD_ONLY"})
    void aRingWithoutADescriptorClosesWithRequestsInFlight() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open()) {
            IoUring ring = open(IORING_SETUP_NO_MMAP, IORING_SETUP_REGISTERED_FD_ONLY);
            ring.sq().next().read(pipe.reader(), arena.allocate(8), -1);
            ring.submit();
            ring.close();
            pipe.write("late");
            assertThat(pipe.read()).isEqualTo("late");
        }
    }

    @Test
    @Covers({"IORING_SETUP_NO_MMAP", "IORING_SETUP_REGISTERED_FD_ONLY"})
    void aRingWithoutADescriptorHasNoneToShow() throws IOException {
        try (IoUring ring = open(IORING_SETUP_NO_MMAP, IORING_SETUP_REGISTERED_FD_ONLY)) {
            assertThatThrownBy(ring::descriptor)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("REGISTERED_FD_ONLY");
        }
    }

    /** They would be the next thread's to close, were they left behind. */
    @Test
    @Covers("IORING_SETUP_REGISTERED_FD_ONLY")
    void ringsWithoutADescriptorLeaveNoPlaceTaken() throws IOException {
        for (int i = 0; i < 40; i++) {
            try (IoUring ring = open(IORING_SETUP_NO_MMAP, IORING_SETUP_REGISTERED_FD_ONLY)) {
                ring.sq().next().nop().userData(i);
                assertThat(Completion.next(ring)).isEqualTo(Completion.of(i, 0));
            }
        }
    }

    @Test
    @Covers("IORING_SETUP_IOPOLL")
    void aFileThatCannotBePolledIsRefusedOnAPollingRing(@TempDir Path folder) throws IOException {
        Path path = Files.writeString(folder.resolve("file"), "text");
        try (Arena arena = Arena.ofConfined();
                Fd file = Fd.open(path, LibC.O_RDONLY(), 0);
                IoUring ring = open(IORING_SETUP_IOPOLL)) {
            ring.sq().next().read(file, arena.allocate(8), 0);
            assertThat(Completion.result(ring))
                    .isIn(Completion.error(Errno.EOPNOTSUPP), Completion.error(Errno.EINVAL));
        }
    }

    @Test
    @Covers("IORING_SETUP_ATTACH_WQ")
    void ringsShareTheirWorkers() throws IOException {
        try (Arena arena = Arena.ofConfined();
                Pipe pipe = Pipe.open();
                IoUring first = IoUring.open(4);
                IoUring second = IoUring.open(4, RingOptions.defaults().shareWorkersOf(first))) {
            second.sq().next().read(pipe.reader(), arena.allocate(8), -1).async();
            second.submit();
            pipe.write("x");
            assertThat(Completion.result(second)).isEqualTo(1);
        }
    }

    @Test
    @Covers({"IORING_SETUP_ATTACH_WQ", "IORING_SETUP_SQPOLL"})
    void aSharedKernelThreadGoesOnAfterItsFirstRingIsClosed() throws IOException {
        RingOptions options = RingOptions.defaults().sqPoll(Duration.ofMillis(10));
        IoUring first = IoUring.open(4, options);
        try (IoUring second = IoUring.open(
                4, RingOptions.defaults().sqPoll(Duration.ofMillis(10)).shareWorkersOf(first))) {
            first.close();
            second.sq().next().nop().userData(3);
            assertThat(Completion.next(second)).isEqualTo(Completion.of(3, 0));
        } finally {
            first.close();
        }
    }

    @Test
    @Covers({"IORING_SETUP_R_DISABLED", "IORING_SETUP_SINGLE_ISSUER", "IORING_REGISTER_ENABLE_RINGS"})
    void whatWasRegisteredBeforeTheHandOverServesAfterIt() throws Exception {
        try (Arena arena = Arena.ofShared();
                Pipe pipe = Pipe.open()) {
            MemorySegment buffer = arena.allocate(8);
            IoUring ring = IoUring.open(4, RingOptions.defaults().with(IORING_SETUP_R_DISABLED));
            ring.register().buffers(buffer);
            ring.register().files(pipe.reader());
            pipe.write("x");
            int result = OtherThread.call("worker", () -> {
                ring.enable();
                try (ring) {
                    ring.sq().next().readFixed(DirectDescriptor.of(0), buffer, -1, 0);
                    return Completion.result(ring);
                }
            });
            assertThat(result).isEqualTo(1);
        }
    }

    @Test
    @Covers("IORING_SETUP_SQE128")
    void aLargeEntryTakesLargeCommandData() throws IOException {
        try (Arena arena = Arena.ofConfined();
                IoUring ring = open(IORING_SETUP_SQE128);
                IoUring plain = IoUring.open(4)) {
            MemorySegment data = arena.allocate(80);
            ring.sq().next().nop().command(data).userData(1);
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, 0));
            assertThatThrownBy(() -> ring.sq().next().nop().command(arena.allocate(81)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("80 bytes");
            assertThatThrownBy(() -> plain.sq().next().nop().command(data))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("16 bytes");
        }
    }

    /** A large completion takes two places; where only the last place is left, the kernel fills it and begins anew. */
    @Test
    @Covers({"IORING_SETUP_CQE_MIXED", "IORING_CQE_F_32", "IORING_CQE_F_SKIP"})
    void fillersAtTheEndOfAMixedQueueAreNeverSeen() throws IOException {
        try (IoUring ring = open(IORING_SETUP_CQE_MIXED)) {
            int next = 0;
            for (int round = 0; round < 100; round++) {
                int small = 1 + round % 3;
                for (int i = 0; i < small; i++) {
                    ring.sq().next().nop().userData(next + i);
                }
                ring.sq()
                        .next()
                        .raw(Opcode.IORING_OP_NOP.number(), -1, 2000 + round, 0, 1000 + round)
                        .operationFlags(UringFlags.IORING_NOP_CQE32)
                        .userData(next + small);
                for (int i = 0; i <= small; i++) {
                    assertThat(Completion.next(ring)).isEqualTo(Completion.of(next + i, 0));
                }
                assertThat(ring.cq().extra1()).isEqualTo(1000 + round);
                assertThat(ring.cq().extra2()).isEqualTo(2000 + round);
                next += small + 1;
            }
            assertThat(ring.inFlight()).isZero();
        }
    }

    private static IoUring open(SetupFlag... flags) throws IOException {
        for (SetupFlag flag : flags) {
            Kernel.needs(flag);
        }
        return IoUring.open(4, RingOptions.defaults().with(flags));
    }
}

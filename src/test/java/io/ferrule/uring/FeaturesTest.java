package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import io.ferrule.testing.Tasks;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a feature promises, the kernel keeps. Features with more behind them have test classes of their own. */
@Timeout(30)
class FeaturesTest extends OperationTest {
    private final MemorySegment buffer = arena.allocate(64);

    @TempDir
    private Path folder;

    private Pipe pipe;

    @BeforeEach
    void open() throws IOException {
        pipe = keep(Pipe.open());
    }

    @Test
    @Covers("IORING_FEAT_SINGLE_MMAP")
    void bothQueuesLieInOneMapping() throws IOException {
        Kernel.needs(ring, Feature.IORING_FEAT_SINGLE_MMAP);
        RingHandle handle = RingHandle.open(8, RingOptions.defaults());
        RingMemory memory = handle.memory();
        assertThat(Math.abs(memory.cqHead() - memory.sqHead())).isLessThan(4096);
        handle.exit();
    }

    @Test
    @Covers("IORING_FEAT_NODROP")
    void noCompletionIsDropped() throws IOException {
        Kernel.needs(ring, Feature.IORING_FEAT_NODROP);
        try (IoUring small = IoUring.open(2, RingOptions.defaults().cqEntries(2))) {
            for (int i = 0; i < 6; i++) {
                small.sq().next().nop().userData(i);
            }
            assertThat(Completion.userData(small, 6)).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(small.cq().lost()).isZero();
        }
    }

    @Test
    @Covers("IORING_FEAT_SUBMIT_STABLE")
    void whatDescribesARequestMayChangeOnceItIsSubmitted() throws IOException {
        Kernel.needs(ring, Feature.IORING_FEAT_SUBMIT_STABLE);
        IovecArray pieces = IovecArray.of(arena, buffer.asSlice(0, 4), buffer.asSlice(32, 4));
        ring.sq().next().readv(pipe.reader(), pieces, 2, -1);
        ring.submit();
        pieces.segment().fill((byte) 0xff);
        pipe.write("abcdefgh");
        assertThat(Completion.result(ring)).isEqualTo(8);
        assertThat(text(0, 4) + text(32, 4)).isEqualTo("abcdefgh");
    }

    @Test
    @Covers("IORING_FEAT_RW_CUR_POS")
    void readingGoesOnFromTheFilesPosition() throws IOException {
        Kernel.needs(ring, Feature.IORING_FEAT_RW_CUR_POS);
        try (Fd file = file("onetwo")) {
            ring.sq().next().read(file, buffer.asSlice(0, 3), -1);
            assertThat(Completion.result(ring)).isEqualTo(3);
            ring.sq().next().read(file, buffer.asSlice(0, 3), -1);
            assertThat(Completion.result(ring)).isEqualTo(3);
            assertThat(text(0, 3)).isEqualTo("two");
        }
    }

    @Test
    @Covers("IORING_FEAT_FAST_POLL")
    void waitingForASocketTakesNoWorker() throws Exception {
        Kernel.needs(ring, Feature.IORING_FEAT_FAST_POLL);
        OtherThread.call("boss", () -> {
            try (Arena own = Arena.ofConfined();
                    Pipe sockets = Pipe.sockets();
                    IoUring fresh = IoUring.open(4)) {
                fresh.sq().next().read(sockets.reader(), own.allocate(8), -1);
                fresh.submit();
                sockets.write("x");
                assertThat(Completion.result(fresh)).isEqualTo(1);
                assertThat(Tasks.workers()).isEmpty();
            }
            return null;
        });
    }

    @Test
    @Covers({"IORING_FEAT_NATIVE_WORKERS", "IOSQE_ASYNC"})
    void workersAreThreadsOfTheProcess() throws Exception {
        Kernel.needs(ring, Feature.IORING_FEAT_NATIVE_WORKERS);
        OtherThread.call("boss", () -> {
            try (Arena own = Arena.ofConfined();
                    IoUring fresh = IoUring.open(4)) {
                fresh.sq().next().read(pipe.reader(), own.allocate(8), -1).async();
                fresh.submit();
                pipe.write("x");
                assertThat(Completion.result(fresh)).isEqualTo(1);
                assertThat(Tasks.workers()).hasSize(1);
            }
            return null;
        });
    }

    @Test
    @Covers("IORING_FEAT_POLL_32BITS")
    void aPollMayAskForEventsBeyondSixteenBits() throws IOException {
        Kernel.needs(ring, Feature.IORING_FEAT_POLL_32BITS);
        int epollExclusive = 1 << 28;
        pipe.write("x");
        ring.sq().next().pollAdd(pipe.reader(), 1 | epollExclusive);
        assertThat(Completion.result(ring) & 1).isEqualTo(1);
    }

    @Test
    @Covers({"IORING_FEAT_SQPOLL_NONFIXED", "IORING_SETUP_SQPOLL"})
    void theKernelThreadWorksOnPlainDescriptors() throws IOException {
        Kernel.needs(ring, Feature.IORING_FEAT_SQPOLL_NONFIXED);
        try (IoUring polled = IoUring.open(4, RingOptions.defaults().sqPoll(Duration.ofMillis(10)))) {
            pipe.write("abc");
            polled.sq().next().read(pipe.reader(), buffer, -1);
            assertThat(Completion.result(polled)).isEqualTo(3);
        }
    }

    @Test
    @Covers({"IORING_FEAT_CQE_SKIP", "IOSQE_CQE_SKIP_SUCCESS"})
    void successCanBeSilent() throws IOException {
        Kernel.needs(ring, Feature.IORING_FEAT_CQE_SKIP);
        ring.sq().next().nop().userData(1).skipSuccess();
        ring.sq().next().nop().userData(2);
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(2, 0));
        assertThat(ring.cq().next()).isFalse();
    }

    @Test
    @Covers({"IORING_FEAT_LINKED_FILE", "IOSQE_IO_LINK", "IOSQE_FIXED_FILE"})
    void aLinkedRequestUsesTheFileThatTheOneBeforeItOpened() throws IOException {
        Kernel.needs(ring, Feature.IORING_FEAT_LINKED_FILE);
        Path path = Files.writeString(folder.resolve("linked"), "linked");
        ring.register().files(pipe.reader());
        ring.register().updateFiles(0, new int[] {-1});
        ring.sq()
                .next()
                .openatDirect(Fd.CWD, arena.allocateFrom(path.toString()), LibC.O_RDONLY(), 0, DirectDescriptor.of(0))
                .link();
        ring.sq().next().read(DirectDescriptor.of(0), buffer, 0);
        assertThat(Completion.next(ring, 2)).containsExactly(Completion.of(0, 0), Completion.of(0, 6));
        assertThat(text(0, 6)).isEqualTo("linked");
    }

    /** Attributes are described by the last two words of the entry: where they are, and which. */
    @Test
    @Covers(value = "IORING_FEAT_RW_ATTR", butOnly = "an unknown attribute is refused")
    void anAttributeOfAReadThatNobodyKnowsIsRefused() throws IOException {
        Kernel.needs(ring, Feature.IORING_FEAT_RW_ATTR);
        try (Fd file = file("text")) {
            MemorySegment attributes = arena.allocateFrom(ValueLayout.JAVA_LONG, buffer.address(), 1 << 8);
            ring.sq().next().read(file, buffer, 0).command(attributes);
            assertThat(Completion.result(ring)).isEqualTo(-Errno.EINVAL.number());
        }
    }

    private Fd file(String text) throws IOException {
        return Fd.open(Files.writeString(folder.resolve("file"), text), LibC.O_RDONLY(), 0);
    }

    private String text(int from, int length) {
        return text(buffer.asSlice(from, length));
    }
}

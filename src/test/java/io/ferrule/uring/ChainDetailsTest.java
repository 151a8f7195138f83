package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Links, drains and linked timeouts where they meet each other. */
class ChainDetailsTest extends OperationTest {
    private static final long MILLI = 1_000_000L;
    private static final long HOUR = 3_600_000_000_000L;

    private Pipe pipe;

    @BeforeEach
    void openPipe() throws IOException {
        pipe = keep(Pipe.open());
    }

    // ---- an entry that the kernel refuses before it runs ----

    @ParameterizedTest(name = "entry {0} of 3, hard links: {1}")
    @CsvSource({"0,false", "1,false", "2,false", "0,true", "1,true", "2,true"})
    @Covers({"IOSQE_IO_LINK", "IOSQE_IO_HARDLINK"})
    void aChainWithAnEntryThatIsRefusedDoesNotRunAtAll(int bad, boolean hard) throws IOException {
        for (int i = 0; i < 3; i++) {
            Sqe sqe = i == bad
                    ? sq().read(pipe.reader(), arena.allocate(1), -1).ioPriority(0xffff)
                    : sq().write(pipe.writer(), bytes("x"), -1);
            sqe.userData(i + 1);
            if (i < 2) {
                sqe = hard ? sqe.hardLink() : sqe.link();
            }
        }
        int[] results = results(3);
        for (int i = 0; i < 3; i++) {
            assertThat(results[i]).as("entry " + i).isEqualTo(error(i == bad ? Errno.EINVAL : Errno.ECANCELED));
        }
        sq().read(pipe.reader(), arena.allocate(1), -1).rwFlags(LibC.RWF_NOWAIT());
        assertThat(result()).as("nothing was written").isIn(error(Errno.EAGAIN), error(Errno.EOPNOTSUPP));
    }

    @Test
    @Covers({"IOSQE_IO_LINK", "IOSQE_CQE_SKIP_SUCCESS"})
    void aFailureInASilentChainIsTheOnlyCompletion() throws IOException {
        needs(Feature.IORING_FEAT_CQE_SKIP);
        sq().nop().userData(1).link().skipSuccess();
        sq().fsync(Fd.borrow(1_000_000), 0).userData(2).link().skipSuccess();
        sq().nop().userData(3).link().skipSuccess();
        sq().nop().userData(4).skipSuccess();
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(2, Errno.EBADF));
        expectNothing();
    }

    // ---- linked timeouts ----

    @Test
    @Covers("IORING_OP_LINK_TIMEOUT")
    void aRequestTakesOneTimeout() throws IOException {
        sq().pollAdd(pipe.reader(), LibC.POLLIN()).userData(1).link();
        sq().linkTimeout(HOUR, 0).userData(2).link();
        sq().linkTimeout(HOUR, 0).userData(3);
        int[] results = results(3);
        assertThat(results[0]).isEqualTo(error(Errno.ECANCELED));
        assertThat(List.of(results[1], results[2])).contains(error(Errno.EINVAL));
    }

    @Test
    @Covers("IORING_OP_LINK_TIMEOUT")
    void aTimeoutInAChainCancelsWhatFollowsItsRequest() throws IOException {
        sq().nop().userData(1).link();
        sq().pollAdd(pipe.reader(), LibC.POLLIN()).userData(2).link();
        sq().linkTimeout(10 * MILLI, 0).userData(3).link();
        sq().nop().userData(4);
        assertThat(results(4)).containsExactly(0, error(Errno.ECANCELED), error(Errno.ETIME), error(Errno.ECANCELED));
    }

    @Test
    @Covers("IORING_OP_LINK_TIMEOUT")
    void aTimeoutInAChainThatIsInTimeLetsTheRestRun() throws IOException {
        pipe.write("x");
        sq().pollAdd(pipe.reader(), LibC.POLLIN()).userData(1).link();
        sq().linkTimeout(HOUR, 0).userData(2).link();
        sq().read(pipe.reader(), arena.allocate(1), -1).userData(3);
        assertThat(results(3)).containsExactly(LibC.POLLIN(), error(Errno.ECANCELED), 1);
    }

    /** Its request is refused, so it has nothing to limit. */
    @Test
    @Covers("IORING_OP_LINK_TIMEOUT")
    void aTimeoutGoesWithARequestThatFailsAtOnce() throws IOException {
        sq().fsync(Fd.borrow(1_000_000), 0).userData(1).link();
        sq().linkTimeout(HOUR, 0).userData(2);
        assertThat(results(2)).containsExactly(error(Errno.EBADF), error(Errno.ECANCELED));
    }

    @Test
    @Covers({"IORING_OP_LINK_TIMEOUT", "IORING_OP_TIMEOUT_REMOVE"})
    void theTimeOfALinkedTimeoutIsChanged() throws IOException {
        needs(Opcode.IORING_OP_MKDIRAT); // of the same release
        sq().pollAdd(pipe.reader(), LibC.POLLIN()).userData(1).link();
        sq().linkTimeout(HOUR, 0).userData(2);
        expectNothing();
        sq().timeoutUpdate(2, 10 * MILLI, UringFlags.IORING_LINK_TIMEOUT_UPDATE).userData(3);
        assertThat(results(3)).containsExactly(error(Errno.ECANCELED), error(Errno.ETIME), 0);
    }

    // ---- drains ----

    @Test
    @Covers({"IOSQE_IO_DRAIN", "IOSQE_IO_LINK"})
    void aDrainInsideAChainHoldsTheChainBack() throws IOException {
        sq().read(pipe.reader(), arena.allocate(1), -1).userData(1);
        sq().nop().userData(2).drain().link();
        sq().nop().userData(3);
        sq().nop().userData(4);
        expectNothing();
        pipe.write("x");
        // Old kernels let what follows run beside the chain.
        assertThat(Completion.userData(ring, 4))
                .startsWith(1)
                .containsSubsequence(1, 2, 3)
                .contains(4);
    }

    @Test
    @Covers({"IOSQE_IO_DRAIN", "IORING_OP_LINK_TIMEOUT"})
    void aDrainWaitsForARequestThatATimeoutEnds() throws IOException {
        sq().pollAdd(pipe.reader(), LibC.POLLIN()).userData(1).link();
        sq().linkTimeout(10 * MILLI, 0).userData(2);
        sq().nop().userData(3).drain();
        List<Completion> completions = Completion.next(ring, 3);
        assertThat(completions.subList(0, 2))
                .containsExactlyInAnyOrder(Completion.of(1, Errno.ECANCELED), Completion.of(2, Errno.ETIME));
        assertThat(completions.get(2)).isEqualTo(Completion.of(3, 0));
    }

    @Test
    @Covers({"IOSQE_IO_DRAIN", "IORING_POLL_ADD_MULTI"})
    void aDrainWaitsForTheEndOfAMultishot() throws IOException {
        needs(Opcode.IORING_OP_MKDIRAT); // multishot polls came a little earlier
        sq().pollMultishot(pipe.reader(), LibC.POLLIN()).userData(1);
        expectNothing();
        sq().nop().userData(2).drain();
        expectNothing();
        pipe.write("x");
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(1, LibC.POLLIN()));
        expectNothing();
        // A request to cancel would wait behind the drain.
        Kernel.needs(
                RegisterOpcode.IORING_REGISTER_SYNC_CANCEL,
                () -> ring.register().cancel(1, 0, -1));
        assertThat(Completion.next(ring, 2)).containsExactly(Completion.of(1, Errno.ECANCELED), Completion.of(2, 0));
    }

    /** Whatever mixture of requests comes before it: all of them are done. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    @Covers({"IOSQE_IO_DRAIN", "IOSQE_IO_LINK", "IOSQE_ASYNC"})
    void aDrainComesAfterAllBeforeItAndBeforeAllAfterIt(long seed) throws IOException {
        Random random = new Random(seed);
        int count = 48;
        boolean[] drains = new boolean[count];
        for (int i = 0; i < count; i++) {
            // They complete as they start: old kernels hold nothing back behind one that is under way.
            drains[i] = random.nextInt(6) == 0;
            boolean timeout = !drains[i] && random.nextInt(4) == 0;
            Sqe sqe = timeout ? sq().timeout(MILLI * random.nextInt(3), 0, 0) : sq().nop();
            sqe.userData(i);
            if (drains[i]) {
                sqe.drain();
            } else if (random.nextInt(4) == 0) {
                sqe.async();
            }
        }
        long[] order = Completion.userData(ring, count);
        int[] place = new int[count];
        for (int i = 0; i < count; i++) {
            place[(int) order[i]] = i;
        }
        // Before 6.16, the first of those behind it may start when it has only been queued.
        int end = ring.probe().supports(Opcode.IORING_OP_PIPE) ? count : 0;
        for (int i = 0; i < count; i++) {
            for (int before = 0; drains[i] && before < i; before++) {
                assertThat(place[before]).as(before + " before drain " + i).isLessThan(place[i]);
            }
            for (int after = i + 1; drains[i] && after < end; after++) {
                assertThat(place[after]).as(after + " after drain " + i).isGreaterThan(place[i]);
            }
        }
    }
}

package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.testing.Covers;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the kernel says of itself without a ring agrees with what its rings say. */
@Covers("IORING_REGISTER_QUERY")
@Timeout(30)
class QueryTest {
    @Test
    void aKernelThatIsTooOldGivesNoAnswerAndNoError() throws IOException {
        Optional<Query> query = Query.ask();
        assertThat(query.map(q -> q.knows(RegisterOpcode.IORING_REGISTER_QUERY)).orElse(true))
                .isTrue();
    }

    @Test
    @Covers("IORING_REGISTER_PROBE")
    void itKnowsTheOperationsThatAProbeFinds() throws IOException {
        Query query = ask();
        try (IoUring ring = IoUring.open(4)) {
            Probe probe = ring.probe();
            assertThat(query.operations()).isEqualTo(probe.lastOperation() + 1);
            assertThat(probe.supported()).allMatch(query::knows);
        }
    }

    @Test
    void itKnowsNoOperationBeyondItsCount() throws IOException {
        Query query = ask();
        assertThat(Arrays.stream(Opcode.values()).filter(query::knows))
                .hasSize(Math.min(query.operations(), Opcode.values().length));
        assertThat(query.knownRegisterOperations())
                .hasSize(Math.min(query.registerOperations(), RegisterOpcode.values().length));
    }

    @Test
    void itNamesTheFeaturesThatARingHas() throws IOException {
        Query query = ask();
        try (IoUring ring = IoUring.open(4)) {
            assertThat(query.features()).isEqualTo(ring.features());
        }
    }

    @Test
    void itNamesTheSetupFlagsThatTheKernelTakes() throws IOException {
        assertThat(ask().setupFlags()).isEqualTo(SetupProbe.accepted());
    }

    @Test
    void itHasTheFlagsOfEntriesThatWeUse() throws IOException {
        int all = Sqe.IOSQE_FIXED_FILE
                | Sqe.IOSQE_IO_DRAIN
                | Sqe.IOSQE_IO_LINK
                | Sqe.IOSQE_IO_HARDLINK
                | Sqe.IOSQE_ASYNC
                | Sqe.IOSQE_BUFFER_SELECT
                | Sqe.IOSQE_CQE_SKIP_SUCCESS;
        assertThat(ask().entryFlags() & all).isEqualTo(all);
    }

    @Test
    void itHasTheFlagsOfEnteringThatWeUse() throws IOException {
        long throughNoIowait = 0xff;
        assertThat(ask().enterFlags() & throughNoIowait).isEqualTo(throughNoIowait);
    }

    /** Both came with Linux 6.19. */
    @Test
    void whatTheKernelHasNoAnswerForIsEmpty() throws IOException {
        boolean newer = ask().knows(RegisterOpcode.IORING_REGISTER_ZCRX_CTRL);
        assertThat(Query.zeroCopyReceive().isPresent()).isEqualTo(newer);
        assertThat(Query.queueHeader().isPresent()).isEqualTo(newer);
    }

    private static Query ask() throws IOException {
        Optional<Query> query = Query.ask();
        assumeTrue(query.isPresent(), "needs a kernel that can be asked without a ring, Linux 6.18");
        return query.orElseThrow();
    }
}

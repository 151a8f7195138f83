package io.ferrule.uring;

import static io.ferrule.uring.SetupFlag.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.ferrule.sys.Errno;
import io.ferrule.testing.Covers;
import io.ferrule.uring.IoUringUnavailableException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The flags a ring can be set up with: those that work, those that contradict each other, and those that come by themselves. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SetupFlagsTest {
    private static final Set<SetupFlag> ACCEPTED = SetupProbe.accepted();

    /** Not offered yet: they change how the submission queue is filled. */
    private static final Set<SetupFlag> REFUSED = EnumSet.of(IORING_SETUP_SQE_MIXED, IORING_SETUP_SQ_REWIND);

    @ParameterizedTest
    @EnumSource(SetupFlag.class)
    @Covers({
        "IORING_SETUP_SQ_AFF",
        "IORING_SETUP_COOP_TASKRUN",
        "IORING_SETUP_TASKRUN_FLAG",
        "IORING_SETUP_HYBRID_IOPOLL",
        "IORING_SETUP_IOPOLL"
    })
    void eachFlagThatTheKernelTakesGivesARingThatWorks(SetupFlag flag) throws IOException {
        assumeTrue(!REFUSED.contains(flag), () -> flag + " is not offered yet");
        Kernel.needs(flag);
        try (IoUring workers = IoUring.open(4);
                IoUring ring = IoUring.open(4, having(flag, workers))) {
            if (flag == IORING_SETUP_R_DISABLED) {
                ring.enable();
            }
            ring.sq().next().nop().userData(7);
            assertThat(ring.setupFlags()).contains(flag);
            Completion completion = Completion.next(ring);
            if (flag == IORING_SETUP_IOPOLL
                    && completion.res() < 0) { // old ones poll for reads and writes, and refuse all else
                assertThat(completion).isEqualTo(Completion.of(7, Errno.EINVAL));
            } else {
                assertThat(completion).isEqualTo(Completion.of(7, 0));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(SetupFlag.class)
    void aFlagThatTheKernelLacksIsNamed(SetupFlag flag) {
        assumeTrue(!REFUSED.contains(flag), () -> flag + " is not offered yet");
        assumeTrue(!ACCEPTED.contains(flag), () -> "this kernel has " + flag);
        assertThatThrownBy(() -> IoUring.open(4, RingOptions.defaults().with(flag)))
                .isInstanceOfSatisfying(
                        IoUringUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.FLAG_NOT_SUPPORTED))
                .hasMessageContaining(flag.name())
                .hasMessageContaining("came with Linux " + flag.since());
    }

    @ParameterizedTest
    @EnumSource(
            value = SetupFlag.class,
            names = {"IORING_SETUP_SQE_MIXED", "IORING_SETUP_SQ_REWIND"})
    @Covers(
            value = {"IORING_SETUP_SQE_MIXED", "IORING_SETUP_SQ_REWIND"},
            butOnly = "Ferrule refuses it")
    void aFlagThatNeedsAnotherSubmissionQueueIsRefused(SetupFlag flag) {
        assertThatThrownBy(() -> RingOptions.defaults().with(flag))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining(flag + " is not supported yet");
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource
    void contradictionsAreRefusedInASentence(RingOptions options, String sentence) {
        assertThatThrownBy(() -> IoUring.open(8, options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(sentence);
    }

    static Stream<Arguments> contradictionsAreRefusedInASentence() {
        return Stream.of(
                arguments(
                        sqPoll().with(IORING_SETUP_COOP_TASKRUN),
                        "IORING_SETUP_SQPOLL and IORING_SETUP_COOP_TASKRUN exclude each other"),
                arguments(
                        sqPoll().with(IORING_SETUP_TASKRUN_FLAG),
                        "IORING_SETUP_SQPOLL and IORING_SETUP_TASKRUN_FLAG exclude each other"),
                arguments(
                        sqPoll().with(IORING_SETUP_DEFER_TASKRUN),
                        "IORING_SETUP_SQPOLL and IORING_SETUP_DEFER_TASKRUN exclude each other"),
                arguments(
                        options().with(IORING_SETUP_CQE32, IORING_SETUP_CQE_MIXED),
                        "IORING_SETUP_CQE32 and IORING_SETUP_CQE_MIXED exclude each other"),
                arguments(
                        options().sqPollCpu(0).without(IORING_SETUP_SQPOLL),
                        "IORING_SETUP_SQ_AFF needs IORING_SETUP_SQPOLL"),
                arguments(
                        options().with(IORING_SETUP_DEFER_TASKRUN).without(IORING_SETUP_SINGLE_ISSUER),
                        "IORING_SETUP_DEFER_TASKRUN needs IORING_SETUP_SINGLE_ISSUER"),
                arguments(
                        options().with(IORING_SETUP_REGISTERED_FD_ONLY).without(IORING_SETUP_NO_MMAP),
                        "IORING_SETUP_REGISTERED_FD_ONLY needs IORING_SETUP_NO_MMAP"),
                arguments(
                        options().with(IORING_SETUP_HYBRID_IOPOLL).without(IORING_SETUP_IOPOLL),
                        "IORING_SETUP_HYBRID_IOPOLL needs IORING_SETUP_IOPOLL"),
                arguments(
                        options()
                                .with(IORING_SETUP_TASKRUN_FLAG)
                                .without(IORING_SETUP_COOP_TASKRUN, IORING_SETUP_DEFER_TASKRUN),
                        "TASKRUN_FLAG needs COOP_TASKRUN or DEFER_TASKRUN"),
                arguments(options().with(IORING_SETUP_ATTACH_WQ), "ATTACH_WQ needs a ring"),
                arguments(options().with(IORING_SETUP_CQSIZE), "CQSIZE needs a size"),
                arguments(options().cqEntries(0), "CQSIZE needs a size"),
                arguments(options().cqEntries(-1), "must be as large as the submission queue"),
                arguments(options().cqEntries(4), "the completion queue (4 entries) must be as large"),
                arguments(options().cqEntries(65_537), "a completion queue has at most 65536 entries, not 65537"));
    }

    @Test
    void aMixedCompletionQueueHasRoomForALongCompletion() {
        assertThatThrownBy(() ->
                        IoUring.open(1, options().with(IORING_SETUP_CQE_MIXED).cqEntries(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CQE_MIXED needs a completion queue of 2 entries or more");
    }

    @Test
    @Covers({"IORING_SETUP_TASKRUN_FLAG", "IORING_SETUP_DEFER_TASKRUN", "IORING_SETUP_SINGLE_ISSUER"})
    void theDefaultsAreTheBestThatThisKernelHas() throws IOException {
        try (IoUring ring = IoUring.open(4)) {
            for (SetupFlag flag : EnumSet.of(
                    IORING_SETUP_SUBMIT_ALL,
                    IORING_SETUP_SINGLE_ISSUER,
                    IORING_SETUP_DEFER_TASKRUN,
                    IORING_SETUP_TASKRUN_FLAG,
                    IORING_SETUP_NO_SQARRAY)) {
                assertThat(ring.setupFlags().contains(flag)).as(flag.name()).isEqualTo(ACCEPTED.contains(flag));
            }
        }
    }

    @Test
    void aDefaultThatIsNotWantedStaysAway() throws IOException {
        RingOptions options = options().without(IORING_SETUP_DEFER_TASKRUN);
        try (IoUring ring = IoUring.open(4, options)) {
            assertThat(ring.setupFlags()).doesNotContain(IORING_SETUP_DEFER_TASKRUN);
        }
    }

    @Test
    void withoutAnyDefaultTheRingHasNoneOfThem() throws IOException {
        try (IoUring ring = RingVariant.PLAIN.open(4)) {
            assertThat(ring.setupFlags())
                    .doesNotContain(
                            IORING_SETUP_SUBMIT_ALL,
                            IORING_SETUP_SINGLE_ISSUER,
                            IORING_SETUP_DEFER_TASKRUN,
                            IORING_SETUP_COOP_TASKRUN,
                            IORING_SETUP_TASKRUN_FLAG);
        }
    }

    @Test
    void withDeferredTaskWorkComesSingleIssuer() throws IOException {
        Kernel.needs(IORING_SETUP_DEFER_TASKRUN);
        try (IoUring ring = IoUring.open(4, options().with(IORING_SETUP_DEFER_TASKRUN))) {
            assertThat(ring.setupFlags()).contains(IORING_SETUP_SINGLE_ISSUER);
        }
    }

    @ParameterizedTest
    @MethodSource
    void valuesThatCannotBeAreRefusedWhenTheyAreGiven(Runnable option, String sentence) {
        assertThatThrownBy(option::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(sentence);
    }

    static Stream<Arguments> valuesThatCannotBeAreRefusedWhenTheyAreGiven() {
        return Stream.of(
                arguments((Runnable) () -> options().minEntries(0), "a ring has 1 entry or more, not 0"),
                arguments((Runnable) () -> options().sqPoll(Duration.ZERO), "whole milliseconds"),
                arguments((Runnable) () -> options().sqPoll(Duration.ofNanos(999_999)), "whole milliseconds"),
                arguments((Runnable) () -> options().sqPoll(Duration.ofMillis(-1)), "whole milliseconds"),
                arguments((Runnable) () -> options().sqPoll(Duration.ofDays(365)), "whole milliseconds"),
                arguments((Runnable) () -> options().sqPollCpu(-1), "counted from 0"));
    }

    @Test
    void aProcessorThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> IoUring.open(4, options().sqPollCpu(100_000)))
                .isInstanceOfSatisfying(
                        IoUringUnavailableException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.OTHER))
                .hasMessageContaining("a processor number is out of range");
    }

    @Test
    void workersCanBeSharedOnlyWithAnOpenRing() throws IOException {
        IoUring closed = IoUring.open(4);
        closed.close();
        assertThatThrownBy(() -> IoUring.open(4, options().shareWorkersOf(closed)))
                .isInstanceOf(IllegalStateException.class);
    }

    private static RingOptions having(SetupFlag flag, IoUring workers) {
        return switch (flag) {
            case IORING_SETUP_CQSIZE -> options().cqEntries(32);
            case IORING_SETUP_SQPOLL -> sqPoll();
            case IORING_SETUP_SQ_AFF -> sqPoll().sqPollCpu(0);
            case IORING_SETUP_ATTACH_WQ -> options().shareWorkersOf(workers);
            default -> options().with(flag);
        };
    }

    private static RingOptions options() {
        return RingOptions.defaults();
    }

    private static RingOptions sqPoll() {
        return options().sqPoll(Duration.ofMillis(50));
    }
}

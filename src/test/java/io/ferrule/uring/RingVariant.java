package io.ferrule.uring;

import static io.ferrule.uring.SetupFlag.*;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** The kinds of ring that behave differently underneath and must not do so on top. */
enum RingVariant {
    DEFAULT,
    /** The kernel runs task work whenever it likes, and stops at the first bad entry: no flag at all. */
    PLAIN,
    SQE128(IORING_SETUP_SQE128),
    CQE32(IORING_SETUP_CQE32),
    CQE_MIXED(IORING_SETUP_CQE_MIXED),
    SQPOLL(IORING_SETUP_SQPOLL);

    private final Set<SetupFlag> flags = EnumSet.noneOf(SetupFlag.class);

    RingVariant(SetupFlag... flags) {
        this.flags.addAll(Set.of(flags));
    }

    /** Opens such a ring; the test is skipped where the kernel has none. */
    IoUring open(int entries) throws IOException {
        return IoUring.open(entries, options());
    }

    RingOptions options() {
        for (SetupFlag flag : flags) {
            Kernel.needs(flag);
        }
        RingOptions options = RingOptions.defaults();
        if (this == SQPOLL) {
            return options.sqPoll(Duration.ofMillis(50));
        }
        if (this == PLAIN) {
            return withoutDefaults();
        }
        return options.with(flags.toArray(SetupFlag[]::new));
    }

    static RingOptions withoutDefaults() {
        return RingOptions.defaults()
                .without(
                        IORING_SETUP_SUBMIT_ALL,
                        IORING_SETUP_SINGLE_ISSUER,
                        IORING_SETUP_DEFER_TASKRUN,
                        IORING_SETUP_COOP_TASKRUN,
                        IORING_SETUP_TASKRUN_FLAG)
                .registerRingDescriptor(false);
    }
}

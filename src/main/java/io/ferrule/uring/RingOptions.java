package io.ferrule.uring;

import static io.ferrule.uring.SetupFlag.*;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a ring is set up. Without further ado, {@link #defaults()} gives what suits most: {@code SUBMIT_ALL}, {@code SINGLE_ISSUER},
 * {@code DEFER_TASKRUN} with {@code TASKRUN_FLAG}, {@code NO_SQARRAY}, a registered ring descriptor and no iowait accounting, each where the
 * kernel has it, which is found by trying. What is asked for here must be had, or {@link IoUring#open} fails and says which flag it was.
 *
 * <p>An object of this class is filled by one thread and may then be used for any number of rings.
 */
public final class RingOptions {
    static final int MAX_ENTRIES = 32_768;
    static final int MAX_CQ_ENTRIES = 65_536;

    private static final int DEFAULT_MIN_ENTRIES = 16;

    /** Preferred sets, best first: what the kernel does not take is tried without the newest flag. */
    private static final int[] PREFERRED = {
        SetupFlag.bits(EnumSet.of(
                IORING_SETUP_SUBMIT_ALL,
                IORING_SETUP_SINGLE_ISSUER,
                IORING_SETUP_DEFER_TASKRUN,
                IORING_SETUP_TASKRUN_FLAG)),
        SetupFlag.bits(EnumSet.of(
                IORING_SETUP_SUBMIT_ALL,
                IORING_SETUP_SINGLE_ISSUER,
                IORING_SETUP_COOP_TASKRUN,
                IORING_SETUP_TASKRUN_FLAG)),
        SetupFlag.bits(EnumSet.of(IORING_SETUP_SUBMIT_ALL, IORING_SETUP_COOP_TASKRUN, IORING_SETUP_TASKRUN_FLAG)),
        IORING_SETUP_SUBMIT_ALL.bit(),
        0
    };

    private final EnumSet<SetupFlag> wanted = EnumSet.noneOf(SetupFlag.class);
    private final EnumSet<SetupFlag> unwanted = EnumSet.noneOf(SetupFlag.class);
    private boolean registerRingDescriptor = true;
    private boolean messageTarget;
    private int cqEntries;
    private int minEntries = DEFAULT_MIN_ENTRIES;
    private int sqThreadIdleMillis;
    private int sqThreadCpu;
    private @Nullable IoUring workersOf;

    private RingOptions() {}

    /** The defaults, to start from. */
    public static RingOptions defaults() {
        return new RingOptions();
    }

    /**
     * Flags the ring must have. Those that need a value have methods of their own, which set the flag too.
     *
     * @throws UnsupportedOperationException for a flag whose queue protocol this version does not speak
     */
    public RingOptions with(SetupFlag... flags) {
        for (SetupFlag flag : flags) {
            if (flag == IORING_SETUP_SQE_MIXED || flag == IORING_SETUP_SQ_REWIND) {
                throw new UnsupportedOperationException(
                        flag + " is not supported yet: the submission queue would have to be filled differently");
            }
            wanted.add(flag);
            unwanted.remove(flag);
        }
        return this;
    }

    /** Flags the ring must not have, though they are a default. */
    public RingOptions without(SetupFlag... flags) {
        for (SetupFlag flag : flags) {
            unwanted.add(flag);
            wanted.remove(flag);
        }
        return this;
    }

    /**
     * The size of the completion queue; otherwise twice the submission queue's. Sets {@code CQSIZE}. Linux 5.5.
     *
     * @param entries at least those of the submission queue, at most 65,536; rounded up to a power of two
     */
    public RingOptions cqEntries(int entries) {
        this.cqEntries = entries;
        return with(IORING_SETUP_CQSIZE);
    }

    /**
     * How small a ring is still of use, when there is no memory for the size asked: it is halved down to this. Otherwise 16, or the size asked if
     * that is less. {@link SubmissionQueue#entries()} says what came of it.
     *
     * @param entries 1 or more
     */
    public RingOptions minEntries(int entries) {
        if (entries < 1) {
            throw new IllegalArgumentException("a ring has 1 entry or more, not " + entries);
        }
        this.minEntries = entries;
        return this;
    }

    /**
     * A kernel thread submits, so that {@link IoUring#submit} makes no system call while it is awake. It occupies a processor while it polls. {@link
     * IoUring#submitAndWait} makes none either where completions come within 50 microseconds: so long it looks for them first, and when they do not come
     * in that time, it does not look again for 64 calls. Sets {@code SQPOLL}.
     *
     * @param idle how long it polls after the last submission before it sleeps; whole milliseconds, at least 1
     */
    public RingOptions sqPoll(Duration idle) {
        long millis = idle.toMillis();
        if (millis < 1 || millis > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("SQPOLL idles in whole milliseconds, from 1 up, not " + idle);
        }
        this.sqThreadIdleMillis = (int) millis;
        return with(IORING_SETUP_SQPOLL);
    }

    /**
     * Pins the kernel thread of {@link #sqPoll} to a processor. Sets {@code SQ_AFF}.
     *
     * @param cpu its number, from 0
     */
    public RingOptions sqPollCpu(int cpu) {
        if (cpu < 0) {
            throw new IllegalArgumentException("processors are counted from 0; " + cpu + " is none");
        }
        this.sqThreadCpu = cpu;
        return with(IORING_SETUP_SQ_AFF);
    }

    /** Shares the worker threads (and the SQPOLL thread) of another ring, which must be open. Sets {@code ATTACH_WQ}. Linux 5.6. */
    public RingOptions shareWorkersOf(IoUring other) {
        this.workersOf = other;
        return with(IORING_SETUP_ATTACH_WQ);
    }

    /**
     * Whether the ring's descriptor is registered with its thread, which makes each system call a little cheaper; where the kernel has it (Linux
     * 5.18).
     */
    public RingOptions registerRingDescriptor(boolean register) {
        this.registerRingDescriptor = register;
        return this;
    }

    /**
     * Says that other rings will post completions here ({@link Sqe#messageRing}). They cannot be told from the completions of the ring's own
     * requests, so that {@link IoUring#close} goes another, slower way to be sure that nothing is in flight.
     */
    public RingOptions messageTarget() {
        this.messageTarget = true;
        return this;
    }

    boolean isMessageTarget() {
        return messageTarget;
    }

    boolean registersRingDescriptor() {
        return registerRingDescriptor;
    }

    int minEntries() {
        return minEntries;
    }

    int cqEntries() {
        return wanted.contains(IORING_SETUP_CQSIZE) ? cqEntries : 0;
    }

    int sqThreadIdleMillis() {
        return sqThreadIdleMillis;
    }

    int sqThreadCpu() {
        return sqThreadCpu;
    }

    @Nullable
    IoUring workersOf() {
        return workersOf;
    }

    Set<SetupFlag> wanted() {
        return wanted;
    }

    /** The sets of flags to try, best first. Each holds all that is wanted and none that is unwanted. */
    int[] candidates() {
        int asked = SetupFlag.bits(wanted);
        int banned = SetupFlag.bits(unwanted);
        if (wanted.contains(IORING_SETUP_SQPOLL)) {
            banned |= IORING_SETUP_COOP_TASKRUN.bit()
                    | IORING_SETUP_TASKRUN_FLAG.bit()
                    | IORING_SETUP_DEFER_TASKRUN.bit();
        }
        int[] candidates = new int[PREFERRED.length];
        int count = 0;
        for (int preferred : PREFERRED) {
            int flags = consistent((preferred & ~banned) | asked, asked);
            if (count == 0 || candidates[count - 1] != flags) {
                candidates[count++] = flags;
            }
        }
        return java.util.Arrays.copyOf(candidates, count);
    }

    /** Drops preferred flags that lack what they need, or that what was asked excludes. */
    private static int consistent(int flags, int asked) {
        int result = flags;
        if ((result & IORING_SETUP_SINGLE_ISSUER.bit()) == 0) {
            result &= ~IORING_SETUP_DEFER_TASKRUN.bit() | asked;
        }
        if ((result & (IORING_SETUP_COOP_TASKRUN.bit() | IORING_SETUP_DEFER_TASKRUN.bit())) == 0) {
            result &= ~IORING_SETUP_TASKRUN_FLAG.bit() | asked;
        }
        return result;
    }

    /** Refuses what contradicts itself, before the kernel would with a bare EINVAL. */
    void check(int entries) {
        int most = wanted.contains(IORING_SETUP_CLAMP) ? Integer.MAX_VALUE : MAX_ENTRIES;
        refuseIf(entries < 1 || entries > most, "a ring has 1 to " + MAX_ENTRIES + " entries, not " + entries);
        refuseIf(wanted.contains(IORING_SETUP_CQSIZE) && cqEntries == 0, "CQSIZE needs a size: call cqEntries(n)");
        refuseIf(
                cqEntries != 0 && cqEntries < entries,
                "the completion queue (" + cqEntries + " entries) must be as large as the submission queue (" + entries
                        + ") at least");
        refuseIf(
                cqEntries > MAX_CQ_ENTRIES && !wanted.contains(IORING_SETUP_CLAMP),
                "a completion queue has at most " + MAX_CQ_ENTRIES + " entries, not " + cqEntries);

        needs(IORING_SETUP_SQ_AFF, IORING_SETUP_SQPOLL);
        needs(IORING_SETUP_DEFER_TASKRUN, IORING_SETUP_SINGLE_ISSUER);
        needs(IORING_SETUP_REGISTERED_FD_ONLY, IORING_SETUP_NO_MMAP);
        needs(IORING_SETUP_HYBRID_IOPOLL, IORING_SETUP_IOPOLL);
        refuseIf(
                wanted.contains(IORING_SETUP_TASKRUN_FLAG)
                        && unwanted.contains(IORING_SETUP_COOP_TASKRUN)
                        && unwanted.contains(IORING_SETUP_DEFER_TASKRUN),
                "TASKRUN_FLAG needs COOP_TASKRUN or DEFER_TASKRUN");
        refuseIf(
                wanted.contains(IORING_SETUP_ATTACH_WQ) && workersOf == null,
                "ATTACH_WQ needs a ring: call shareWorkersOf(ring)");

        excludes(IORING_SETUP_SQPOLL, IORING_SETUP_COOP_TASKRUN);
        excludes(IORING_SETUP_SQPOLL, IORING_SETUP_TASKRUN_FLAG);
        excludes(IORING_SETUP_SQPOLL, IORING_SETUP_DEFER_TASKRUN);
        excludes(IORING_SETUP_CQE32, IORING_SETUP_CQE_MIXED);
        refuseIf(
                wanted.contains(IORING_SETUP_CQE_MIXED) && cqEntries == 1,
                "CQE_MIXED needs a completion queue of 2 entries or more: a long completion takes two");
    }

    private void needs(SetupFlag flag, SetupFlag other) {
        refuseIf(
                wanted.contains(flag) && unwanted.contains(other),
                flag + " needs " + other + ", which without() took away");
        if (wanted.contains(flag)) {
            wanted.add(other);
        }
    }

    private void excludes(SetupFlag one, SetupFlag other) {
        refuseIf(
                wanted.contains(one) && wanted.contains(other),
                one + " and " + other + " exclude each other: choose one");
    }

    private static void refuseIf(boolean wrong, String sentence) {
        if (wrong) {
            throw new IllegalArgumentException(sentence);
        }
    }
}

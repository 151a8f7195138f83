package io.ferrule.uring;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.bindings.liburing.io_uring_restriction;
import io.ferrule.sys.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What a locked-down ring may do; everything else is refused by the kernel with EACCES. Registered by {@link Registration#restrictions} on a ring
 * that is still disabled.
 */
public final class Restrictions {
    private record Rule(int kind, int value) {}

    private final List<Rule> rules = new ArrayList<>();
    private int allowedFlags;
    private int requiredFlags;

    /** Starts with nothing allowed. */
    public Restrictions() {}

    /** Allows an operation. */
    public Restrictions allow(Opcode operation) {
        return add(UringFlags.IORING_RESTRICTION_SQE_OP, operation.number());
    }

    /**
     * Allows an {@code io_uring_register} operation, once the ring is enabled; before that, all are. {@link IoUring#close} needs
     * {@link RegisterOpcode#IORING_REGISTER_SYNC_CANCEL} to end what is in flight, so that it is always allowed where the kernel has it. That is not
     * enough before Linux 6.0, nor where completions cannot be counted ({@link Sqe#skipSuccess}, tags, messages of other rings): there it needs
     * {@link RegisterOpcode#IORING_REGISTER_FILES}, or with a table of files {@link RegisterOpcode#IORING_REGISTER_FILES_UPDATE}, and fails when
     * requests may be in flight and those are not allowed.
     */
    public Restrictions allow(RegisterOpcode operation) {
        return add(UringFlags.IORING_RESTRICTION_REGISTER_OP, operation.number());
    }

    /** Allows these flags on each entry, {@code Sqe.IOSQE_...}. */
    public Restrictions allowFlags(int flags) {
        allowedFlags |= flags;
        return this;
    }

    /** Demands these flags on each entry: {@link Sqe#IOSQE_FIXED_FILE} keeps a ring to its direct descriptors. */
    public Restrictions requireFlags(int flags) {
        requiredFlags |= flags;
        return this;
    }

    /**
     * Registers them.
     *
     * @return the kernel's answer
     */
    int register(MemorySegment ring) {
        List<Rule> all = new ArrayList<>(rules);
        // Newer kernels (7.2, not yet 6.18) restrict entries only where a rule is about them, and registrations
        // likewise: there is always one of each.
        all.add(new Rule(UringFlags.IORING_RESTRICTION_SQE_FLAGS_ALLOWED, allowedFlags));
        all.add(new Rule(UringFlags.IORING_RESTRICTION_SQE_FLAGS_REQUIRED, requiredFlags));
        List<Rule> withCancel = new ArrayList<>(all);
        withCancel.add(new Rule(
                UringFlags.IORING_RESTRICTION_REGISTER_OP, RegisterOpcode.IORING_REGISTER_SYNC_CANCEL.number()));
        int result = register(ring, withCancel);
        return result == -Errno.EINVAL.number() ? register(ring, all) : result; // before Linux 6.0 it is no operation
    }

    private static int register(MemorySegment ring, List<Rule> rules) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment array = io_uring_restriction.allocateArray(rules.size(), arena);
            for (int i = 0; i < rules.size(); i++) {
                MemorySegment each = io_uring_restriction.asSlice(array, i);
                io_uring_restriction.opcode(each, (short) rules.get(i).kind());
                io_uring_restriction.register_op(each, (byte) rules.get(i).value());
            }
            return LibUring.io_uring_register_restrictions(ring, array, rules.size());
        }
    }

    private Restrictions add(int kind, int value) {
        rules.add(new Rule(kind, value));
        return this;
    }
}

package io.ferrule.uring;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.bindings.liburing.io_uring_probe;
import io.ferrule.bindings.liburing.io_uring_probe_op;
import io.ferrule.sys.ErrnoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.Set;

/** Which operations the running kernel has, as it says itself. Mirrors {@code io_uring_get_probe_ring}. Linux 5.6. */
public final class Probe {
    private static final int MOST_OPERATIONS = 256;

    private final BitSet supported;
    private final int lastOperation;

    private Probe(BitSet supported, int lastOperation) {
        this.supported = supported;
        this.lastOperation = lastOperation;
    }

    static Probe of(MemorySegment ring) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            long header = io_uring_probe.sizeof();
            long each = io_uring_probe_op.sizeof();
            MemorySegment probe = arena.allocate(header + MOST_OPERATIONS * each, 8);
            int result = LibUring.io_uring_register_probe(ring, probe, MOST_OPERATIONS);
            if (result < 0) {
                throw new ErrnoException(result, "io_uring_register PROBE", null, null);
            }
            BitSet supported = new BitSet();
            int count = Byte.toUnsignedInt(io_uring_probe.ops_len(probe));
            for (int i = 0; i < count; i++) {
                MemorySegment op = probe.asSlice(header + i * each, each);
                if ((Short.toUnsignedInt(io_uring_probe_op.flags(op)) & LibUring.IO_URING_OP_SUPPORTED()) != 0) {
                    supported.set(Byte.toUnsignedInt(io_uring_probe_op.op(op)));
                }
            }
            return new Probe(supported, Byte.toUnsignedInt(io_uring_probe.last_op(probe)));
        }
    }

    /** Whether the kernel has an operation. */
    public boolean supports(Opcode opcode) {
        return supported.get(opcode.number());
    }

    /** The operations that the kernel has, of those this version of Ferrule knows. */
    public Set<Opcode> supported() {
        EnumSet<Opcode> set = EnumSet.noneOf(Opcode.class);
        for (Opcode opcode : Opcode.values()) {
            if (supports(opcode)) {
                set.add(opcode);
            }
        }
        return set;
    }

    /** The highest operation number that the kernel knows; it may be beyond what this version of Ferrule has a name for. */
    public int lastOperation() {
        return lastOperation;
    }
}

package io.ferrule.testing;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.sys.Errno;
import io.ferrule.uring.IoUring;
import io.ferrule.uring.Opcode;
import io.ferrule.uring.RegisterOpcode;
import io.ferrule.uring.Restrictions;
import io.ferrule.uring.RingOptions;
import io.ferrule.uring.SetupFlag;
import io.ferrule.uring.SetupProbe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * What io_uring is on a kernel, as the kernel itself says: a line for each kind of fact. {@code make kernels} keeps the lines of each kernel beside
 * its test reports, {@code make coverage} reads them.
 */
public final class RingFacts {
    /** An address that is never mapped: to cancel, which a ring may always do, the kernel would have to read from it. */
    private static final MemorySegment NOWHERE = MemorySegment.ofAddress(1);

    /** The lines that answer for a part of the interface, and how the names of the parts begin. */
    private static final Map<String, String> KINDS = Map.of(
            "opcodes", "IORING_OP_",
            "setup flags", "IORING_SETUP_",
            "features", "IORING_FEAT_",
            "registrations", "IORING_REGISTER_",
            "unregistrations", "IORING_UNREGISTER_");

    private final Map<String, String> lines;

    private RingFacts(Map<String, String> lines) {
        this.lines = lines;
    }

    public static void main(String[] args) throws IOException {
        ask().lines.forEach((what, fact) -> System.out.println(what + ": " + fact));
    }

    /** Asks the running kernel. */
    public static RingFacts ask() throws IOException {
        Map<String, String> lines = new LinkedHashMap<>();
        try (IoUring ring = IoUring.open(8)) {
            Set<Opcode> operations = ring.probe().supported();
            lines.put("last opcode", String.valueOf(ring.probe().lastOperation()));
            lines.put("opcodes", names(operations));
            lines.put("opcodes missing", names(EnumSet.complementOf(EnumSet.copyOf(operations))));
            lines.put("setup flags", names(SetupProbe.accepted()));
            lines.put("features", names(ring.features()));
            lines.put("default ring", names(ring.setupFlags()));
        }
        Set<RegisterOpcode> registrations = registrations();
        lines.put("registrations", names(registrations, name -> name.startsWith(KINDS.get("registrations"))));
        lines.put("unregistrations", names(registrations, name -> name.startsWith(KINDS.get("unregistrations"))));
        return new RingFacts(lines);
    }

    /** Reads what {@link #main} wrote on another kernel. */
    static RingFacts read(Path file) throws IOException {
        return new RingFacts(Files.readAllLines(file).stream()
                .map(line -> line.split(":", 2))
                .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1].strip())));
    }

    /** Whether the kernel says that it lacks what has this name in the headers. Of flags of entries, for one, it says nothing. */
    boolean lacks(String name) {
        for (Map.Entry<String, String> kind : KINDS.entrySet()) {
            if (name.startsWith(kind.getValue()) && lines.containsKey(kind.getKey())) {
                List<String> present = Arrays.asList(lines.get(kind.getKey()).split(" "));
                return !present.contains(name.substring(kind.getValue().length()));
            }
        }
        return false;
    }

    /** A ring that may register nothing answers EACCES to what the kernel knows and EINVAL to what it does not. */
    private static Set<RegisterOpcode> registrations() throws IOException {
        EnumSet<RegisterOpcode> known = EnumSet.noneOf(RegisterOpcode.class);
        try (IoUring ring = IoUring.open(2, RingOptions.defaults().with(SetupFlag.IORING_SETUP_R_DISABLED))) {
            ring.register().restrictions(new Restrictions().allow(Opcode.IORING_OP_NOP));
            ring.enable();
            for (RegisterOpcode operation : RegisterOpcode.values()) {
                int result = LibUring.io_uring_register(ring.descriptor(), operation.number(), NOWHERE, 1);
                if (result != -Errno.EINVAL.number()) {
                    known.add(operation);
                }
            }
        }
        return known;
    }

    private static String names(Set<? extends Enum<?>> set) {
        return names(set, name -> true);
    }

    private static String names(Set<? extends Enum<?>> set, Predicate<String> which) {
        return set.stream()
                .map(Enum::name)
                .filter(which)
                .map(name -> name.replaceFirst("^IORING_[A-Z]+_", ""))
                .collect(Collectors.joining(" "));
    }
}

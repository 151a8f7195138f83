package io.ferrule.testing;

import io.ferrule.uring.IoUring;
import io.ferrule.uring.Opcode;
import io.ferrule.uring.SetupProbe;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Prints what io_uring is on the running kernel, a line for each kind of fact; {@code make kernels} keeps them beside the test reports. */
public final class RingFacts {
    private RingFacts() {}

    public static void main(String[] args) throws IOException {
        try (IoUring ring = IoUring.open(8)) {
            Set<Opcode> operations = ring.probe().supported();
            print("last opcode", ring.probe().lastOperation());
            print("opcodes", names(operations));
            print("opcodes missing", names(EnumSet.complementOf(EnumSet.copyOf(operations))));
            print("setup flags", names(SetupProbe.accepted()));
            print("features", names(ring.features()));
            print("default ring", names(ring.setupFlags()));
        }
    }

    private static void print(String what, Object fact) {
        System.out.println(what + ": " + fact);
    }

    private static String names(Set<? extends Enum<?>> set) {
        return set.stream()
                .map(Enum::name)
                .map(name -> name.replaceFirst("^IORING_(SETUP|FEAT|OP)_", ""))
                .collect(Collectors.joining(" "));
    }
}

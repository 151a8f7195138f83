package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a ring says of its kernel. */
class ProbeTest {
    @Test
    void theFirstOperationsAreEverywhere() throws IOException {
        try (IoUring ring = IoUring.open(2)) {
            Probe probe = ring.probe();
            assertThat(probe.supported())
                    .contains(Opcode.IORING_OP_NOP, Opcode.IORING_OP_READV, Opcode.IORING_OP_POLL_ADD);
            assertThat(probe.lastOperation()).isGreaterThanOrEqualTo(Opcode.IORING_OP_POLL_ADD.ordinal());
        }
    }

    @Test
    void nothingBeyondTheLastOperationIsSupported() throws IOException {
        try (IoUring ring = IoUring.open(2)) {
            Probe probe = ring.probe();
            Set<Opcode> supported = probe.supported();
            assertThat(supported).allMatch(opcode -> opcode.ordinal() <= probe.lastOperation());
            for (Opcode opcode : Opcode.values()) {
                assertThat(probe.supports(opcode)).isEqualTo(supported.contains(opcode));
            }
        }
    }
}

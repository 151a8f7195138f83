package io.ferrule.uring;

import static io.ferrule.uring.SetupFlag.IORING_SETUP_CLAMP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.testing.Covers;
import io.ferrule.testing.Descriptors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How large a ring is, and what it costs the process. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RingSizeTest {
    @ParameterizedTest
    @CsvSource({"1, 1, 2", "2, 2, 4", "3, 4, 8", "100, 128, 256", "32768, 32768, 65536"})
    void entriesAreRoundedUpToAPowerOfTwoAndTheCompletionQueueIsTwiceThat(int asked, int submission, int completion)
            throws IOException {
        try (IoUring ring = IoUring.open(asked)) {
            assertThat(ring.sq().entries()).isEqualTo(submission);
            assertThat(ring.cq().entries()).isEqualTo(completion);
        }
    }

    @ParameterizedTest
    @CsvSource({"8, 8", "9, 16", "65536, 65536"})
    void theCompletionQueueHasTheSizeAskedRoundedUp(int asked, int entries) throws IOException {
        try (IoUring ring = IoUring.open(8, RingOptions.defaults().cqEntries(asked))) {
            assertThat(ring.cq().entries()).isEqualTo(entries);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 32_769, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void aSizeThatNoRingHasIsRefused(int entries) {
        assertThatThrownBy(() -> IoUring.open(entries))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a ring has 1 to 32768 entries, not " + entries);
    }

    @Test
    @Covers("IORING_SETUP_CLAMP")
    void clampTakesTheLargestRingInstead() throws IOException {
        RingOptions options = RingOptions.defaults().with(IORING_SETUP_CLAMP).cqEntries(1_000_000);
        try (IoUring ring = IoUring.open(100_000, options)) {
            assertThat(ring.sq().entries()).isEqualTo(32_768);
            assertThat(ring.cq().entries()).isEqualTo(65_536);
        }
    }

    /** The masks, and the place of the entries after them, differ with each size. */
    @ParameterizedTest
    @MethodSource
    void everySizeFillsAndDrainsInOrder(int entries) throws IOException {
        try (IoUring ring = IoUring.open(entries)) {
            for (int i = 0; i < entries; i++) {
                ring.sq().next().nop().userData(i);
            }
            assertThat(Completion.userData(ring, entries))
                    .isEqualTo(LongStream.range(0, entries).toArray());
        }
    }

    static IntStream everySizeFillsAndDrainsInOrder() {
        return IntStream.rangeClosed(0, 15).map(bit -> 1 << bit);
    }

    @Test
    void aThreadMayHaveMoreRingsThanItCanRegisterDescriptorsFor() throws IOException {
        IoUring[] rings = new IoUring[20]; // the kernel registers 16 for each thread
        for (int i = 0; i < rings.length; i++) {
            rings[i] = IoUring.open(2);
        }
        for (IoUring ring : rings) {
            ring.sq().next().nop();
            assertThat(Completion.result(ring)).isZero();
        }
        for (IoUring ring : rings) {
            ring.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRingWorksWithItsDescriptorRegisteredAndWithout(boolean registered) throws IOException {
        RingOptions options = RingOptions.defaults().registerRingDescriptor(registered);
        try (IoUring ring = IoUring.open(4, options)) {
            ring.sq().next().nop();
            assertThat(Completion.result(ring)).isZero();
        }
    }

    @Test
    void aThousandRingsLeaveNoDescriptorAndNoMappingBehind() throws IOException {
        IoUring.open(8).close();
        long descriptors = Descriptors.openTo("anon_inode:\\[io_uring]");
        long mappings = ringMappings();
        for (int i = 0; i < 1_000; i++) {
            try (IoUring ring = IoUring.open(8)) {
                ring.sq().next().nop();
                assertThat(Completion.result(ring)).isZero();
            }
        }
        assertThat(Descriptors.openTo("anon_inode:\\[io_uring]")).isEqualTo(descriptors);
        assertThat(ringMappings()).isEqualTo(mappings);
    }

    private static long ringMappings() throws IOException {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.filter(line -> line.contains("[io_uring]")).count();
        }
    }
}

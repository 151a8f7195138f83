package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Memory that shows who writes to it: a buffer between two guards, all of it filled with a pattern. A kernel that writes beyond the buffer, or into it
 * after its request was over, spoils the pattern.
 */
final class Canary {
    private static final int GUARD = 4096;
    private static final int PERIOD = 251; // prime, so that no block looks like its neighbour

    private final MemorySegment region;
    private final MemorySegment body;
    private final Buffer buffer;

    Canary(int size) {
        region = Arena.ofAuto().allocate(GUARD + size + GUARD, GUARD);
        body = region.asSlice(GUARD, size);
        buffer = Buffer.wrap(body);
        refill();
    }

    Buffer buffer() {
        return buffer;
    }

    /** Fills everything with the pattern again: it is ours, or else the kernel shows itself. */
    void refill() {
        for (long i = 0; i < region.byteSize(); i++) {
            region.set(ValueLayout.JAVA_BYTE, i, pattern(i));
        }
    }

    /** Makes the buffer's bytes something else. */
    void scribble() {
        body.fill((byte) 0xff);
    }

    /** Nobody may use it, and nobody has written to it since {@link #refill}. */
    void assertUntouched() {
        assertThat(buffer.isInFlight()).as("in flight").isFalse();
        assertThat(firstChange(0, region.byteSize())).as("first byte changed").isEqualTo(-1);
    }

    /** Nobody has written beyond the buffer. */
    void assertGuardsUntouched() {
        assertThat(firstChange(0, GUARD)).as("change before the buffer").isEqualTo(-1);
        assertThat(firstChange(GUARD + body.byteSize(), region.byteSize()))
                .as("change after the buffer")
                .isEqualTo(-1);
    }

    private long firstChange(long from, long to) {
        for (long i = from; i < to; i++) {
            if (region.get(ValueLayout.JAVA_BYTE, i) != pattern(i)) {
                return i;
            }
        }
        return -1;
    }

    private static byte pattern(long index) {
        return (byte) (index % PERIOD);
    }

    /** What the buffer holds at an index as long as it is untouched. */
    static byte byteAt(long index) {
        return pattern(GUARD + index);
    }
}

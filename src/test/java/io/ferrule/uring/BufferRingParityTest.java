package io.ferrule.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.bindings.liburing.io_uring_buf_ring;
import io.ferrule.sys.ErrnoException;
import io.ferrule.testing.Covers;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What we write into a ring of provided buffers are the bytes that liburing writes; random sequences, printed by their seed. */
class BufferRingParityTest {
    private static final long SEED = Long.getLong("ferrule.test.seed", new Random().nextLong());
    private static final int STEPS = 2_000;
    private static final int BLOCK = 1 << 16;

    @ParameterizedTest(name = "{0} entries, flags {1}")
    @CsvSource({"1, 0", "2, 0", "8, 0", "256, 0", "32768, 0", "64, 2"})
    @Covers("IORING_REGISTER_PBUF_RING")
    void addingAndPublishingWritesWhatLiburingWrites(int entries, int flags) throws Exception {
        Random random = new Random(SEED);
        try (Arena arena = Arena.ofConfined();
                IoUring ring = IoUring.open(2);
                BufferRing ours = open(ring, entries, flags)) {
            MemorySegment memory = memory(ours);
            MemorySegment theirs = arena.allocate(memory.byteSize(), RingLayout.BUF_SIZE);
            LibUring.io_uring_buf_ring_init(theirs);
            MemorySegment block = arena.allocate(BLOCK);
            int mask = LibUring.io_uring_buf_ring_mask(entries);
            for (int step = 0; step < STEPS; step++) {
                int count = random.nextInt(Math.min(entries, 20) + 1);
                for (int i = 0; i < count; i++) {
                    int size = random.nextInt(BLOCK + 1);
                    MemorySegment buffer = block.asSlice(random.nextInt(BLOCK - size + 1), size);
                    int id = random.nextInt(1 << Short.SIZE);
                    ours.add(buffer, id);
                    LibUring.io_uring_buf_ring_add(theirs, buffer, (int) buffer.byteSize(), (short) id, mask, i);
                }
                assertSame(memory, theirs, "added, not published, in step " + step);
                ours.publish();
                LibUring.io_uring_buf_ring_advance(theirs, count);
                assertSame(memory, theirs, "published in step " + step);
            }
            assertThat(io_uring_buf_ring.tail(memory)).isEqualTo(io_uring_buf_ring.tail(theirs));
        }
    }

    private static BufferRing open(IoUring ring, int entries, int flags) throws IOException {
        try {
            return ring.register().bufferRing(7, entries, flags);
        } catch (ErrnoException e) {
            return abort("needs a kernel with buffer rings of these flags: " + e.getMessage());
        }
    }

    private static void assertSame(MemorySegment ours, MemorySegment theirs, String when) {
        if (ours.mismatch(theirs) >= 0) {
            assertThat(hex(ours)).as("%s, seed %d", when, SEED).isEqualTo(hex(theirs));
        }
    }

    /** The memory it shares with the kernel, which nobody else needs to see. */
    private static MemorySegment memory(BufferRing ring) throws ReflectiveOperationException {
        Field memory = BufferRing.class.getDeclaredField("memory");
        memory.setAccessible(true);
        return (MemorySegment) memory.get(ring);
    }

    private static String hex(MemorySegment entries) {
        return HexFormat.of().formatHex(entries.toArray(JAVA_BYTE)).replaceAll("(.{32})", "$1\n");
    }
}

package io.ferrule.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeMemoryTest {
    private static final MemorySegment HEAP = MemorySegment.ofArray(new byte[8]);

    @AutoClose
    private final Arena arena = Arena.ofConfined();

    @Test
    void nativeMemoryHasAnAddress() {
        MemorySegment memory = arena.allocate(8);
        assertThat(NativeMemory.readable(memory)).isEqualTo(memory.address());
        assertThat(NativeMemory.writable(memory)).isEqualTo(memory.address());
    }

    @Test
    void aDirectBufferIsNativeMemory() {
        MemorySegment memory = MemorySegment.ofBuffer(ByteBuffer.allocateDirect(8));
        assertThat(NativeMemory.writable(memory)).isEqualTo(memory.address());
    }

    @Test
    void aHeapSegmentIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NativeMemory.readable(HEAP))
                .withMessageContaining("heap segment")
                .withMessageContaining("Arena");
        assertThatIllegalArgumentException().isThrownBy(() -> NativeMemory.writable(HEAP));
    }

    @Test
    void readOnlyMemoryCanBeRead() {
        MemorySegment memory = arena.allocate(8).asReadOnly();
        assertThat(NativeMemory.readable(memory)).isEqualTo(memory.address());
    }

    @Test
    void readOnlyMemoryIsNotWrittenTo() {
        MemorySegment memory = arena.allocate(8).asReadOnly();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NativeMemory.writable(memory))
                .withMessageContaining("read-only");
    }

    @Test
    void memoryOfAClosedArenaIsRefused() {
        Arena closed = Arena.ofConfined();
        MemorySegment memory = closed.allocate(8);
        closed.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> NativeMemory.readable(memory))
                .withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> NativeMemory.writable(memory));
    }

    @Test
    void aTransferIsAsLongAsTheKernelAllows() {
        assertThat(NativeMemory.transferLength(ofSize(NativeMemory.MAX_TRANSFER)))
                .isEqualTo(0x7fff_f000);
    }

    @Test
    void aTransferThatIsLongerIsRefusedWithBothLengths() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NativeMemory.transferLength(ofSize(0x7fff_f001L)))
                .withMessageContaining("2147479553")
                .withMessageContaining("2147479552");
    }

    @Test
    void aSegmentWithoutEndIsRefusedAsATransfer() {
        assertThatIllegalArgumentException().isThrownBy(() -> NativeMemory.transferLength(ofSize(Long.MAX_VALUE)));
    }

    @ParameterizedTest
    @CsvSource({"0, 8", "8, 0", "3, 5", "0, 0"})
    void aRangeInsideIsTaken(long offset, int length) {
        NativeMemory.checkRange(arena.allocate(8), offset, length);
        assertThat(offset + length).isLessThanOrEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource({"0, 9", "8, 1", "9, 0", "-1, 1", "0, -1", "4, -4", "9223372036854775807, 1"})
    void aRangeOutsideOrOfNegativeLengthIsRefused(long offset, int length) {
        MemorySegment memory = arena.allocate(8);
        assertThatThrownBy(() -> NativeMemory.checkRange(memory, offset, length))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aPathEndsInNul() {
        MemorySegment path = arena.allocateFrom("/tmp");
        assertThat(NativeMemory.path(path)).isEqualTo(path.address());
    }

    @Test
    void aPathWithoutNulIsRefused() {
        MemorySegment path = arena.allocateFrom("/tmp").asSlice(0, 4);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NativeMemory.path(path))
                .withMessageContaining("NUL");
    }

    @Test
    void anEmptySegmentIsNoPath() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NativeMemory.path(arena.allocate(0)))
                .withMessageContaining("NUL");
    }

    @Test
    void aPathOnTheHeapIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NativeMemory.path(HEAP))
                .withMessageContaining("heap segment");
    }

    /** Only its length is looked at. */
    private static MemorySegment ofSize(long bytes) {
        return MemorySegment.NULL.reinterpret(bytes);
    }
}

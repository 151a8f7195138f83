package io.ferrule.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.bindings.libc.iovec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IovecArrayTest {
    @AutoClose
    private final Arena arena = Arena.ofConfined();

    @Test
    void aPieceIsAnAddressAndALength() {
        MemorySegment first = arena.allocate(8);
        MemorySegment second = arena.allocate(16);
        MemorySegment array = IovecArray.of(arena, first, second).segment();
        assertThat(array.byteSize()).isEqualTo(2 * iovec.sizeof());
        assertThat(iovec.iov_base(iovec.asSlice(array, 0))).isEqualTo(first);
        assertThat(iovec.iov_len(iovec.asSlice(array, 0))).isEqualTo(8);
        assertThat(iovec.iov_base(iovec.asSlice(array, 1)).address()).isEqualTo(second.address());
        assertThat(iovec.iov_len(iovec.asSlice(array, 1))).isEqualTo(16);
    }

    @Test
    void aFreshArrayIsEmptyPieces() {
        IovecArray array = IovecArray.allocate(arena, 3);
        assertThat(array.capacity()).isEqualTo(3);
        assertThat(array.segment().mismatch(arena.allocate(3 * iovec.sizeof()))).isEqualTo(-1);
    }

    @Test
    void aPieceCanBeSetAnew() {
        IovecArray array = IovecArray.of(arena, arena.allocate(8));
        MemorySegment other = arena.allocate(4);
        array.set(0, other);
        assertThat(iovec.iov_base(array.segment()).address()).isEqualTo(other.address());
        assertThat(iovec.iov_len(array.segment())).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1025, Integer.MAX_VALUE})
    void aCapacityThatTheKernelDoesNotTakeIsRefused(int capacity) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IovecArray.allocate(arena, capacity))
                .withMessage("an iovec array has 1 to 1024 pieces, not " + capacity);
    }

    @Test
    void noPiecesAtAllAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> IovecArray.of(arena));
    }

    @Test
    void aHeapSegmentIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IovecArray.of(arena, MemorySegment.ofArray(new byte[8])))
                .withMessageContaining("heap segment");
    }

    @Test
    void memoryOfAClosedArenaIsRefused() {
        IovecArray array = IovecArray.allocate(arena, 1);
        Arena closed = Arena.ofConfined();
        MemorySegment piece = closed.allocate(8);
        closed.close();
        assertThatIllegalStateException().isThrownBy(() -> array.set(0, piece));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void anIndexOutsideIsRefused(int index) {
        IovecArray array = IovecArray.allocate(arena, 1);
        MemorySegment piece = arena.allocate(8);
        assertThatThrownBy(() -> array.set(index, piece)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void theArrayLivesAsLongAsItsArena() {
        Arena brief = Arena.ofConfined();
        IovecArray array = IovecArray.allocate(brief, 1);
        MemorySegment piece = arena.allocate(8);
        brief.close();
        assertThatIllegalStateException().isThrownBy(() -> array.set(0, piece));
    }
}

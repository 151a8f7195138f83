package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory that the kernel may use while a request is in flight. */
class BufferTest {
    private final Buffer buffer = Buffer.allocate(16);

    /** All that reads or changes a buffer's bytes. */
    private List<ThrowingCallable> reading() {
        return List.of(
                () -> buffer.get(0),
                () -> buffer.get(0, new byte[1], 0, 1),
                () -> buffer.getString(0, 1, UTF_8),
                () -> Buffer.allocate(1).put(0, buffer, 0, 1));
    }

    private List<ThrowingCallable> writing() {
        return List.of(
                buffer::segment,
                () -> buffer.put(0, (byte) 1),
                () -> buffer.put(0, new byte[1], 0, 1),
                () -> buffer.putString(0, "a", UTF_8),
                () -> buffer.put(0, Buffer.allocate(1), 0, 1));
    }

    private static void assertRefused(List<ThrowingCallable> calls, String why) {
        assertThat(calls)
                .allSatisfy(call ->
                        assertThatIllegalStateException().isThrownBy(call).withMessageContaining(why));
    }

    // ---- its bytes ----

    @Test
    void isZeroAtFirst() {
        assertThat(buffer.segment().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE))
                .containsOnly(0);
    }

    @Test
    void givesBackWhatWasPutIn() {
        buffer.put(3, (byte) 7);
        assertThat(buffer.putString(4, "äb", UTF_8)).isEqualTo(3);
        assertThat(buffer.get(3)).isEqualTo((byte) 7);
        assertThat(buffer.getString(4, 3, UTF_8)).isEqualTo("äb");
        Buffer other = Buffer.allocate(2).put(0, buffer, 3, 2);
        assertThat(other.get(0)).isEqualTo((byte) 7);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 16, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void anIndexOutsideIsRefused(int index) {
        assertThatThrownBy(() -> buffer.get(index)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.put(index, (byte) 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.get(index, new byte[1], 0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.address(index, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aLengthOutsideIsRefused() {
        assertThatThrownBy(() -> buffer.address(8, 9)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.address(8, -1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buffer.address(8, Integer.MAX_VALUE)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    // ---- where it comes from ----

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void hasOneByteOrMore(int size) {
        assertThatIllegalArgumentException().isThrownBy(() -> Buffer.allocate(size));
    }

    @Test
    void startsWhereItIsAskedTo() {
        assertThat(Buffer.allocate(100, 4096).segment().address() % 4096).isZero();
        assertThatIllegalArgumentException().isThrownBy(() -> Buffer.allocate(100, 3));
    }

    @Test
    void wrapsMemoryThatNobodyCanFree() {
        assertThat(Buffer.wrap(Arena.ofAuto().allocate(8)).size()).isEqualTo(8);
        assertThat(Buffer.wrap(Arena.global().allocate(8)).size()).isEqualTo(8);
        assertThat(Buffer.wrap(MemorySegment.ofBuffer(ByteBuffer.allocateDirect(8)))
                        .size())
                .isEqualTo(8);
    }

    @Test
    void doesNotWrapMemoryOfAnArenaThatCouldBeClosed() {
        try (Arena confined = Arena.ofConfined();
                Arena shared = Arena.ofShared()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Buffer.wrap(confined.allocate(8)))
                    .withMessageContaining("Arena.ofAuto()");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Buffer.wrap(shared.allocate(8)))
                    .withMessageContaining("Arena.ofAuto()");
        }
    }

    @Test
    void doesNotWrapMemoryOnTheHeap() {
        assertThatIllegalArgumentException().isThrownBy(() -> Buffer.wrap(MemorySegment.ofArray(new byte[8])));
    }

    @Test
    void doesNotWrapMemoryThatMayOnlyBeRead() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Buffer.wrap(Arena.ofAuto().allocate(8).asReadOnly()));
    }

    // ---- while a request is in flight ----

    @Test
    void nobodyUsesOneThatIsBeingFilled() {
        buffer.pinToFill();
        assertThat(buffer.isInFlight()).isTrue();
        assertRefused(reading(), "a request is filling it");
        assertRefused(writing(), "a request is filling it");
        assertRefused(
                List.of(buffer::pinToFill, buffer::pinToWriteOut, buffer::close, buffer::closeWhenFree),
                "a request is filling it");
    }

    @Test
    void oneThatIsBeingWrittenOutCanBeReadButNotChanged() {
        buffer.pinToWriteOut();
        assertThat(buffer.get(0)).isZero();
        assertRefused(writing(), "a request is writing it out");
        assertRefused(List.of(buffer::pinToFill, buffer::close), "a request is writing it out");
    }

    @Test
    void oneThatIsBeingWrittenOutCanBeWrittenOutAgain() {
        buffer.pinToWriteOut();
        buffer.pinToWriteOut();
        buffer.unpin();
        assertRefused(writing(), "a request is writing it out");
        buffer.unpin();
        assertThat(buffer.isInFlight()).isFalse();
        buffer.put(0, (byte) 1);
    }

    @Test
    void isFreeAgainWhenItHasBeenFilled() {
        buffer.pinToFill();
        buffer.unpin();
        assertThat(buffer.isInFlight()).isFalse();
        buffer.pinToFill();
    }

    // ---- its end ----

    @Test
    void aSecondCloseDoesNothing() {
        buffer.close();
        buffer.close();
        buffer.closeWhenFree();
    }

    @Test
    void afterCloseEverythingIsRefused() {
        buffer.close();
        assertRefused(reading(), "it is closed");
        assertRefused(writing(), "it is closed");
        assertRefused(List.of(buffer::pinToFill, buffer::pinToWriteOut), "it is closed");
    }

    @Test
    void aSegmentOutlivesItsBuffer() {
        MemorySegment segment = buffer.segment();
        buffer.close();
        assertThat(segment.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0)).isZero();
    }

    @Test
    void closesWhenTheLastRequestIsOver() {
        buffer.pinToWriteOut();
        buffer.pinToWriteOut();
        buffer.closeWhenFree();
        assertRefused(List.of(buffer::pinToWriteOut), "a request is writing it out");
        buffer.unpin();
        assertThat(buffer.toString()).doesNotContain("closed");
        buffer.unpin();
        assertThat(buffer.toString()).contains("closed");
    }

    @Test
    void closesAtOnceWhenNothingIsInFlight() {
        buffer.closeWhenFree();
        assertRefused(reading(), "it is closed");
    }
}

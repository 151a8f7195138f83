package io.ferrule.uring;

import static io.ferrule.uring.CompletionQueue.IORING_CQE_F_BUF_MORE;
import static io.ferrule.uring.UringFlags.IOU_PBUF_RING_INC;
import static io.ferrule.uring.UringFlags.IOU_PBUF_RING_MMAP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The ring of provided buffers itself: its sizes, its memory, its wrap, and its end. */
@Covers({"IORING_REGISTER_PBUF_RING", "IORING_UNREGISTER_PBUF_RING"})
@Timeout(30)
class BufferRingTest extends OperationTest {
    private static final int GROUP = 9;

    private final MemorySegment memory = arena.allocate(256);
    private Pipe pipe;

    @BeforeEach
    void open() throws IOException {
        pipe = keep(Pipe.open());
        Kernel.needs(
                RegisterOpcode.IORING_REGISTER_PBUF_RING,
                () -> ring.register().bufferRing(1, 1, 0).close());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 256, 32_768})
    @Covers("IORING_REGISTER_PBUF_STATUS")
    void itHoldsAPowerOfTwo(int entries) throws IOException {
        try (BufferRing buffers = ring.register().bufferRing(GROUP, entries, 0)) {
            assertThat(buffers.entries()).isEqualTo(entries);
            assertThat(buffers.group()).isEqualTo(GROUP);
            Kernel.needs(RegisterOpcode.IORING_REGISTER_PBUF_STATUS, buffers::available);
            assertThat(buffers.available()).isZero();
            for (int i = 0; i < entries; i++) {
                buffers.add(memory, i);
            }
            assertThat(buffers.available()).isZero(); // the kernel has not been shown them yet
            buffers.publish();
            assertThat(buffers.available()).isEqualTo(entries);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, -1, 65_536})
    void anotherSizeIsRefused(int entries) {
        assertThatThrownBy(() -> ring.register().bufferRing(GROUP, entries, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("power of two");
    }

    @Test
    void groupsAndIdsHaveSixteenBits() throws IOException {
        assertThatThrownBy(() -> ring.register().bufferRing(65_536, 1, 0))
                .isInstanceOf(IndexOutOfBoundsException.class);
        try (BufferRing buffers = ring.register().bufferRing(65_535, 1, 0)) {
            assertThatThrownBy(() -> buffers.add(memory, 65_536)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> buffers.add(memory, -1)).isInstanceOf(IndexOutOfBoundsException.class);
            buffers.add(memory, 65_535);
            buffers.publish();
            pipe.write("x");
            assertThat(read(65_535, 10)).isEqualTo(1);
            assertThat(ring.cq().bufferId()).isEqualTo(65_535);
        }
    }

    @Test
    void heapAndReadOnlyMemoryAreRefused() throws IOException {
        try (BufferRing buffers = ring.register().bufferRing(GROUP, 1, 0)) {
            assertThatThrownBy(() -> buffers.add(MemorySegment.ofArray(new byte[8]), 0))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> buffers.add(memory.asReadOnly(), 0)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aGroupIsRegisteredOnceAtATime() throws IOException {
        try (BufferRing first = ring.register().bufferRing(GROUP, 4, 0)) {
            assertThat(first.group()).isEqualTo(GROUP);
            Kernel.refuses(Errno.EEXIST, () -> ring.register().bufferRing(GROUP, 4, 0));
        }
        ring.register().bufferRing(GROUP, 8, 0).close();
    }

    @Test
    void buffersAreTakenInTheOrderTheyWerePutIn() throws IOException {
        try (BufferRing buffers = ring.register().bufferRing(GROUP, 4, 0)) {
            buffers.add(memory.asSlice(0, 8), 300);
            buffers.add(memory.asSlice(8, 8), 5);
            buffers.publish();
            pipe.write("ab");
            assertThat(read(GROUP, 1)).isEqualTo(1);
            assertThat(ring.cq().bufferId()).isEqualTo(300);
            assertThat(read(GROUP, 1)).isEqualTo(1);
            assertThat(ring.cq().bufferId()).isEqualTo(5);
            assertThat(text(0, 1) + text(8, 1)).isEqualTo("ab");
        }
    }

    /** The tail has 16 bits, and so has the kernel's head: after 65,536 buffers both begin anew. */
    @ParameterizedTest
    @ValueSource(ints = {1, 64})
    void itsCountersWrap(int entries) throws IOException {
        try (Fd zero = Fd.open(Path.of("/dev/zero"), LibC.O_RDONLY(), 0);
                BufferRing buffers = ring.register().bufferRing(GROUP, entries, 0)) {
            for (int total = 0; total < 66_000; total += entries) {
                for (int i = 0; i < entries; i++) {
                    buffers.add(memory, total + i & 0xffff);
                    ring.sq().next().read(zero, MemorySegment.NULL, 0).bufferGroup(GROUP);
                }
                buffers.publish();
                ring.submitAndWait(entries);
                for (int i = 0; i < entries; i++) {
                    assertThat(ring.cq().next()).isTrue();
                    if (ring.cq().bufferId() != (total + i & 0xffff)) {
                        assertThat(ring.cq().bufferId()).as("after " + total).isEqualTo(total + i & 0xffff);
                    }
                }
            }
            assertThat(read(GROUP, 1, zero)).isEqualTo(Completion.error(Errno.ENOBUFS));
        }
    }

    @Test
    @Covers({"IOU_PBUF_RING_INC", "IORING_CQE_F_BUF_MORE"})
    void anIncrementalBufferIsUsedUpPieceByPiece() throws IOException {
        BufferRing[] opened = new BufferRing[1];
        Kernel.needs(
                RegisterOpcode.IORING_REGISTER_PBUF_RING,
                () -> opened[0] = ring.register().bufferRing(GROUP, 2, IOU_PBUF_RING_INC));
        try (BufferRing buffers = opened[0]) {
            buffers.add(memory.asSlice(0, 10), 7);
            buffers.add(memory.asSlice(100, 10), 8);
            buffers.publish();
            pipe.write("abcdefghijkl");
            assertThat(read(GROUP, 4)).isEqualTo(4);
            assertPiece(7, true);
            assertThat(read(GROUP, 6)).isEqualTo(6);
            assertPiece(7, false);
            assertThat(text(0, 10)).isEqualTo("abcdefghij");
            assertThat(read(GROUP, 2)).isEqualTo(2);
            assertPiece(8, true);
            assertThat(text(100, 2)).isEqualTo("kl");
        }
    }

    @Test
    @Covers("IOU_PBUF_RING_MMAP")
    void theKernelMayAllocateItsMemory() throws IOException {
        BufferRing[] opened = new BufferRing[1];
        Kernel.needs(
                RegisterOpcode.IORING_REGISTER_PBUF_RING,
                () -> opened[0] = ring.register().bufferRing(GROUP, 512, IOU_PBUF_RING_MMAP));
        try (BufferRing buffers = opened[0]) {
            buffers.add(memory.asSlice(0, 8), 3);
            buffers.publish();
            pipe.write("mapped");
            assertThat(read(GROUP, 8)).isEqualTo(6);
            assertThat(ring.cq().bufferId()).isEqualTo(3);
            assertThat(text(0, 6)).isEqualTo("mapped");
        }
        ring.register().bufferRing(GROUP, 512, IOU_PBUF_RING_MMAP).close();
    }

    @Test
    void flagsThatAreNoneAreRefused() {
        Kernel.refuses(Errno.EINVAL, () -> ring.register().bufferRing(GROUP, 4, 1 << 12));
    }

    @Test
    void afterItsEndTheGroupHasNoBuffers() throws IOException {
        try (BufferRing buffers = ring.register().bufferRing(GROUP, 4, 0)) {
            buffers.add(memory, 0);
            buffers.publish();
        }
        pipe.write("x");
        assertThat(read(GROUP, 1)).isEqualTo(Completion.error(Errno.ENOBUFS));
    }

    @Test
    void afterItsEndEveryUseSaysSo() throws IOException {
        BufferRing buffers = ring.register().bufferRing(GROUP, 4, 0);
        buffers.close();
        buffers.close();
        assertThatThrownBy(() -> buffers.add(memory, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(buffers::publish).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(buffers::available)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the buffer ring of group 9 is closed");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, IOU_PBUF_RING_MMAP})
    void theRingMayBeClosedFirst(int flags) throws IOException {
        IoUring other = IoUring.open(4);
        BufferRing buffers;
        try {
            buffers = other.register().bufferRing(GROUP, 4, flags);
        } catch (ErrnoException e) {
            assumeFalse(
                    flags == IOU_PBUF_RING_MMAP && e.errno() == Errno.EINVAL, "needs IOU_PBUF_RING_MMAP, Linux 6.4");
            throw e;
        } finally {
            other.close();
        }
        assertThatThrownBy(() -> buffers.add(memory, 0)).isInstanceOf(IllegalStateException.class);
        buffers.close();
        assertThatThrownBy(buffers::publish).hasMessageContaining("group 9 is closed");
    }

    @Test
    void anotherThreadMayNotUseIt() throws Exception {
        try (BufferRing buffers = ring.register().bufferRing(GROUP, 4, 0)) {
            Throwable thrown = OtherThread.call(
                    "other", () -> org.assertj.core.api.Assertions.catchThrowable(() -> buffers.add(memory, 0)));
            assertThat(thrown).isInstanceOf(WrongThreadException.class);
        }
    }

    private void assertPiece(int id, boolean more) {
        assertThat(ring.cq().bufferId()).isEqualTo(id);
        assertThat((ring.cq().flags() & IORING_CQE_F_BUF_MORE) != 0).isEqualTo(more);
    }

    private int read(int group, int length) throws IOException {
        return read(group, length, pipe.reader());
    }

    /** Reads into whichever buffer comes next; the address does not count. */
    private int read(int group, int length, Fd from) throws IOException {
        ring.sq().next().read(from, memory, 0, length, -1).bufferGroup(group);
        return Completion.result(ring);
    }

    private String text(int from, int length) {
        return text(memory.asSlice(from, length));
    }
}

package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.sys.Errno;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A tag tells when the kernel has let go of a buffer or a file. */
@Covers("IORING_FEAT_RSRC_TAGS")
@Timeout(30)
class ResourceTagsTest extends OperationTest {
    private static final int READ = 100;
    private static final int MARK = 101;
    private static final String TAGS_OF_UNREGISTERED = "that posts the tags of what is unregistered";

    private final MemorySegment buffer = arena.allocate(64);
    private final MemorySegment other = arena.allocate(64);
    private Pipe pipe;

    @BeforeEach
    void open() throws IOException {
        pipe = keep(Pipe.open());
        Kernel.needs(ring, Feature.IORING_FEAT_RSRC_TAGS);
    }

    @Test
    @Covers({"IORING_REGISTER_BUFFERS2", "IORING_REGISTER_BUFFERS_UPDATE"})
    void aBuffersTagComesWhenItIsReplaced() throws IOException {
        ring.register().taggedBuffers(new long[] {7, 8}, buffer, buffer);
        assertThat(ring.register().updateBuffers(1, new long[] {9}, other)).isEqualTo(1);
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(8, 0));
        assertThat(ring.register().updateBuffers(1, null, buffer)).isEqualTo(1);
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(9, 0));
    }

    @Test
    @Covers({"IORING_REGISTER_BUFFERS2", "IORING_REGISTER_BUFFERS_UPDATE"})
    void aBuffersTagComesOnlyAfterItsLastUserIsDone() throws IOException {
        ring.register().taggedBuffers(new long[] {7}, buffer);
        ring.sq().next().readFixed(pipe.reader(), buffer, -1, 0).userData(READ);
        ring.submit();
        ring.register().updateBuffers(0, null, other);
        assertNothingHasCome();
        pipe.write("x");
        assertThat(Completion.next(ring, 2)).containsExactly(Completion.of(READ, 1), Completion.of(7, 0));
    }

    @Test
    @Covers({"IORING_REGISTER_BUFFERS2", "IORING_UNREGISTER_BUFFERS"})
    void unregisteringBringsTheTagsOfAllBuffers() throws IOException {
        Kernel.needs(SetupFlag.IORING_SETUP_HYBRID_IOPOLL, TAGS_OF_UNREGISTERED);
        ring.register().taggedBuffers(new long[] {7, 0, 9}, buffer, buffer, buffer);
        ring.register().unregisterBuffers();
        assertThat(Completion.next(ring, 2)).containsExactlyInAnyOrder(Completion.of(7, 0), Completion.of(9, 0));
        assertNothingHasCome();
    }

    @Test
    @Covers({"IORING_REGISTER_FILES2", "IORING_REGISTER_FILES_UPDATE2"})
    void aFilesTagComesWhenItIsReplaced() throws IOException {
        ring.register().taggedFiles(new long[] {7, 8}, pipe.reader(), pipe.reader());
        assertThat(ring.register().updateTaggedFiles(0, new long[] {9}, pipe.writer()))
                .isEqualTo(1);
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(7, 0));
        ring.register().updateFiles(0, new int[] {-1});
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(9, 0));
    }

    @Test
    @Covers({"IORING_REGISTER_FILES2", "IORING_REGISTER_FILES_UPDATE"})
    void aFilesTagComesOnlyAfterItsLastUserIsDone() throws IOException {
        ring.register().taggedFiles(new long[] {7}, pipe.reader());
        ring.sq().next().read(io.ferrule.sys.DirectDescriptor.of(0), buffer, -1).userData(READ);
        ring.submit();
        ring.register().updateFiles(0, pipe.writer());
        assertNothingHasCome();
        pipe.write("xy");
        assertThat(Completion.next(ring, 2)).containsExactly(Completion.of(READ, 2), Completion.of(7, 0));
    }

    @Test
    @Covers({"IORING_REGISTER_FILES2", "IORING_UNREGISTER_FILES"})
    void unregisteringBringsTheTagsOfAllFiles() throws IOException {
        Kernel.needs(SetupFlag.IORING_SETUP_HYBRID_IOPOLL, TAGS_OF_UNREGISTERED);
        ring.register().taggedFiles(new long[] {7, 0, 9}, pipe.reader(), pipe.reader(), pipe.writer());
        ring.register().unregisterFiles();
        assertThat(Completion.next(ring, 2)).containsExactlyInAnyOrder(Completion.of(7, 0), Completion.of(9, 0));
        assertNothingHasCome();
    }

    @Test
    @Covers("IORING_REGISTER_FILES_UPDATE")
    void anEmptySlotHasNoTagLeft() throws IOException {
        ring.register().taggedFiles(new long[] {7}, pipe.reader());
        ring.register().updateFiles(0, new int[] {-1});
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(7, 0));
        ring.register().updateFiles(0, new int[] {-1});
        assertNothingHasCome();
    }

    @Test
    @Covers({"IORING_REGISTER_BUFFERS2", "IORING_REGISTER_FILES2"})
    void aRegistrationThatFailsBringsNoTags() throws IOException {
        MemorySegment nowhere = MemorySegment.ofAddress(8192).reinterpret(1);
        Kernel.refuses(Errno.EFAULT, () -> ring.register().taggedBuffers(new long[] {1, 2}, buffer, nowhere));
        io.ferrule.sys.Fd closed = io.ferrule.sys.Fd.borrow(1_000_000);
        Kernel.refuses(Errno.EBADF, () -> ring.register().taggedFiles(new long[] {1, 2}, pipe.reader(), closed));
        assertNothingHasCome();
    }

    @Test
    void thereIsOneTagForEachResource() {
        assertThatThrownBy(() -> ring.register().taggedBuffers(new long[] {1}, buffer, other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 tags for 2 resources");
        assertThatThrownBy(() -> ring.register().updateTaggedFiles(0, new long[] {1, 2}, pipe.reader()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 tags for 1 resources");
    }

    /** A tag's completion belongs to no request, so the ring cannot count its way to rest. */
    @Test
    void aRingWithTagsOutstandingAndRequestsInFlightCloses() throws IOException {
        ring.register().taggedBuffers(new long[] {7}, buffer);
        ring.register().taggedFiles(new long[] {8}, pipe.reader());
        ring.sq().next().readFixed(pipe.reader(), buffer, -1, 0).userData(READ);
        ring.submit();
        ring.close();
        pipe.write("late");
        assertThat(pipe.read()).isEqualTo("late"); // no request is left that could have taken it
        assertThat(buffer.mismatch(other)).isEqualTo(-1);
    }

    /** What the kernel had to say before the mark would have come before it. */
    private void assertNothingHasCome() throws IOException {
        ring.sq().next().nop().userData(MARK);
        assertThat(Completion.next(ring)).isEqualTo(Completion.of(MARK, 0));
        assertThat(ring.cq().next()).isFalse();
    }
}

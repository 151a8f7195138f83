package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Provided buffers under streams of data: shared by several, small, used up piece by piece, of every origin. Bytes come in order and once. */
@Covers({"IORING_REGISTER_PBUF_RING", "IORING_CQE_F_BUFFER", "IOSQE_BUFFER_SELECT"})
class StreamsIntoBuffersTest extends SocketTest {
    private static final int GROUP = 5;
    private static final int COUNT = 8;
    private static final int SIZE = 64;

    private MemorySegment memory;

    @BeforeEach
    void allocate() throws IOException {
        needs(Opcode.IORING_OP_SEND_ZC); // receiving again and again is of the same release
        memory = arena.allocate(COUNT * SIZE);
    }

    @Test
    @Covers({"IORING_OP_RECV", "IORING_CQE_F_MORE"})
    void severalStreamsShareOneGroup() throws IOException {
        int streams = 4;
        int each = 4_000;
        BufferRing buffers = open(ring, 0);
        Pipe[] sockets = new Pipe[streams];
        byte[] next = new byte[streams];
        int[] received = new int[streams];
        for (int i = 0; i < streams; i++) {
            sockets[i] = keep(Pipe.sockets());
            MemorySegment data = arena.allocate(each);
            for (int b = 0; b < each; b++) {
                data.set(ValueLayout.JAVA_BYTE, b, (byte) (i + b));
            }
            next[i] = (byte) i;
            sq().recvMultishot(sockets[i].reader(), 0, GROUP).userData(i);
            assertThat(sockets[i].writer().write(data)).isEqualTo(each);
        }
        for (int total = 0; total < streams * each; ) {
            int length = result();
            int stream = (int) ring.cq().userData();
            boolean ended = !ring.cq().hasMore();
            if (length == error(Errno.ENOBUFS)) {
                assertThat(ended).isTrue();
            } else {
                int id = ring.cq().bufferId();
                for (int i = 0; i < length; i++) {
                    assertThat(memory.get(ValueLayout.JAVA_BYTE, (long) id * SIZE + i))
                            .isEqualTo(next[stream]++);
                }
                give(buffers, id);
                received[stream] += length;
                total += length;
            }
            if (ended) {
                sq().recvMultishot(sockets[stream].reader(), 0, GROUP).userData(stream);
            }
        }
        assertThat(received).containsOnly(each);
    }

    @Test
    @Covers({"IORING_OP_READ_MULTISHOT", "IORING_CQE_F_MORE"})
    void aMultishotReadEmptiesWhatIsLargerThanItsBuffers() throws IOException {
        needs(Opcode.IORING_OP_READ_MULTISHOT);
        open(ring, 0);
        Pipe pipe = keep(Pipe.open());
        pipe.write("x".repeat(3 * SIZE + 5));
        sq().readMultishot(pipe.reader(), 0, -1, GROUP);
        for (int expected : new int[] {SIZE, SIZE, SIZE, 5}) {
            assertThat(result()).isEqualTo(expected);
            assertThat(ring.cq().hasMore()).isTrue();
        }
        expectNothing();
    }

    @Test
    @Covers({"IORING_OP_READ_MULTISHOT", "IORING_CQE_F_MORE"})
    void onlyTheSizeOfItsBuffersLimitsAMultishotRead() throws IOException {
        needs(Opcode.IORING_OP_READ_MULTISHOT);
        BufferRing buffers = open(ring, 0, false);
        int[] sizes = {4, 16, 32};
        for (int i = 0; i < sizes.length; i++) {
            buffers.add(memory.asSlice((long) i * SIZE, sizes[i]), i);
        }
        buffers.publish();
        Pipe pipe = keep(Pipe.open());
        pipe.write("x".repeat(30));
        sq().readMultishot(pipe.reader(), 0, -1, GROUP);
        for (int expected : new int[] {4, 16, 10}) {
            assertThat(result()).isEqualTo(expected);
        }
        sq().readMultishot(pipe.reader(), 4, -1, GROUP).userData(1);
        assertThat(Completion.next(ring)).as("a length").isEqualTo(Completion.of(1, Errno.EINVAL));
    }

    @Test
    @Covers({"IORING_OP_READ", "IORING_CQE_F_BUF_MORE"})
    void aFileIsReadIntoOneBufferPieceByPieceFromItsFirstByteOn(@TempDir Path folder) throws IOException {
        try (IoUring incremental = IoUring.open(8)) {
            BufferRing buffers = openIncremental(incremental);
            buffers.add(memory, 3);
            buffers.publish();
            String text = "abcdefghijklmnopqrstuvwxyz";
            Path path = Files.writeString(folder.resolve("file"), text);
            Fd file = keep(Fd.open(path, LibC.O_RDONLY(), 0));
            for (int i = 0; i < text.length(); i += 2) {
                incremental.sq().next().read(file, 2, -1, GROUP);
                assertThat(Completion.result(incremental)).isEqualTo(2);
                assertThat(incremental.cq().bufferId()).isEqualTo(3);
            }
            assertThat(text(memory, text.length())).isEqualTo(text);
            buffers.close();
        }
    }

    @ParameterizedTest(name = "incrementally: {0}")
    @ValueSource(booleans = {false, true})
    @Covers({"IORING_OP_RECV", "IORING_CQE_F_MORE"})
    void bundlesKeepAMegabyteInOrder(boolean incrementally) throws Exception {
        assumeTrue(
                ring.features().contains(Feature.IORING_FEAT_RECVSEND_BUNDLE),
                "needs IORING_FEAT_RECVSEND_BUNDLE, Linux 6.10");
        int total = 1 << 20;
        BufferRing buffers = incrementally ? openIncremental(ring) : open(ring, 0, false);
        for (int id = 0; id < COUNT; id++) {
            give(buffers, id);
        }
        Pipe sockets = keep(Pipe.sockets());
        OtherThread<Void> sender = OtherThread.start("sender", () -> {
            try (Arena own = Arena.ofConfined()) {
                MemorySegment block = own.allocate(ValueLayout.JAVA_INT, 1 << 10);
                for (int at = 0; at < total / 4; ) {
                    for (int i = 0; i < 1 << 10; i++) {
                        block.setAtIndex(ValueLayout.JAVA_INT, i, at++);
                    }
                    for (long sent = 0; sent < block.byteSize(); ) {
                        sent += sockets.writer().write(block.asSlice(sent));
                    }
                }
            }
            return null;
        });
        int[] used = new int[COUNT]; // bytes that have come into each buffer since it was given
        int head = 0;
        long received = 0;
        arm(sockets.reader());
        while (received < total) {
            int length = result();
            boolean ended = !ring.cq().hasMore();
            if (length != error(Errno.ENOBUFS)) {
                assertThat(length).isPositive();
                assertThat(ring.cq().bufferId()).as("the head of the ring").isEqualTo(head);
                for (int left = length; left > 0; ) {
                    int here = Math.min(left, SIZE - used[head]);
                    for (int i = 0; i < here; i++) {
                        long at = received++;
                        byte expected = (byte) (at / 4 >> 8 * (at % 4));
                        byte actual = memory.get(ValueLayout.JAVA_BYTE, (long) head * SIZE + used[head] + i);
                        assertThat(actual).as("byte " + at).isEqualTo(expected);
                    }
                    used[head] += here;
                    left -= here;
                    boolean spent = used[head] == SIZE
                            || left == 0 && (ring.cq().flags() & CompletionQueue.IORING_CQE_F_BUF_MORE) == 0;
                    if (spent) {
                        used[head] = 0;
                        give(buffers, head);
                        head = (head + 1) % COUNT;
                    }
                }
            }
            if (ended) {
                arm(sockets.reader());
            }
        }
        sender.result();
    }

    @Test
    @Covers({"IORING_OP_PROVIDE_BUFFERS", "IORING_OP_REMOVE_BUFFERS"})
    void aGroupOfTheOlderKindBecomesARingOnceItIsEmpty() throws IOException {
        sq().provideBuffers(memory.asSlice(0, 2 * SIZE), SIZE, GROUP, 0);
        assertThat(result()).isNotNegative();
        Kernel.refuses(Errno.EEXIST, () -> ring.register().bufferRing(GROUP, COUNT, 0));
        sq().removeBuffers(2, GROUP);
        assertThat(result()).isEqualTo(2);
        BufferRing buffers = open(ring, 0);
        Pipe sockets = keep(Pipe.sockets());
        sockets.write("into the ring");
        sq().recv(sockets.reader(), 0, 0, GROUP);
        assertThat(result()).isEqualTo(13);
        buffers.close();
        sq().provideBuffers(memory, SIZE, GROUP, 0);
        assertThat(result()).as("and back").isNotNegative();
    }

    @Test
    @Covers({"IORING_SETUP_NO_MMAP", "IORING_OP_RECV"})
    void theKernelsMemoryServesARingInOursToo() throws IOException {
        SetupFlag flag = SetupFlag.IORING_SETUP_NO_MMAP;
        Kernel.needs(flag);
        try (IoUring unmapped = IoUring.open(8, RingOptions.defaults().with(flag))) {
            BufferRing buffers = open(unmapped, UringFlags.IOU_PBUF_RING_MMAP);
            Pipe sockets = keep(Pipe.sockets());
            sockets.write("x");
            unmapped.sq().next().recv(sockets.reader(), 0, 0, GROUP);
            assertThat(Completion.result(unmapped)).isEqualTo(1);
            assertThat(unmapped.cq().bufferId()).isZero();
            buffers.close();
        }
    }

    private void arm(Fd socket) {
        sq().recvMultishot(socket, 0, GROUP).socketFlags(UringFlags.IORING_RECVSEND_BUNDLE);
    }

    private BufferRing open(IoUring ring, int flags) throws IOException {
        return open(ring, flags, true);
    }

    private BufferRing open(IoUring ring, int flags, boolean filled) throws IOException {
        BufferRing buffers = keep(ring.register().bufferRing(GROUP, COUNT, flags));
        for (int id = 0; filled && id < COUNT; id++) {
            give(buffers, id);
        }
        return buffers;
    }

    private BufferRing openIncremental(IoUring ring) throws IOException {
        Kernel.needs(ring, Feature.IORING_FEAT_MIN_TIMEOUT); // such buffer rings are of the same release
        return open(ring, UringFlags.IOU_PBUF_RING_INC, false);
    }

    private void give(BufferRing buffers, int id) {
        buffers.add(memory.asSlice((long) id * SIZE, SIZE), id);
        buffers.publish();
    }
}

package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sockets as streams: what files do with read and write, they do too, whether they block or not. */
class SocketStreamTest extends SocketTest {
    @ParameterizedTest(name = "TCP: {0}, non-blocking: {1}")
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    @Covers({"IORING_OP_READV", "IORING_OP_WRITEV", "IORING_FEAT_FAST_POLL"})
    void aReadQueuedBeforeTheWriteGetsWhatIsWritten(boolean tcp, boolean nonBlocking) throws IOException {
        Fd[] ends = ends(tcp, nonBlocking);
        MemorySegment there = arena.allocate(128);
        MemorySegment here = arena.allocate(128).fill((byte) 7);
        sq().readv(ends[0], IovecArray.of(arena, there), 1, 0).userData(1);
        sq().writev(ends[1], IovecArray.of(arena, here), 1, 0).userData(2);
        assertThat(results(2)).containsExactly(128, 128);
        assertThat(there.mismatch(here)).isEqualTo(-1);
    }

    /** A socket has no position. */
    @Test
    @Covers({"IORING_OP_READ", "IORING_OP_WRITE"})
    void offsetsAreZeroOrMinusOne() throws IOException {
        Fd[] ends = connection();
        MemorySegment there = arena.allocate(3);
        sq().write(ends[0], bytes("abc"), 0).userData(1);
        sq().read(ends[1], there, -1).userData(2);
        assertThat(results(2)).containsExactly(3, 3);
        assertThat(text(there)).isEqualTo("abc");
        sq().write(ends[0], bytes("abc"), 1000).userData(1);
        sq().read(ends[1], there, 5).userData(2);
        assertThat(results(2)).containsExactly(error(Errno.ESPIPE), error(Errno.ESPIPE));
    }

    /** O_NONBLOCK is for those who would wait; a request waits for nobody's thread. */
    @ParameterizedTest(name = "non-blocking: {0}")
    @CsvSource({"false", "true"})
    @Covers({"IORING_OP_RECV", "IORING_OP_SEND"})
    void onlyTheFlagMakesAnEmptySocketSayAgain(boolean nonBlocking) throws IOException {
        Fd[] ends = ends(true, nonBlocking);
        MemorySegment there = arena.allocate(4);
        sq().recv(ends[0], there, LibC.MSG_DONTWAIT());
        assertThat(result()).isEqualTo(error(Errno.EAGAIN));
        sq().recv(ends[0], there, 0).userData(1);
        expectNothing();
        sq().send(ends[1], bytes("data"), 0).userData(2);
        assertThat(results(2)).containsExactly(4, 4);
    }

    @Test
    @Covers({"IORING_OP_SHUTDOWN", "IORING_OP_WRITEV"})
    void whatIsShutDownIsWrittenToNoMore() throws IOException {
        needs(Opcode.IORING_OP_SHUTDOWN);
        Fd[] ends = connection();
        sq().shutdown(ends[0], LibC.SHUT_WR());
        assertThat(result()).isZero();
        sq().writev(ends[0], IovecArray.of(arena, bytes("too late")), 1, 0);
        assertThat(result()).isEqualTo(error(Errno.EPIPE));
    }

    /** The last close takes effect while the owner sits in the kernel, waiting for something else. */
    @Test
    @Covers({"IORING_OP_SEND", "IORING_OP_CLOSE", "IOSQE_IO_LINK", "IOSQE_CQE_SKIP_SUCCESS"})
    void aSendThatALinkedCloseFollowsIsTheLastThatThePeerSees() throws IOException {
        needs(Feature.IORING_FEAT_CQE_SKIP);
        for (int i = 0; i < 20; i++) {
            Fd[] ends = connection();
            MemorySegment there = arena.allocate(16);
            sq().recv(ends[1], there, LibC.MSG_WAITALL()).userData(3);
            sq().send(ends[0], bytes("the end"), 0).link().skipSuccess();
            sq().close(ends[0]).skipSuccess();
            assertThat(Completion.next(ring)).isEqualTo(Completion.of(3, 7));
            assertThat(text(there, 7)).isEqualTo("the end");
            sq().recv(ends[1], there, 0);
            assertThat(result()).isZero();
        }
    }

    /** Data and end may both arrive before the kernel looks at either. */
    @ParameterizedTest(name = "TCP: {0}")
    @CsvSource({"false", "true"})
    @Covers({"IORING_OP_RECV", "IORING_CQE_F_MORE"})
    void aMultishotSeesTheDataAndTheEndThatComeTogether(boolean tcp) throws IOException {
        needs(Opcode.IORING_OP_SEND_ZC); // of the same release
        try (BufferRing buffers = ring.register().bufferRing(1, 4, 0)) {
            MemorySegment memory = arena.allocate(4 * 64);
            for (int id = 0; id < 4; id++) {
                buffers.add(memory.asSlice(id * 64L, 64), id);
            }
            buffers.publish();
            for (int i = 0; i < 100; i++) {
                Fd[] ends = ends(tcp, false);
                sq().recvMultishot(ends[0], 0, 1);
                ring.submit();
                Pipe.write(ends[1], "last words");
                check(LibC.shutdown(ends[1].number(), LibC.SHUT_RDWR()), "shutdown");
                assertThat(result()).isEqualTo(10);
                assertThat(ring.cq().hasMore()).isTrue();
                int used = ring.cq().bufferId();
                buffers.add(memory.asSlice(used * 64L, 64), used);
                buffers.publish();
                assertThat(result()).as("the end").isZero();
                assertThat(ring.cq().hasMore()).isFalse();
                if (ring.cq().bufferId() >= 0) {
                    buffers.add(
                            memory.asSlice(ring.cq().bufferId() * 64L, 64),
                            ring.cq().bufferId());
                    buffers.publish();
                }
            }
        }
    }

    private Fd[] ends(boolean tcp, boolean nonBlocking) throws IOException {
        Fd[] ends;
        if (tcp) {
            ends = connection();
        } else {
            Pipe pair = keep(Pipe.sockets());
            ends = new Fd[] {pair.reader(), pair.writer()};
        }
        MemorySegment on = arena.allocateFrom(ValueLayout.JAVA_INT, nonBlocking ? 1 : 0);
        for (Fd end : ends) {
            check(LibC.ioctl.makeInvoker(LibC.C_POINTER).apply(end.number(), LibC.FIONBIO(), on), "ioctl");
        }
        return ends;
    }
}

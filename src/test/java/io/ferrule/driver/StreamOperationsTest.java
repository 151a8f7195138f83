package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.sys.Errno;
import io.ferrule.sys.IovecArray;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reading and writing what may not be ready: pipes and sockets. */
class StreamOperationsTest extends DriverContract {
    private final MemorySegment buffer = arena.allocate(64);

    @Test
    void nothingCompletesAtOnceButWithinATurn() throws IOException {
        TestOperation nothing = start(new TestOperation(OperationKind.NOP));
        assertThat(nothing.isDone()).isFalse();
        assertThat(await(nothing)).isZero();
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Pipe pipe = pipe();
        assertThat(result(TestOperation.write(pipe.writer(), bytes("through the pipe"))))
                .isEqualTo(16);
        assertThat(text(buffer, result(TestOperation.read(pipe.reader(), buffer))))
                .isEqualTo("through the pipe");
    }

    @Test
    void piecesAreWrittenAndReadInOrder() throws IOException {
        Pipe pipe = pipe();
        MemorySegment gathered =
                IovecArray.of(arena, bytes("one "), bytes("two")).segment();
        assertThat(result(TestOperation.of(OperationKind.WRITEV, pipe.writer(), gathered)
                        .length(2)))
                .isEqualTo(7);
        MemorySegment scattered =
                IovecArray.of(arena, buffer.asSlice(0, 3), buffer.asSlice(8, 8)).segment();
        assertThat(result(TestOperation.of(OperationKind.READV, pipe.reader(), scattered)
                        .length(2)))
                .isEqualTo(7);
        assertThat(text(buffer, 3)).isEqualTo("one");
        assertThat(text(buffer.asSlice(8), 4)).isEqualTo(" two");
    }

    @Test
    void whatIsSentIsReceived() throws IOException {
        Pipe sockets = sockets();
        assertThat(result(TestOperation.send(sockets.writer(), bytes("hello")))).isEqualTo(5);
        assertThat(result(TestOperation.receive(sockets.reader(), buffer))).isEqualTo(5);
        assertThat(text(buffer, 5)).isEqualTo("hello");
    }

    @Test
    void readingWaitsUntilSomethingComes() throws IOException {
        Pipe pipe = pipe();
        TestOperation read = start(TestOperation.read(pipe.reader(), buffer));
        turnUntilQuiet();
        assertThat(read.isDone()).isFalse();
        pipe.write("late");
        assertThat(text(buffer, await(read))).isEqualTo("late");
    }

    @Test
    void writingWaitsUntilThereIsRoom() throws IOException {
        Pipe sockets = sockets();
        long filled = fill(sockets.writer());
        TestOperation write = start(TestOperation.send(sockets.writer(), bytes("x")));
        turnUntilQuiet();
        assertThat(write.isDone()).isFalse();
        drain(sockets.reader(), filled);
        assertThat(await(write)).isEqualTo(1);
    }

    @Test
    void readingAndWritingWaitBesideEachOther() throws IOException {
        Pipe sockets = sockets();
        long filled = fill(sockets.writer());
        TestOperation write = start(TestOperation.send(sockets.writer(), bytes("x")));
        TestOperation read = start(TestOperation.receive(sockets.writer(), buffer));
        Pipe.write(sockets.reader(), "the other way");
        assertThat(await(read)).isEqualTo(13);
        assertThat(write.isDone()).isFalse();
        drain(sockets.reader(), filled);
        assertThat(await(write)).isEqualTo(1);
    }

    @Test
    void thoseThatWaitAreServedInTheOrderTheyCame() throws IOException {
        assumeTrue(underTest.keepsOrder(), "io_uring serves waiting requests in an order of its own");
        Pipe pipe = pipe();
        List<Integer> order = new ArrayList<>();
        MemorySegment[] buffers = new MemorySegment[5];
        TestOperation[] reads = new TestOperation[5];
        for (int i = 0; i < reads.length; i++) {
            int number = i;
            buffers[i] = arena.allocate(1);
            reads[i] = TestOperation.read(pipe.reader(), buffers[i]).andThen(() -> order.add(number));
        }
        start(reads);
        turnUntilQuiet();
        pipe.write("abcde");
        await(reads);
        assertThat(order).containsExactly(0, 1, 2, 3, 4);
        assertThat(buffers).extracting(each -> text(each, 1)).containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void whoComesLateDoesNotOvertakeThoseThatWait() throws IOException {
        assumeTrue(underTest.keepsOrder(), "io_uring serves waiting requests in an order of its own");
        Pipe pipe = pipe();
        MemorySegment first = arena.allocate(1);
        MemorySegment second = arena.allocate(1);
        TestOperation waiting = start(TestOperation.read(pipe.reader(), first));
        turnUntilQuiet();
        pipe.write("ab");
        TestOperation late = start(TestOperation.read(pipe.reader(), second));
        await(waiting, late);
        assertThat(text(first, 1)).isEqualTo("a");
        assertThat(text(second, 1)).isEqualTo("b");
    }

    @Test
    void theEndOfAStreamIsZeroBytes() throws IOException {
        Pipe pipe = pipe();
        TestOperation read = start(TestOperation.read(pipe.reader(), buffer));
        turnUntilQuiet();
        pipe.writer().close();
        assertThat(await(read)).isZero();
    }

    @Test
    void whatCameBeforeAHangUpIsReadFirst() throws IOException {
        Pipe sockets = sockets();
        MemorySegment small = arena.allocate(4);
        TestOperation waiting = start(TestOperation.receive(sockets.reader(), small));
        turnUntilQuiet();
        Pipe.write(sockets.writer(), "last words");
        sockets.writer().close();
        assertThat(text(small, await(waiting))).isEqualTo("last");
        assertThat(text(small, result(TestOperation.receive(sockets.reader(), small))))
                .isEqualTo(" wor");
        assertThat(text(small, result(TestOperation.receive(sockets.reader(), small))))
                .isEqualTo("ds");
        assertThat(result(TestOperation.receive(sockets.reader(), small))).isZero();
    }

    @Test
    void whatIsWrittenToNobodyFails() throws IOException {
        Pipe sockets = sockets();
        sockets.reader().close();
        assertThat(result(TestOperation.send(sockets.writer(), bytes("anyone?"))))
                .isEqualTo(error(Errno.EPIPE));
    }

    @Test
    void aWriterThatWaitsFailsWhenItsReaderIsGone() throws IOException {
        Pipe pipe = pipe();
        fill(pipe.writer());
        TestOperation write = start(TestOperation.write(pipe.writer(), bytes("x")));
        turnUntilQuiet();
        pipe.reader().close();
        assertThat(await(write)).isEqualTo(error(Errno.EPIPE));
    }

    @Test
    void aBadDescriptorIsAnErrorOfItsOwnOperation() throws IOException {
        TestOperation read = new TestOperation(OperationKind.READ);
        read.fd = -1;
        assertThat(result(read)).isEqualTo(error(Errno.EBADF));
    }
}

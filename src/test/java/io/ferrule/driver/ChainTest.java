package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operations that follow one another. */
class ChainTest extends DriverContract {
    private static final int CANCELED = error(Errno.ECANCELED);

    @TempDir
    Path directory;

    private final MemorySegment buffer = arena.allocate(64);
    private final List<OperationKind> order = new ArrayList<>();
    private Path path;
    private Fd file;

    @BeforeEach
    void openFile() throws IOException {
        path = directory.resolve("file");
        file = keep(Fd.open(path, LibC.O_RDWR() | LibC.O_CREAT(), 0644));
    }

    private TestOperation noting(TestOperation operation) {
        return operation.andThen(() -> order.add(operation.kind));
    }

    @Test
    void aWriteIsSyncedAfterwards() throws IOException {
        TestOperation write = noting(TestOperation.write(file, bytes("durable")).inFile(0));
        TestOperation sync = write.then(noting(TestOperation.of(OperationKind.FDATASYNC, file)));
        start(write);
        await(write, sync);
        assertThat(results(write, sync)).containsExactly(7, 0);
        assertThat(order).containsExactly(OperationKind.WRITE, OperationKind.FDATASYNC);
        assertThat(path).hasContent("durable");
    }

    @Test
    void afterAFailureTheRestIsCancelledInOrder() throws IOException {
        Fd readOnly = keep(Fd.open(path, LibC.O_RDONLY(), 0));
        TestOperation write =
                noting(TestOperation.write(readOnly, bytes("refused")).inFile(0));
        TestOperation sync = write.then(noting(TestOperation.of(OperationKind.FSYNC, file)));
        TestOperation last = sync.then(noting(new TestOperation(OperationKind.NOP)));
        start(write);
        await(write, sync, last);
        assertThat(results(write, sync, last)).containsExactly(error(Errno.EBADF), CANCELED, CANCELED);
        assertThat(order).containsExactly(OperationKind.WRITE, OperationKind.FSYNC, OperationKind.NOP);
    }

    @Test
    void afterAShortReadTheRestIsCancelled() throws IOException {
        await(start(TestOperation.write(file, bytes("short")).inFile(0)));
        TestOperation read = TestOperation.read(file, buffer).inFile(0);
        TestOperation sync = read.then(TestOperation.of(OperationKind.FSYNC, file));
        start(read);
        await(read, sync);
        assertThat(results(read, sync)).containsExactly(5, CANCELED);
    }

    @Test
    void whatFollowsBeginsWhenTheFirstHasWaited() throws IOException {
        Pipe pipe = pipe();
        MemorySegment four = buffer.asSlice(0, 4);
        TestOperation read = TestOperation.read(pipe.reader(), four);
        TestOperation write = read.then(TestOperation.write(file, four).inFile(0));
        start(read);
        turnUntilQuiet();
        assertThat(write.isDone()).isFalse();
        pipe.write("copy");
        await(read, write);
        assertThat(results(read, write)).containsExactly(4, 4);
        assertThat(path).hasContent("copy");
    }

    @Test
    void whatFollowsMayWaitToo() throws IOException {
        Pipe one = pipe();
        Pipe two = pipe();
        TestOperation first = TestOperation.read(one.reader(), buffer.asSlice(0, 1));
        TestOperation second = first.then(TestOperation.read(two.reader(), buffer.asSlice(1, 1)));
        TestOperation third =
                second.then(TestOperation.write(file, buffer.asSlice(0, 2)).inFile(0));
        start(first);
        turnUntilQuiet();
        one.write("a");
        assertThat(await(first)).isEqualTo(1);
        turnUntilQuiet();
        assertThat(second.isDone()).isFalse();
        two.write("b");
        await(second, third);
        assertThat(path).hasContent("ab");
    }

    @Test
    void theRestOfACancelledChainIsCancelled() throws IOException {
        TestOperation read = TestOperation.read(pipe().reader(), buffer);
        TestOperation sync = read.then(TestOperation.of(OperationKind.FSYNC, file));
        start(read);
        turnUntilQuiet();
        driver.cancel(read);
        await(read, sync);
        assertThat(results(read, sync)).containsExactly(CANCELED, CANCELED);
    }

    @Test
    void aLongChainIsDone() throws IOException {
        TestOperation[] all = new TestOperation[16];
        for (int i = 0; i < all.length; i++) {
            all[i] = TestOperation.write(file, bytes(Integer.toHexString(i))).inFile(i);
            if (i > 0) {
                all[i - 1].next = all[i];
            }
        }
        start(all[0]);
        await(all);
        assertThat(path).hasContent("0123456789abcdef");
    }
}

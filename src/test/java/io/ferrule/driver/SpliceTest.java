package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that move between two descriptors without passing through the process. */
class SpliceTest extends DriverContract {
    private static final long NONE = -1;

    private static TestOperation splice(Fd from, Fd to, long length) {
        TestOperation splice =
                TestOperation.of(OperationKind.SPLICE, from).second(to).length(length);
        splice.address2 = NONE;
        return splice;
    }

    @Test
    void bytesMoveFromASocketThroughAPipeToASocket() throws IOException {
        Pipe in = sockets();
        Pipe between = pipe();
        Pipe out = sockets();
        in.write("passing by");
        assertThat(result(splice(in.reader(), between.writer(), 64))).isEqualTo(10);
        assertThat(result(splice(between.reader(), out.writer(), 64))).isEqualTo(10);
        assertThat(out.read()).isEqualTo("passing by");
    }

    @Test
    void itWaitsForItsSource() throws IOException {
        Pipe in = sockets();
        Pipe out = pipe();
        TestOperation splice = start(splice(in.reader(), out.writer(), 64));
        turnUntilQuiet();
        assertThat(splice.isDone()).isFalse();
        in.write("late");
        assertThat(await(splice)).isEqualTo(4);
        assertThat(out.read()).isEqualTo("late");
    }

    @Test
    void itWaitsForItsTarget() throws IOException {
        Pipe in = pipe();
        Pipe out = pipe();
        fill(out.writer());
        in.write("late");
        TestOperation splice = start(splice(in.reader(), out.writer(), 64));
        turnUntilQuiet();
        assertThat(splice.isDone()).isFalse();
        out.read(); // all there is
        assertThat(await(splice)).isEqualTo(4);
    }

    @Test
    void itWaitsForOneEndAndThenForTheOther() throws IOException {
        Pipe in = pipe();
        Pipe out = pipe();
        fill(out.writer());
        TestOperation splice = start(splice(in.reader(), out.writer(), 64));
        turnUntilQuiet();
        in.write("late");
        turnUntilQuiet();
        assertThat(splice.isDone()).isFalse();
        out.read(); // all there is
        assertThat(await(splice)).isEqualTo(4);
    }

    @Test
    void theTargetMayBeReadyLongBeforeTheSource() throws IOException {
        Pipe in = pipe();
        Pipe out = pipe();
        long filled = fill(out.writer());
        TestOperation splice = start(splice(in.reader(), out.writer(), 64));
        turnUntilQuiet();
        drain(out.reader(), filled);
        turnUntilQuiet();
        assertThat(splice.isDone()).isFalse();
        in.write("late");
        assertThat(await(splice)).isEqualTo(4);
    }

    @Test
    void aFileMovesIntoAPipeFromAPlace(@TempDir Path directory) throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "hello, world");
        Fd file = keep(Fd.open(path, LibC.O_RDONLY(), 0));
        Pipe out = pipe();
        assertThat(result(splice(file, out.writer(), 5).inFile(7))).isEqualTo(5);
        assertThat(out.read()).isEqualTo("world");
    }

    @Test
    void aFileWaitsForRoomInThePipe(@TempDir Path directory) throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "hello");
        Fd file = keep(Fd.open(path, LibC.O_RDONLY(), 0));
        Pipe out = pipe();
        fill(out.writer());
        TestOperation splice = start(splice(file, out.writer(), 5).inFile(0));
        turnUntilQuiet();
        assertThat(splice.isDone()).isFalse();
        out.read();
        assertThat(await(splice)).isEqualTo(5);
    }

    @Test
    void aPipeMovesIntoAFileAtAPlace(@TempDir Path directory) throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "hello, ");
        Fd file = keep(Fd.open(path, LibC.O_WRONLY(), 0));
        Pipe in = pipe();
        in.write("world");
        TestOperation splice = splice(in.reader(), file, 64);
        splice.address2 = 7;
        assertThat(result(splice)).isEqualTo(5);
        assertThat(path).hasContent("hello, world");
    }

    @Test
    void teeLeavesTheBytesWhereTheyAre() throws IOException {
        Pipe in = pipe();
        Pipe out = pipe();
        TestOperation tee = TestOperation.of(OperationKind.TEE, in.reader())
                .second(out.writer())
                .length(64);
        start(tee);
        turnUntilQuiet();
        assertThat(tee.isDone()).isFalse();
        in.write("twice");
        assertThat(await(tee)).isEqualTo(5);
        assertThat(out.read()).isEqualTo("twice");
        assertThat(in.read()).isEqualTo("twice");
    }

    @Test
    void oneThatWaitsForItsTargetIsCancelled() throws IOException {
        Pipe in = pipe();
        Pipe out = pipe();
        fill(out.writer());
        in.write("stays");
        TestOperation splice = start(splice(in.reader(), out.writer(), 64));
        turnUntilQuiet();
        driver.cancel(splice);
        assertThat(await(splice)).isEqualTo(error(Errno.ECANCELED));
        assertThat(in.read()).isEqualTo("stays");
    }
}

package io.ferrule.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.ferrule.bindings.libc.LibC;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A pipe, and reading and writing of descriptors by way of it. */
class PipeTest {
    @AutoClose
    private final Pipe pipe = Pipe.open(LibC.O_NONBLOCK());

    @AutoClose
    private final Arena arena = Arena.ofConfined();

    PipeTest() throws IOException {}

    @Test
    void whatIsWrittenToOneEndIsReadFromTheOther() {
        MemorySegment sent = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 1, (byte) 2, (byte) 3);
        assertThat(pipe.writer().write(sent)).isEqualTo(3);
        MemorySegment received = arena.allocate(8);
        assertThat(pipe.reader().read(received)).isEqualTo(3);
        assertThat(received.asSlice(0, 3).mismatch(sent)).isEqualTo(-1);
    }

    @Test
    void anEmptyPipeThatDoesNotBlockSaysTryAgain() {
        assertThat(pipe.reader().read(arena.allocate(8))).isEqualTo(-Errno.EAGAIN.number());
    }

    @Test
    void aFullPipeThatDoesNotBlockSaysTryAgain() {
        MemorySegment page = arena.allocate(4096);
        int written = 0;
        while (written >= 0) {
            written = pipe.writer().write(page);
        }
        assertThat(written).isEqualTo(-Errno.EAGAIN.number());
    }

    @Test
    void theEndIsZeroBytes() throws IOException {
        pipe.writer().close();
        assertThat(pipe.reader().read(arena.allocate(8))).isZero();
    }

    @Test
    void aPipeThatNobodyReadsIsAnErrorAndNotASignal() throws IOException {
        pipe.reader().close();
        assertThat(pipe.writer().write(arena.allocate(8))).isEqualTo(-Errno.EPIPE.number());
    }

    @Test
    void theWrongEndIsAnError() {
        assertThat(pipe.writer().read(arena.allocate(8))).isEqualTo(-Errno.EBADF.number());
    }

    @Test
    void aHeapBufferIsRefused() {
        MemorySegment heap = MemorySegment.ofArray(new byte[8]);
        assertThatIllegalArgumentException().isThrownBy(() -> pipe.reader().read(heap));
        assertThatIllegalArgumentException().isThrownBy(() -> pipe.writer().write(heap));
    }

    @Test
    void aReadOnlyBufferIsWrittenFromButNotReadInto() {
        MemorySegment buffer = arena.allocate(8).asReadOnly();
        assertThat(pipe.writer().write(buffer)).isEqualTo(8);
        assertThatIllegalArgumentException().isThrownBy(() -> pipe.reader().read(buffer));
    }

    @Test
    void aClosedEndIsRefused() throws IOException {
        pipe.close();
        assertThatIllegalStateException().isThrownBy(() -> pipe.reader().read(arena.allocate(8)));
        assertThatIllegalStateException().isThrownBy(() -> pipe.writer().write(arena.allocate(8)));
    }

    @Test
    void closeClosesBothEndsOnce() throws IOException {
        pipe.close();
        pipe.close();
        assertThat(pipe.reader().isOpen()).isFalse();
        assertThat(pipe.writer().isOpen()).isFalse();
    }
}

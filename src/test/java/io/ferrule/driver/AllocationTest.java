package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Allocation;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operation allocates nothing on the heap once a descriptor has been used. */
class AllocationTest extends DriverContract {
    private static final int RUNS = 20_000;

    /** Counts its completions and keeps nothing. */
    private static final class Counting extends Operation {
        private int completions;
        private int result;
        private int completionFlags;

        Counting(OperationKind kind, Fd fd, MemorySegment memory) {
            this.kind = kind;
            this.fd = fd.number();
            this.address = memory.address();
            this.length = memory.byteSize();
            this.offset = -1;
        }

        @Override
        protected void complete(int result, int flags) {
            completions++;
            this.result = result;
            this.completionFlags = flags;
        }
    }

    private final MemorySegment memory = arena.allocate(16);

    private void await(Counting operation, int completions) throws IOException {
        while (operation.completions < completions) {
            driver.turn(LONG);
        }
    }

    private void startAndAwait(Counting operation) throws IOException {
        int before = operation.completions;
        driver.start(operation);
        await(operation, before + 1);
    }

    @Test
    void whatNeedsNotWait() throws Exception {
        Pipe sockets = sockets();
        Counting send = new Counting(OperationKind.SEND, sockets.writer(), memory);
        Counting receive = new Counting(OperationKind.RECEIVE, sockets.reader(), memory);
        Allocation.assertNone(RUNS, () -> {
            startAndAwait(send);
            startAndAwait(receive);
        });
        assertThat(receive.result).isEqualTo(16);
    }

    @Test
    void whatWaits() throws Exception {
        Pipe sockets = sockets();
        Counting send = new Counting(OperationKind.SEND, sockets.writer(), memory);
        Counting receive = new Counting(OperationKind.RECEIVE, sockets.reader(), memory);
        Allocation.assertNone(RUNS, () -> {
            int before = receive.completions;
            driver.start(receive);
            driver.turn(0);
            startAndAwait(send);
            await(receive, before + 1);
        });
        assertThat(receive.result).isEqualTo(16);
    }

    @Test
    void whatWaitsAndIsCancelled() throws Exception {
        Counting read = new Counting(OperationKind.READ, pipe().reader(), memory);
        Allocation.assertNone(RUNS, () -> {
            int before = read.completions;
            driver.start(read);
            driver.turn(0);
            driver.cancel(read);
            await(read, before + 1);
        });
    }

    @Test
    void whatComesAgainAndAgain() throws Exception {
        Pipe sockets = sockets();
        BufferGroup group = driver.group(arena.allocate(4 * 16, 4096), 4, 16);
        Counting send = new Counting(OperationKind.SEND, sockets.writer(), memory);
        Counting receive = new Counting(OperationKind.RECEIVE, sockets.reader(), memory);
        receive.group = group;
        receive.multishot = true;
        driver.start(receive);
        try {
            Allocation.assertNone(RUNS, () -> {
                int before = receive.completions;
                startAndAwait(send);
                await(receive, before + 1);
                group.giveBack(Operation.bufferId(receive.completionFlags));
            });
        } finally {
            driver.cancel(receive);
            await(receive, receive.completions + 1); // a thread may wait with it, and closing for the thread
        }
    }

    @Test
    void files(@TempDir Path directory) throws Exception {
        Path path = Files.writeString(directory.resolve("file"), "hello");
        Fd file = keep(Fd.open(path, LibC.O_RDONLY(), 0));
        Counting read = new Counting(OperationKind.READ, file, memory);
        read.regular = true;
        read.offset = 0;
        Allocation.assertNone(RUNS, () -> startAndAwait(read));
        assertThat(read.result).isEqualTo(5);
    }
}

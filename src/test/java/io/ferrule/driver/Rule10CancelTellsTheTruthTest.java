package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.sys.Errno;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rule 10, for descriptors that somebody has made non-blocking: what is cancelled says how many bytes it moved, or that it moved none. */
@Timeout(30)
class Rule10CancelTellsTheTruthTest extends DriverContract {
    private static final int ROUNDS = 200;

    @Test
    void aReadThatIsCancelledAsItsDescriptorBecomesReadyReadsAllOrNothing() throws IOException {
        need(OperationKind.PIPE);
        Pipe pipe = keep(Pipe.nonBlocking());
        MemorySegment buffer = arena.allocate(64);
        for (int round = 0; round < ROUNDS; round++) {
            TestOperation read = start(TestOperation.read(pipe.reader(), buffer));
            turnUntilQuiet();
            assertThat(read.isDone()).isFalse();
            pipe.write("text");
            if (round % 2 == 0) {
                driver.flush();
            }
            driver.cancel(read);
            int result = await(read);
            assertThat(result).isIn(4, error(Errno.ECANCELED));
            if (result != 4) {
                assertThat(result(TestOperation.read(pipe.reader(), buffer)))
                        .as("still there")
                        .isEqualTo(4);
            }
        }
    }

    @Test
    void aReadThatIsCancelledInTheTurnThatFindsItsDescriptorReadyReadsAllOrNothing() throws IOException {
        Pipe first = pipe();
        Pipe second = keep(Pipe.nonBlocking());
        MemorySegment buffer = arena.allocate(64);
        TestOperation cancelled = start(TestOperation.read(second.reader(), buffer));
        TestOperation cancelling = start(TestOperation.read(first.reader(), arena.allocate(64)));
        cancelling.andThen(() -> driver.cancel(cancelled));
        turnUntilQuiet();
        first.write("now");
        second.write("text");
        int result = await(cancelled);
        assertThat(result).isIn(4, error(Errno.ECANCELED));
        if (result != 4) {
            assertThat(result(TestOperation.read(second.reader(), buffer)))
                    .as("still there")
                    .isEqualTo(4);
        }
    }
}

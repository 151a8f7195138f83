package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Cancelling, at each point of an operation's life. */
class CancelTest extends DriverContract {
    private static final int CANCELED = error(Errno.ECANCELED);

    private final MemorySegment buffer = arena.allocate(64);

    @Test
    void whatWaitsCompletesWithinATurnAndNotWithinTheCall() throws IOException {
        TestOperation read = start(TestOperation.read(pipe().reader(), buffer));
        turnUntilQuiet();
        driver.cancel(read);
        assertThat(read.isDone()).isFalse();
        assertThat(await(read)).isEqualTo(CANCELED);
    }

    @Test
    void whatWasJustStartedCanBeCancelled() throws IOException {
        TestOperation read = start(TestOperation.read(pipe().reader(), buffer));
        driver.cancel(read);
        assertThat(await(read)).isEqualTo(CANCELED);
    }

    @Test
    void aWriterThatWaitsCanBeCancelled() throws IOException {
        Pipe pipe = pipe();
        fill(pipe.writer());
        TestOperation write = start(TestOperation.write(pipe.writer(), bytes("x")));
        driver.cancel(write);
        assertThat(await(write)).isEqualTo(CANCELED);
    }

    @Test
    void onePollCanBeCancelledAndTheOtherGoesOn() throws IOException {
        Pipe pipe = pipe();
        TestOperation one = start(TestOperation.poll(pipe.reader(), LibC.POLLIN()));
        TestOperation other = start(TestOperation.poll(pipe.reader(), LibC.POLLIN()));
        driver.cancel(one);
        assertThat(await(one)).isEqualTo(CANCELED);
        pipe.write("x");
        assertThat(await(other)).isEqualTo(LibC.POLLIN());
    }

    @Test
    void anAcceptThatWaitsCanBeCancelled() throws IOException {
        TestOperation accept = start(TestOperation.of(OperationKind.ACCEPT, listener()));
        turnUntilQuiet();
        driver.cancel(accept);
        assertThat(await(accept)).isEqualTo(CANCELED);
    }

    @Test
    void theOthersInTheQueueKeepTheirOrder() throws IOException {
        assumeTrue(underTest.keepsOrder(), "io_uring serves waiting requests in an order of its own");
        Pipe pipe = pipe();
        MemorySegment first = arena.allocate(1);
        MemorySegment last = arena.allocate(1);
        TestOperation one = TestOperation.read(pipe.reader(), first);
        TestOperation two = TestOperation.read(pipe.reader(), buffer);
        TestOperation three = TestOperation.read(pipe.reader(), last);
        start(one, two, three);
        turnUntilQuiet();
        driver.cancel(two);
        pipe.write("ab");
        await(one, two, three);
        assertThat(results(one, two, three)).containsExactly(1, CANCELED, 1);
        assertThat(text(first, 1) + text(last, 1)).isEqualTo("ab");
    }

    @Test
    void whoWaitsBehindOneThatIsCancelledIsServed() throws IOException {
        Pipe pipe = pipe();
        TestOperation one = TestOperation.read(pipe.reader(), arena.allocate(1));
        TestOperation two = TestOperation.read(pipe.reader(), buffer);
        start(one, two);
        turnUntilQuiet();
        driver.cancel(one);
        await(one);
        pipe.write("x");
        assertThat(await(two)).isEqualTo(1);
    }

    @Test
    void whatHasFinishedKeepsItsResult() throws IOException {
        TestOperation[] both = new TestOperation[2];
        Pipe one = pipe();
        Pipe two = pipe();
        both[0] = TestOperation.read(one.reader(), buffer).andThen(() -> driver.cancel(both[1]));
        both[1] = TestOperation.read(two.reader(), arena.allocate(8)).andThen(() -> {
            if (!both[0].isDone()) {
                driver.cancel(both[0]);
            }
        });
        one.write("x");
        two.write("y");
        start(both);
        await(both);
        for (TestOperation each : both) {
            // Whichever came second was cancelled when its data was there: read or not, but never both.
            assertThat(each.result()).isIn(1, CANCELED);
        }
        String left = (both[0].result() == 1 ? "" : one.read()) + (both[1].result() == 1 ? "" : two.read());
        assertThat(left).hasSizeLessThan(2);
    }

    @Test
    void anOperationCanBeStartedAgainAfterIt() throws IOException {
        Pipe pipe = pipe();
        TestOperation read = start(TestOperation.read(pipe.reader(), buffer));
        driver.cancel(read);
        await(read);
        pipe.write("again");
        assertThat(result(read.again())).isEqualTo(5);
    }

    @Test
    void aCancelledReaderTakesNothing() throws IOException {
        assumeTrue(underTest.cancelsAtOnce(), "a thread that waits may read before the signal reaches it");
        Pipe pipe = pipe();
        TestOperation read = start(TestOperation.read(pipe.reader(), buffer));
        turnUntilQuiet();
        driver.cancel(read);
        assertThat(await(read)).isEqualTo(CANCELED);
        pipe.write("for the next");
        assertThat(result(TestOperation.read(pipe.reader(), buffer))).isEqualTo(12);
    }

    @Test
    void aFileThatIsReadIsCancelledOrRead() throws IOException {
        TestOperation open = TestOperation.of(OperationKind.OPEN, Fd.CWD, path("/dev/null"));
        open.length = 0;
        start(open);
        driver.cancel(open);
        int result = await(open);
        if (result != CANCELED) {
            descriptor(result);
        }
        assertThat(open.completions()).hasSize(1);
    }
}

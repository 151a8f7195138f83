package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.epoll.Epoll;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SystemCall;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What drivers do in ways of their own that have a thread wait in each call. */
@ParameterizedClass(name = "{0}")
@EnumSource(
        value = DriverUnderTest.class,
        names = {"BLOCKING", "POSIX_AIO"})
@Timeout(60)
class BlockingDriverTest extends DriverTest {
    private static final int CANCELED = error(Errno.ECANCELED);

    private final MemorySegment buffer = arena.allocate(64);

    private static BlockingCalls performer(TestOperation operation) {
        return (BlockingCalls) operation.performer;
    }

    private void interrupt(int thread) throws IOException {
        long process = ProcessHandle.current().pid();
        assertThat(SystemCall.invoke(SystemCall.TGKILL, process, thread, BlockingCalls.signal()))
                .isZero();
    }

    // ---- threads ----

    @Test
    void eachThatWaitsHasAThread() throws IOException {
        TestOperation[] reads = new TestOperation[50];
        for (int i = 0; i < reads.length; i++) {
            reads[i] = TestOperation.read(pipe().reader(), buffer);
        }
        start(reads);
        turnUntilQuiet();
        Set<Integer> threads =
                IntStream.range(0, 50).mapToObj(i -> performer(reads[i]).thread).collect(Collectors.toSet());
        assertThat(threads).hasSize(50);
    }

    @Test
    void aThreadThatIsDoneServesTheNext() throws IOException {
        Pipe pipe = pipe();
        TestOperation read = TestOperation.read(pipe.reader(), buffer);
        pipe.write("x");
        result(read);
        int thread = performer(read).thread;
        for (int i = 0; i < 1_000; i++) {
            pipe.write("x");
            result(read.again());
            assertThat(performer(read).thread).isEqualTo(thread);
        }
    }

    @Test
    void thereAreNoMoreThreadsThanOperationsAtATime() throws IOException {
        long before = HelperThreadsTest.running();
        TestOperation[] reads = new TestOperation[8];
        for (int i = 0; i < reads.length; i++) {
            reads[i] = readingByteAfterByte(driver);
        }
        start(reads);
        await(reads);
        assertThat(results(reads)).containsOnly(1);
        assertThat(HelperThreadsTest.running() - before).isBetween(1L, (long) reads.length);
    }

    @Test
    void asManyAtATimeAsTheLimitAreNeverRefused() throws IOException {
        try (BlockingDriver two = BlockingDriver.open(2)) {
            TestOperation[] reads = {readingByteAfterByte(two), readingByteAfterByte(two)};
            for (TestOperation read : reads) {
                two.start(read);
            }
            while (!reads[0].isDone() || !reads[1].isDone()) {
                two.turn(FOR_EVER);
            }
            assertThat(results(reads)).containsOnly(1);
        }
    }

    /** To read what a pipe has: it begins again as soon as it is done, when its thread may not have come back yet. Ends with the pipe, or by an error. */
    private TestOperation readingByteAfterByte(Driver on) throws IOException {
        int bytes = 2_000;
        Pipe pipe = pipe();
        pipe.write("x".repeat(bytes));
        TestOperation read = TestOperation.read(pipe.reader(), arena.allocate(1));
        int[] left = {bytes};
        return read.andThen(() -> {
            if (read.result() == 1 && --left[0] > 0) {
                on.start(read.again());
            }
        });
    }

    @Test
    void beyondTheLimitAnOperationIsRefusedAndNotLeftToWait() throws IOException {
        try (BlockingDriver two = BlockingDriver.open(2)) {
            Pipe[] pipes = {pipe(), pipe(), pipe()};
            TestOperation[] reads = new TestOperation[3];
            for (int i = 0; i < 3; i++) {
                reads[i] = TestOperation.read(pipes[i].reader(), buffer);
                two.start(reads[i]);
            }
            while (!reads[2].isDone()) {
                two.turn(FOR_EVER);
            }
            assertThat(reads[2].result()).isEqualTo(error(Errno.EAGAIN));
            pipes[0].write("one");
            pipes[1].write("two");
            while (!reads[0].isDone() || !reads[1].isDone()) {
                two.turn(FOR_EVER);
            }
            assertThat(results(reads[0], reads[1])).containsExactly(3, 3);
        }
    }

    @Test
    void aDriverHasAThreadAtLeast() {
        assertThatThrownBy(() -> BlockingDriver.open(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there must be a helper thread at least, not 0");
    }

    @Test
    void aGarbageCollectionDoesNotWaitForThoseThatBlock() throws IOException {
        Pipe pipe = pipe();
        TestOperation read = start(TestOperation.read(pipe.reader(), buffer));
        turnUntilQuiet();
        System.gc(); // for ever, if the call were a critical one
        pipe.write("x");
        assertThat(await(read)).isEqualTo(1);
    }

    @Test
    void whoEmbedsItIsToldToComeBackForACallThatIsBeingEnded() throws IOException {
        try (Epoll outer = Epoll.open()) {
            outer.add(descriptorOfDriver(), Epoll.EPOLLIN, null);
            Pipe pipe = pipe();
            for (int i = 0; i < 200; i++) { // the call may be over by itself until we look
                TestOperation read = start(TestOperation.read(pipe.reader(), buffer));
                turnUntilQuiet();
                assertThat(outer.await(0)).isZero();
                driver.cancel(read);
                driver.flush();
                assertThat(outer.await(0))
                        .as("for the signal may have come before the call")
                        .isEqualTo(1);
                assertThat(await(read)).isEqualTo(CANCELED);
            }
        }
    }

    // ---- signals ----

    @Test
    void theSignalIsNotTheOneThatDescriptorsSend() throws IOException {
        int signal = BlockingCalls.signal();
        SignalQueue.Receiver nobody = new SignalQueue.Receiver() {
            @Override
            public boolean told(int fd, int events) {
                return false;
            }

            @Override
            public void lost() {}
        };
        SignalQueue queue = SignalQueue.join(nobody);
        try {
            assertThat(queue.signal()).isNotEqualTo(signal);
        } finally {
            queue.leave(nobody);
        }
    }

    @Test
    void theSignalIsNoneOfTheJvmsAndHasAHandler() throws IOException {
        int signal = BlockingCalls.signal();
        assertThat(signal).isBetween(35, 61);
        String caught = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigCgt:"))
                .findFirst()
                .orElseThrow();
        long mask = Long.parseUnsignedLong(caught.substring(7).strip(), 16);
        assertThat(mask >>> (signal - 1) & 1).isOne();
        assertThat(BlockingCalls.signal()).as("asked again").isEqualTo(signal);
    }

    @Test
    void aSignalThatNobodyMeantMakesTheCallAgain() throws IOException {
        Pipe pipe = pipe();
        TestOperation read = start(TestOperation.read(pipe.reader(), buffer));
        turnUntilQuiet();
        for (int i = 0; i < 100; i++) {
            interrupt(performer(read).thread);
        }
        turnUntilQuiet();
        assertThat(read.isDone()).isFalse();
        pipe.write("still there");
        assertThat(await(read)).isEqualTo(11);
    }

    @Test
    void aConnectThatASignalInterruptsIsConnected() throws IOException {
        Fd listener = fullListener();
        TestOperation connect = connecting(listener);
        turnUntilQuiet();
        interrupt(performer(connect).thread);
        turnUntilQuiet();
        assertThat(connect.isDone()).isFalse();
        for (int i = 0; i < 2; i++) {
            descriptor(result(TestOperation.of(OperationKind.ACCEPT, listener)));
        }
        assertThat(await(connect)).isZero(); // when the kernel tries again, in a second
    }

    @Test
    void aConnectThatNobodyAnswersIsCancelled() throws IOException {
        TestOperation connect = connecting(fullListener());
        turnUntilQuiet();
        driver.cancel(connect);
        assertThat(await(connect)).isEqualTo(CANCELED);
    }

    /** One whose backlog is full: the kernel lets the next connection wait. */
    private Fd fullListener() throws IOException {
        Fd listener = socket(LibC.AF_INET(), LibC.SOCK_STREAM());
        perform(TestOperation.of(OperationKind.BIND, listener, loopback()));
        perform(TestOperation.of(OperationKind.LISTEN, listener).length(0));
        TestOperation first = connecting(listener);
        await(first);
        return listener;
    }

    @Test
    void noCancelIsLostHoweverCloseToTheCallItComes() throws IOException {
        Pipe pipe = pipe();
        TestOperation read = TestOperation.read(pipe.reader(), buffer);
        for (int i = 0; i < 20_000; i++) {
            start(read.again());
            for (int spin = 0; spin < i % 300; spin++) {
                Thread.onSpinWait();
            }
            driver.cancel(read);
            assertThat(await(read)).isEqualTo(CANCELED);
        }
    }

    @Test
    void whatComesWhileItsReaderIsBeingCancelledIsReadOrLeft() throws IOException {
        Pipe pipe = pipe();
        TestOperation read = TestOperation.read(pipe.reader(), buffer);
        for (int i = 0; i < 500; i++) {
            start(read.again());
            turnUntilQuiet();
            driver.cancel(read);
            pipe.write("text");
            if (await(read) == CANCELED) {
                assertThat(result(read.again())).as("still there").isEqualTo(4);
            }
            assertThat(read.result()).isEqualTo(4);
        }
    }

    @Test
    void cancellingOneDoesNotEndOthers() throws IOException {
        Pipe kept = pipe();
        Pipe cancelled = pipe();
        TestOperation stays = start(TestOperation.read(kept.reader(), buffer));
        TestOperation goes = TestOperation.read(cancelled.reader(), arena.allocate(8));
        for (int i = 0; i < 500; i++) {
            start(goes.again());
            driver.cancel(goes);
            await(goes);
        }
        assertThat(stays.isDone()).isFalse();
        kept.write("for who stayed");
        assertThat(await(stays)).isEqualTo(14);
    }

    @Test
    void aSendThatIsCancelledSaysWhatItHasSent() throws IOException {
        Pipe sockets = sockets();
        MemorySegment much = arena.allocate(8 << 20);
        TestOperation send = start(TestOperation.send(sockets.writer(), much));
        turnUntilQuiet();
        driver.cancel(send);
        int sent = await(send);
        assertThat(sent).isPositive().isLessThan(8 << 20);
        drain(sockets.reader(), sent);
        TestOperation more = start(TestOperation.receive(sockets.reader(), buffer));
        turnUntilQuiet();
        assertThat(more.isDone()).as("there is more than it said").isFalse();
    }

    @Test
    void aFileBeingOpenedIsNotInterrupted(@TempDir Path directory) throws Exception {
        Path fifo = directory.resolve("fifo"); // which waits to be opened at its other end
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        TestOperation open = TestOperation.of(OperationKind.OPEN, Fd.CWD, path(fifo))
                .length(0)
                .flags(LibC.O_RDONLY());
        start(open);
        turnUntilQuiet();
        driver.cancel(open);
        turnUntilQuiet();
        assertThat(open.isDone()).isFalse();
        keep(Fd.open(fifo, LibC.O_RDWR(), 0));
        descriptor(await(open));
    }

    // ---- waiting without holding ----

    @Test
    void manyThatWaitForTheirDataShareOneBuffer() throws IOException {
        BufferGroup group = driver.group(arena.allocate(16, 4096), 1, 16);
        Pipe[] all = new Pipe[20];
        TestOperation[] receives = new TestOperation[all.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = sockets();
            receives[i] = start(TestOperation.of(OperationKind.RECEIVE, all[i].reader())
                    .into(group)
                    .multishot());
        }
        turnUntilQuiet();
        for (int i = 0; i < all.length; i++) {
            TestOperation receive = receives[i];
            all[i].write("to " + i);
            turnUntil(() -> !receive.completions().isEmpty());
            assertThat(receive.completions().getFirst().hasMore()).isTrue();
            group.giveBack(receive.completions().getFirst().buffer());
        }
    }

    @Test
    void aSpliceThatWaitsForItsSourceLeavesThePipeToOthers() throws IOException {
        Pipe source = sockets();
        Pipe pipe = pipe();
        pipe.write("there before");
        TestOperation splice = TestOperation.of(OperationKind.SPLICE, source.reader())
                .second(pipe.writer())
                .length(64);
        splice.address2 = -1;
        start(splice);
        turnUntilQuiet();
        assertThat(result(TestOperation.read(pipe.reader(), buffer))).isEqualTo(12);
        source.write("spliced");
        assertThat(await(splice)).isEqualTo(7);
    }
}

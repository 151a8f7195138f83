package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Descriptors;
import io.ferrule.testing.PageCache;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What readiness drivers do in ways of their own. */
@ParameterizedClass(name = "{0}")
@EnumSource(value = DriverUnderTest.class, mode = EnumSource.Mode.EXCLUDE, names = "URING")
class ReadinessDriverTest extends DriverTest {
    private static final int CANCELED = error(Errno.ECANCELED);

    private final MemorySegment buffer = arena.allocate(64);

    @BeforeEach
    void onlyThere() {
        assumeTrue(driver instanceof ReadinessDriver, "not a readiness driver");
    }

    private static boolean isNonBlocking(Fd fd) {
        return (LibC.fcntl.makeInvoker().apply(fd.number(), LibC.F_GETFL()) & LibC.O_NONBLOCK()) != 0;
    }

    @Test
    void whatIsMadeOrAdoptedIsNonBlocking() throws IOException {
        Fd listener = listener();
        connecting(listener);
        assertThat(isNonBlocking(listener)).isTrue();
        assertThat(isNonBlocking(descriptor(result(TestOperation.of(OperationKind.ACCEPT, listener)))))
                .isTrue();
        assertThat(isNonBlocking(pipe().reader())).isTrue();
    }

    @Test
    void anAdoptedFileStaysAsItIs(@TempDir Path directory) throws IOException {
        Path path = Files.createFile(directory.resolve("file"));
        Fd file = keep(Fd.open(path, LibC.O_RDONLY(), 0));
        assertThat(perform(TestOperation.of(OperationKind.ADOPT, file).inFile(0)))
                .isZero();
        assertThat(isNonBlocking(file)).isFalse();
    }

    @Test
    void filesAreFallbacksAndSocketsAreNot(@TempDir Path directory) throws IOException {
        Pipe sockets = sockets();
        sockets.write("x");
        result(TestOperation.receive(sockets.reader(), buffer));
        assertThat(driver.counters().fallbacks).isZero();
        Path path = Files.createFile(directory.resolve("file"));
        result(TestOperation.read(keep(Fd.open(path, LibC.O_RDONLY(), 0)), buffer)
                .inFile(0));
        assertThat(driver.counters().fallbacks).isEqualTo(underTest.readsFilesByHelpers() ? 1 : 0);
    }

    @Test
    void whatIsInThePageCacheIsReadWithoutAHelper(@TempDir Path directory) throws Exception {
        assumeTrue(driver.sharesReads(), () -> driver.name() + " has its own way with files");
        Path path = Files.writeString(directory.resolve("file"), "hello");
        Fd file = keep(Fd.open(path, LibC.O_RDONLY(), 0));
        long fallbacks = PageCache.tryUntil(0L, () -> {
            long before = driver.counters().fallbacks;
            assertThat(result(TestOperation.read(file, buffer.asSlice(0, 5)).inFile(0)))
                    .isEqualTo(5);
            return driver.counters().fallbacks - before;
        });
        assertThat(text(buffer, 5)).isEqualTo("hello");
        assertThat(fallbacks).isZero();
    }

    @Test
    void waitsAreCountedAndLooksAreNot() throws IOException {
        driver.turn(0);
        assertThat(driver.counters().waits).isZero();
        driver.wakeUp();
        driver.turn(FOR_EVER);
        assertThat(driver.counters().waits).isEqualTo(1);
    }

    @Test
    void whatNoHelperHasBegunIsCancelledAndWhatOneHasTakesItsCourse() throws IOException {
        assumeTrue(underTest.hasHelpers(), () -> driver.name() + " has no helper threads");
        Fd[] ends = new Fd[HelperThreads.DEFAULT_LIMIT];
        TestOperation[] held = new TestOperation[ends.length];
        for (int i = 0; i < held.length; i++) {
            Pipe pipe = keep(Pipe.open());
            ends[i] = pipe.writer();
            held[i] = TestOperation.read(pipe.reader(), arena.allocate(8)).inFile(-1); // so they say, and it waits
        }
        start(held);
        TestOperation queued = start(TestOperation.of(OperationKind.FSYNC, ends[0]));
        driver.cancel(queued);
        assertThat(await(queued)).isEqualTo(CANCELED);
        for (Fd each : ends) {
            Pipe.write(each, "done");
        }
        await(held);
        assertThat(held).allMatch(each -> each.result() == 4);
    }

    @Test
    void whatIsChainedCanBeCancelledBeforeItsTime() throws IOException {
        Pipe pipe = pipe();
        TestOperation read = TestOperation.read(pipe.reader(), buffer.asSlice(0, 1));
        TestOperation nothing = read.then(new TestOperation(OperationKind.NOP));
        TestOperation last = nothing.then(new TestOperation(OperationKind.NOP));
        start(read);
        turnUntilQuiet();
        driver.cancel(nothing);
        pipe.write("x");
        await(read, nothing, last);
        assertThat(results(read, nothing, last)).containsExactly(1, CANCELED, CANCELED);
    }

    @Test
    void oneDescriptorWithMuchDoesNotKeepOthersWaiting() throws IOException {
        int count = 200;
        Fd receiver = socket(LibC.AF_INET(), LibC.SOCK_DGRAM());
        perform(TestOperation.of(OperationKind.BIND, receiver, loopback()));
        Fd sender = socket(LibC.AF_INET(), LibC.SOCK_DGRAM());
        result(TestOperation.of(OperationKind.CONNECT, sender, address(receiver)));
        Pipe other = sockets();
        for (int i = 0; i < count; i++) {
            Pipe.write(sender, "x");
        }
        other.write("y");
        List<TestOperation> order = new ArrayList<>();
        TestOperation many = TestOperation.of(OperationKind.RECEIVE, receiver)
                .into(driver.group(arena.allocate(256 * 8, 4096), 256, 8))
                .multishot();
        TestOperation one = TestOperation.of(OperationKind.RECEIVE, other.reader())
                .into(driver.group(arena.allocate(8, 4096), 1, 8))
                .multishot();
        many.andThen(() -> order.add(many));
        one.andThen(() -> order.add(one));
        start(many, one);
        turnUntil(() -> many.completions().size() == count && one.completions().size() == 1);
        assertThat(order.indexOf(one)).isLessThan(count - 1);
    }

    @Test
    void dataThatNobodyReadsDoesNotKeepTheThreadBusy() throws IOException {
        Pipe sockets = sockets();
        TestOperation receive = start(TestOperation.receive(sockets.reader(), buffer));
        turnUntilQuiet();
        sockets.write("read");
        await(receive);
        sockets.write("not read");
        turnUntilQuiet();
        assertThatTurnsWait();
        assertThat(result(receive.again())).isEqualTo(8);
    }

    @Test
    void aHangUpThatNobodyReadsDoesNotKeepTheThreadBusy() throws IOException {
        Pipe sockets = sockets();
        TestOperation receive = start(TestOperation.receive(sockets.reader(), buffer));
        turnUntilQuiet();
        sockets.write("read");
        await(receive);
        sockets.writer().close();
        turnUntilQuiet();
        assertThatTurnsWait();
        assertThat(result(receive.again())).isZero();
    }

    private void assertThatTurnsWait() throws IOException {
        long nanos = 2_000_000;
        long start = System.nanoTime();
        driver.turn(nanos);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(nanos);
    }

    @Test
    void aFailingCompletionDoesNotLoseWhatIsReady() throws IOException {
        Pipe sockets = sockets();
        TestOperation receive = TestOperation.of(OperationKind.RECEIVE, sockets.reader())
                .into(driver.group(arena.allocate(4 * 8, 4096), 4, 8))
                .multishot();
        receive.andThen(() -> {
            if (receive.completions().size() == 1) {
                throw new IllegalStateException("from the completion");
            }
        });
        start(receive);
        turnUntilQuiet();
        sockets.write("01234567abc");
        assertThatThrownBy(() -> driver.turn(LONG)).hasMessage("from the completion");
        turnUntil(() -> receive.completions().size() == 2);
        assertThat(receive.completions().getLast().result()).isEqualTo(3);
    }

    @Test
    void theBuffersOfAGroupAreHeldAgainstItsMemory() {
        assertThatThrownBy(() -> driver.group(arena.allocate(63), 4, 16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("4 buffers of 16 bytes do not fit into 63 bytes");
        assertThatThrownBy(() -> driver.group(arena.allocate(64), 3, 16))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a power of two, not 3");
    }

    @Test
    void aBufferIsNotGivenBackTwice() throws IOException {
        BufferGroup group = driver.group(arena.allocate(64), 4, 16);
        assertThatThrownBy(() -> group.giveBack(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("buffer 0 is free already");
        assertThatThrownBy(() -> group.giveBack(4)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aDriverThatCannotBeOpenedLeavesNothingOpen() throws IOException {
        String inodes = "anon_inode:\\[(eventpoll|eventfd)\\]";
        long before = Descriptors.openTo(inodes);
        assertThatThrownBy(() -> EpollDriver.open(false, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(Descriptors.openTo(inodes)).isEqualTo(before);
    }
}

package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.epoll.Epoll;
import io.ferrule.sys.Abi;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;
import io.ferrule.sys.KernelFile;
import io.ferrule.testing.Jvm;
import io.ferrule.testing.Pipe;
import io.ferrule.testing.Probes;
import io.ferrule.testing.Strace;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the driver on the kernel's native AIO does in ways of its own. */
@ParameterizedClass(name = "{0}")
@EnumSource(value = DriverUnderTest.class, names = "LINUX_AIO")
@Timeout(60)
class LinuxAioDriverTest extends DriverTest {
    private static final int BLOCK = 4096;

    @TempDir
    Path directory;

    private Path file(int blocks) throws IOException {
        byte[] content = new byte[blocks * BLOCK];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i / BLOCK);
        }
        return Files.write(directory.resolve("file"), content);
    }

    private Fd direct(Path path) throws IOException {
        try {
            return keep(Fd.open(path, LibC.O_RDWR() | Abi.value("O_DIRECT"), 0));
        } catch (ErrnoException e) {
            assumeTrue(e.errno() != Errno.EINVAL, "needs a filesystem with O_DIRECT");
            throw e;
        }
    }

    private MemorySegment blocks(int count) {
        return arena.allocate((long) count * BLOCK, BLOCK);
    }

    private static int await(Driver driver, TestOperation operation) throws IOException {
        driver.start(operation);
        while (!operation.isDone()) {
            driver.turn(LONG);
        }
        return operation.result();
    }

    // ---- files ----

    @Test
    void aDirectFileIsReadByTheKernelAndNoThread() throws IOException {
        Fd file = direct(file(4));
        MemorySegment memory = blocks(2);
        assertThat(result(TestOperation.read(file, memory).inFile(BLOCK))).isEqualTo(2 * BLOCK);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
        assertThat(memory.get(ValueLayout.JAVA_BYTE, 2 * BLOCK - 1)).isEqualTo((byte) 2);
        assertThat(driver.counters().fallbacks).isZero();
    }

    @Test
    void aDirectFileIsWrittenAndSyncedByTheKernelAndNoThread() throws IOException {
        Path path = file(2);
        Fd file = direct(path);
        TestOperation write =
                TestOperation.write(file, blocks(1).fill((byte) 'x')).inFile(BLOCK);
        TestOperation sync = write.then(TestOperation.of(OperationKind.FDATASYNC, file));
        start(write);
        await(write, sync);
        assertThat(results(write, sync)).containsExactly(BLOCK, 0);
        assertThat(driver.counters().fallbacks).isZero();
        assertThat(Files.readAllBytes(path)[BLOCK]).isEqualTo((byte) 'x');
    }

    @Test
    void moreThanOneContextHoldsIsReadAtOnce() throws IOException {
        int count = 1000;
        Fd file = direct(file(16));
        TestOperation[] reads = new TestOperation[count];
        MemorySegment memory = blocks(count);
        for (int i = 0; i < count; i++) {
            reads[i] = TestOperation.read(file, memory.asSlice((long) i * BLOCK, BLOCK))
                    .inFile(i % 16 * (long) BLOCK);
        }
        start(reads);
        await(reads);
        for (int i = 0; i < count; i++) {
            assertThat(reads[i].result()).isEqualTo(BLOCK);
            assertThat(memory.get(ValueLayout.JAVA_BYTE, (long) i * BLOCK)).isEqualTo((byte) (i % 16));
        }
        assertThat(driver.counters().fallbacks).isZero();
    }

    @Test
    void memoryThatIsNotAlignedIsRefusedByTheKernel() throws IOException {
        MemorySegment odd = blocks(2).asSlice(1, BLOCK);
        assertThat(result(TestOperation.read(direct(file(1)), odd).inFile(0))).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    void oneThatIsRefusedDoesNotKeepTheOthersBack() throws IOException {
        Fd file = direct(file(4));
        TestOperation first = TestOperation.read(file, blocks(1)).inFile(0);
        TestOperation refused =
                TestOperation.read(file, blocks(2).asSlice(1, BLOCK)).inFile(0);
        TestOperation last = TestOperation.read(file, blocks(1)).inFile(BLOCK);
        start(first, refused, last);
        await(first, refused, last);
        assertThat(results(first, refused, last)).containsExactly(BLOCK, error(Errno.EINVAL), BLOCK);
    }

    @Test
    void aBufferedFileWouldBlockTheLoopAndSoIsReadByAThread() throws IOException {
        Fd file = keep(Fd.open(file(1), LibC.O_RDONLY(), 0));
        assertThat(result(TestOperation.read(file, blocks(1)).inFile(0))).isEqualTo(BLOCK);
        assertThat(driver.counters().fallbacks).isEqualTo(1);
    }

    @Test
    void whoWantsABufferedFileReadByTheKernelGetsThat() throws IOException {
        Fd file = keep(Fd.open(file(1), LibC.O_RDONLY(), 0));
        try (LinuxAioDriver buffered = LinuxAioDriver.open(true, 1)) {
            assertThat(await(buffered, TestOperation.read(file, blocks(1)).inFile(0)))
                    .isEqualTo(BLOCK);
            assertThat(buffered.counters().fallbacks).isZero();
        }
    }

    @Test
    void theSystemPropertyAsksForThatToo() throws IOException {
        System.setProperty(LinuxAioDriver.BUFFERED_PROPERTY, "true");
        Fd file = keep(Fd.open(file(1), LibC.O_RDONLY(), 0));
        try (LinuxAioDriver buffered = LinuxAioDriver.open()) {
            await(buffered, TestOperation.read(file, blocks(1)).inFile(0));
            assertThat(buffered.counters().fallbacks).isZero();
        } finally {
            System.clearProperty(LinuxAioDriver.BUFFERED_PROPERTY);
        }
    }

    @Test
    void aNumberThatComesAgainIsLookedAtAnew() throws IOException {
        Path path = file(1);
        Fd first = direct(path);
        Fd other = keep(Fd.open(path, LibC.O_RDONLY(), 0));
        int number = first.number();
        result(TestOperation.read(first, blocks(1)).inFile(0));
        perform(TestOperation.of(OperationKind.CLOSE, Fd.borrow(first.release())));
        Fd buffered = keep(Pipe.duplicateAs(number, other));
        result(TestOperation.read(buffered, blocks(1)).inFile(0));
        assertThat(driver.counters().fallbacks).isEqualTo(1);
    }

    @Test
    void aRequestThatIsCancelledBeforeItIsHandedOverIsNotDone() throws IOException {
        Path path = file(1);
        TestOperation write = start(
                TestOperation.write(direct(path), blocks(1).fill((byte) 'x')).inFile(0));
        driver.cancel(write);
        assertThat(await(write)).isEqualTo(error(Errno.ECANCELED));
        assertThat(Files.readAllBytes(path)[0]).isZero();
    }

    @Test
    void aRequestThatIsCancelledAfterwardsTakesItsCourse() throws IOException {
        TestOperation read =
                start(TestOperation.read(direct(file(1)), blocks(1)).inFile(0));
        driver.flush();
        driver.cancel(read);
        assertThat(await(read)).isEqualTo(BLOCK);
    }

    // ---- polls ----

    @Test
    void moreThanOneContextHoldsWaitsAtOnce() throws IOException {
        int count = 600;
        Pipe[] pipes = new Pipe[count];
        TestOperation[] reads = new TestOperation[count];
        for (int i = 0; i < count; i++) {
            pipes[i] = pipe();
            reads[i] = TestOperation.read(pipes[i].reader(), arena.allocate(8));
        }
        start(reads);
        turnUntilQuiet();
        for (Pipe each : pipes) {
            each.write("x");
        }
        await(reads);
        assertThat(reads).allMatch(each -> each.result() == 1);
    }

    @Test
    void bothDirectionsOfOneDescriptorArePolledBesideEachOther() throws IOException {
        Pipe sockets = sockets();
        long filled = fill(sockets.writer());
        TestOperation receive = start(TestOperation.receive(sockets.writer(), arena.allocate(8)));
        turnUntilQuiet();
        TestOperation send = start(TestOperation.send(sockets.writer(), bytes("x")));
        turnUntilQuiet();
        drain(sockets.reader(), filled);
        assertThat(await(send)).isEqualTo(1);
        assertThat(receive.isDone()).isFalse();
        Pipe.write(sockets.reader(), "y");
        assertThat(await(receive)).isEqualTo(1);
    }

    @Test
    void aDescriptorThatIsPolledIsClosedForItsPeerToo() throws IOException {
        Pipe sockets = sockets();
        TestOperation receive = start(TestOperation.receive(sockets.reader(), arena.allocate(8)));
        turnUntilQuiet();
        driver.cancel(receive);
        await(receive);
        perform(TestOperation.of(OperationKind.CLOSE, Fd.borrow(sockets.reader().release())));
        assertThat(sockets.writer().read(arena.allocate(8))).as("the end").isZero();
    }

    @Test
    void whatTheKernelCannotPollIsRefused() throws Exception {
        Path fifo = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        Fd both = keep(Fd.open(fifo, LibC.O_RDWR() | LibC.O_NONBLOCK(), 0));
        assertThat(result(TestOperation.read(both, arena.allocate(8)))).isEqualTo(error(Errno.EOPNOTSUPP));
    }

    // ---- its descriptor ----

    @Test
    void itsDescriptorTellsOfWhatWasBegunBeforeSomebodyAskedForIt() throws IOException {
        Pipe pipe = pipe();
        TestOperation read = start(TestOperation.read(pipe.reader(), arena.allocate(8)));
        driver.turn(0);
        try (Epoll outer = Epoll.open()) {
            outer.add(Fd.borrow(driver.descriptor()), Epoll.EPOLLIN, null);
            while (outer.await(0) > 0) {
                driver.turn(0);
            }
            pipe.write("x");
            assertThat(outer.await(LONG)).isEqualTo(1);
            driver.turn(0);
            assertThat(read.result()).isEqualTo(1);
        }
    }

    @Test
    void itsDescriptorTellsOfADirectFileThatHasBeenRead() throws IOException {
        Fd file = direct(file(1));
        try (Epoll outer = Epoll.open()) {
            outer.add(Fd.borrow(driver.descriptor()), Epoll.EPOLLIN, null);
            TestOperation read = start(TestOperation.read(file, blocks(1)).inFile(0));
            driver.flush();
            while (!read.isDone()) {
                assertThat(outer.await(LONG)).isEqualTo(1);
                driver.turn(0);
            }
            assertThat(read.result()).isEqualTo(BLOCK);
        }
    }

    // ---- the limit of the whole system ----

    /** Wants a driver, and again. */
    static final class Opening {
        public static void main(String[] arguments) throws IOException {
            try (Driver driver = LinuxAioDriver.open()) {
                System.out.println("opened " + driver.name());
            } catch (IOException e) {
                System.out.println(e.getMessage());
            }
            LinuxAioDriver.open().close();
        }
    }

    /** The refusal is made by strace: who takes all the requests there are takes them from every program on the machine. */
    @Test
    @Tag("subprocess")
    void whenTheSystemHasNoRequestsLeftTheMessageNamesTheLimitAndTheFix() throws Exception {
        Probes.needStrace();
        Jvm.Result result = Jvm.onModulePath(Opening.class)
                .under(Strace.of("io_setup")
                        .failing("io_setup:error=EAGAIN:when=1")
                        .command())
                .run();
        assertThat(result.status()).as(result.toString()).isZero();
        String limit = KernelFile.text("/proc/sys/fs/aio-max-nr");
        assertThat(result.out())
                .contains("io_setup on 256 requests: EAGAIN (11)")
                .contains("may have " + limit + " requests (/proc/sys/fs/aio-max-nr)")
                .contains("sysctl fs.aio-max-nr=");
    }
}

package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.statx;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the driver on libuv does in ways of its own. */
@ParameterizedClass(name = "{0}")
@EnumSource(value = DriverUnderTest.class, names = "LIBUV")
class LibuvDriverTest extends DriverTest {
    @TempDir
    Path directory;

    private final MemorySegment buffer = arena.allocate(64);

    private static TestOperation at(OperationKind kind, Fd folder, MemorySegment path) {
        return TestOperation.of(kind, folder, path).length(0);
    }

    @Test
    void filesAreDoneByLibuv() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "hello");
        Fd file = descriptor(result(at(OperationKind.OPEN, Fd.CWD, path(path)).flags(LibC.O_RDWR())));
        assertThat(result(TestOperation.read(file, buffer).inFile(1))).isEqualTo(4);
        assertThat(result(TestOperation.write(file, bytes("J")).inFile(0))).isEqualTo(1);
        assertThat(result(TestOperation.of(OperationKind.FSYNC, file))).isZero();
        assertThat(path).hasContent("Jello");
        assertThat(driver.counters().fallbacks).isZero();
    }

    @Test
    void whatLibuvHasNoFunctionForIsDoneByHelperThreads() throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "hello");
        Fd folder = keep(Fd.open(directory, LibC.O_RDONLY(), 0));
        Fd file = descriptor(
                result(at(OperationKind.OPEN, folder, bytes("file\0")).flags(LibC.O_RDWR())));
        TestOperation allocate = TestOperation.of(OperationKind.ALLOCATE, file);
        allocate.offset = 0;
        allocate.length = 100;
        assertThat(result(allocate)).isZero();
        assertThat(path).hasSize(100);
        MemorySegment status = statx.allocate(arena);
        assertThat(result(at(OperationKind.STATX, Fd.CWD, path(path))
                        .length(LibC.STATX_SIZE())
                        .second(status)))
                .isZero();
        assertThat(statx.stx_size(status)).isEqualTo(100);
        assertThat(driver.counters().fallbacks).isEqualTo(3);
    }

    /** Libuv before 1.45 runs timers before it waits, too: then nothing is left that would end the wait. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aTimeThatIsUpBeforeTheWaitBeginsEndsItAllTheSame() throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        Thread pauses = Thread.ofPlatform().daemon().start(() -> {
            while (!enough.get()) {
                System.gc(); // holds this thread up now and then between setting the timer and waiting
            }
        });
        try (LibuvDriver own = LibuvDriver.open()) {
            for (int i = 0; i < 60; i++) {
                assertThat(own.turn(1)).isZero();
            }
        } finally {
            enough.set(true);
            pauses.join();
        }
    }

    @Test
    void aRequestIsUsedAgain() throws IOException {
        Fd file = keep(Fd.open(Files.writeString(directory.resolve("file"), "hello"), LibC.O_RDONLY(), 0));
        TestOperation read = TestOperation.read(file, buffer).inFile(0);
        for (int i = 0; i < 1000; i++) {
            assertThat(result(read.again())).isEqualTo(5);
        }
    }

    @Test
    void aBrokenConnectionIsToldToAllThatWaitForIt() throws IOException {
        Pipe pipe = pipe();
        fill(pipe.writer());
        TestOperation write = start(TestOperation.write(pipe.writer(), bytes("x")));
        TestOperation error = start(TestOperation.poll(pipe.writer(), LibC.POLLERR()));
        turnUntilQuiet();
        assertThat(write.isDone() || error.isDone()).isFalse();
        pipe.reader().close();
        await(write, error);
        assertThat(write.result()).isEqualTo(error(Errno.EPIPE));
        assertThat(error.result() & LibC.POLLERR()).isNotZero();
    }

    @Test
    void aHangUpIsToldToOneThatWaitsForNothingElse() throws IOException {
        Pipe sockets = sockets();
        TestOperation hangUp = start(TestOperation.poll(sockets.reader(), 0));
        turnUntilQuiet();
        sockets.write("no hang-up");
        turnUntilQuiet();
        assertThat(hangUp.isDone()).isFalse();
        sockets.writer().close();
        assertThat(await(hangUp) & LibC.POLLHUP()).isNotZero();
    }

    @Test
    void aDescriptorThatSomebodyElseClosedAndUsedAgainDoesNotEndTheProcess() throws IOException {
        Pipe old = sockets();
        TestOperation receive = start(TestOperation.receive(old.reader(), buffer));
        turnUntilQuiet();
        driver.cancel(receive);
        await(receive);
        Pipe fresh = sockets();
        int number = old.reader().release();
        LibC.close(number); // behind the driver's back: the kernel has forgotten what libuv polls
        Fd reused = keep(Pipe.duplicateAs(number, fresh.reader()));
        long filled = fill(reused); // waits for room, where there was waiting for data before
        drain(fresh.writer(), filled);
        fresh.write("and it goes on");
        assertThat(text(buffer, result(TestOperation.receive(reused, buffer)))).isEqualTo("and it goes on");
    }

    @Test
    void wakingItWhileItClosesDoesNotEndTheProcess() throws Exception {
        for (int i = 0; i < 100; i++) {
            Driver closing = underTest.open();
            CountDownLatch begun = new CountDownLatch(1);
            Thread waker = Thread.ofPlatform().daemon().start(() -> {
                for (int n = 0; n < 1000; n++) {
                    closing.wakeUp();
                    begun.countDown();
                }
            });
            begun.await();
            closing.turn(0);
            closing.close();
            waker.join();
            assertThat(waker.isAlive()).isFalse();
        }
    }
}

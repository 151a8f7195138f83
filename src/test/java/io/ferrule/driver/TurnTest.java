package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.epoll.Epoll;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Pipe;
import io.ferrule.testing.Waiting;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Waiting for completions: how long, who ends it, and how others find out that it would be worth while. */
class TurnTest extends DriverContract {
    private final MemorySegment buffer = arena.allocate(64);

    private Thread other(Runnable action) {
        Thread thread = Thread.ofPlatform().daemon().start(action);
        keep(thread::join);
        return thread;
    }

    @Test
    void withoutTimeItOnlyLooks() throws IOException {
        start(TestOperation.read(pipe().reader(), buffer));
        assertThat(driver.turn(0)).isZero();
    }

    @Test
    void itEndsWhenTheTimeIsUp() throws IOException {
        start(TestOperation.read(pipe().reader(), buffer));
        driver.turn(0);
        long nanos = 3_000_000;
        long start = System.nanoTime();
        assertThat(driver.turn(nanos)).isZero();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(nanos);
    }

    @Test
    void itSaysHowManyCompletionsItDelivered() throws IOException {
        TestOperation[] all = new TestOperation[5];
        for (int i = 0; i < all.length; i++) {
            all[i] = new TestOperation(OperationKind.NOP);
        }
        start(all);
        int delivered = 0;
        while (delivered < all.length) {
            delivered += driver.turn(LONG);
        }
        assertThat(delivered).isEqualTo(5);
        assertThat(all).allMatch(TestOperation::isDone);
    }

    @Test
    void itWaitsForWhatAnotherThreadDoes() throws IOException {
        Pipe pipe = pipe();
        TestOperation read = start(TestOperation.read(pipe.reader(), buffer));
        Thread owner = Thread.currentThread();
        other(() -> {
            Waiting.untilInSystemCallOf(driver.getClass(), owner);
            LibC.write(pipe.writer().number(), bytes("x"), 1);
        });
        driver.turn(FOR_EVER);
        assertThat(await(read)).isEqualTo(1);
    }

    @Test
    void aWakeUpBeforeItEndsIt() throws IOException {
        driver.wakeUp();
        assertThat(driver.turn(FOR_EVER)).isZero();
    }

    @Test
    void aWakeUpFromAnotherThreadEndsIt() throws IOException {
        Thread owner = Thread.currentThread();
        other(() -> {
            Waiting.untilInSystemCallOf(driver.getClass(), owner);
            driver.wakeUp();
        });
        assertThat(driver.turn(FOR_EVER)).isZero();
    }

    @Test
    void aWakeUpIsUsedUp() throws IOException {
        driver.wakeUp();
        driver.wakeUp();
        driver.turn(FOR_EVER);
        long nanos = 1_000_000;
        long start = System.nanoTime();
        driver.turn(nanos);
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(nanos);
    }

    @Test
    void noWakeUpOfManyIsLost() throws Exception {
        int each = 2000;
        int threads = 3;
        AtomicInteger posted = new AtomicInteger();
        AtomicInteger seen = new AtomicInteger();
        List<Thread> wakers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            wakers.add(other(() -> {
                for (int n = 0; n < each; n++) {
                    int mine = posted.incrementAndGet();
                    driver.wakeUp();
                    while (seen.get() < mine) {
                        Thread.onSpinWait();
                    }
                }
            }));
        }
        while (seen.get() < threads * each) {
            driver.turn(FOR_EVER); // for ever, if one were lost: each waker waits until it has been seen
            seen.set(posted.get());
        }
        for (Thread waker : wakers) {
            waker.join();
        }
        assertThat(posted).hasValue(threads * each);
    }

    @Test
    void wakeUpsDoNotHideCompletions() throws IOException {
        Pipe pipe = pipe();
        TestOperation read = start(TestOperation.read(pipe.reader(), buffer));
        turnUntilQuiet();
        pipe.write("x");
        driver.wakeUp();
        assertThat(await(read)).isEqualTo(1);
    }

    @Test
    void startingFromACompletionGoesOn() throws IOException {
        Pipe sockets = sockets();
        TestOperation answer = TestOperation.send(sockets.reader(), bytes("pong"));
        TestOperation question = TestOperation.receive(sockets.reader(), buffer).andThen(() -> start(answer));
        start(question);
        sockets.write("ping");
        await(question);
        assertThat(await(answer)).isEqualTo(4);
        assertThat(Pipe.read(sockets.writer())).isEqualTo("pong");
    }

    @Test
    void anEndlessStreamOfCompletionsDoesNotKeepItFromEnding() throws IOException {
        Pipe pipe = pipe();
        TestOperation read = start(TestOperation.read(pipe.reader(), buffer));
        TestOperation endless = new TestOperation(OperationKind.NOP);
        endless.andThen(() -> {
            if (!read.isDone()) {
                start(endless.again());
            }
        });
        start(endless);
        driver.turn(LONG);
        pipe.write("x");
        assertThat(await(read)).isEqualTo(1);
        await(endless);
    }

    @Test
    void itsDescriptorIsReadableWhenSomethingIsReady() throws IOException {
        Pipe pipe = pipe();
        try (Epoll outer = Epoll.open()) {
            outer.add(descriptorOfDriver(), Epoll.EPOLLIN, null);
            TestOperation read = start(TestOperation.read(pipe.reader(), buffer));
            driver.turn(0);
            assertThat(outer.await(0)).isZero();
            pipe.write("x");
            assertThat(outer.await(LONG)).isEqualTo(1);
            driver.turn(0);
            assertThat(read.result()).isEqualTo(1);
        }
    }

    @Test
    void itsDescriptorIsReadableWhenAFileHasBeenRead(@TempDir Path directory) throws IOException {
        Path path = Files.writeString(directory.resolve("file"), "hello");
        Fd file = keep(Fd.open(path, LibC.O_RDONLY(), 0));
        try (Epoll outer = Epoll.open()) {
            outer.add(descriptorOfDriver(), Epoll.EPOLLIN, null);
            TestOperation read = start(TestOperation.read(file, buffer).inFile(0));
            driver.turn(0);
            while (!read.isDone()) {
                assertThat(outer.await(LONG)).isEqualTo(1);
                driver.turn(0);
            }
            assertThat(read.result()).isEqualTo(5);
        }
    }

    @Test
    void itsDescriptorIsReadableAfterAWakeUpAndNotAfterTheTurn() throws IOException {
        try (Epoll outer = Epoll.open()) {
            outer.add(descriptorOfDriver(), Epoll.EPOLLIN, null);
            driver.turn(0);
            driver.wakeUp();
            assertThat(outer.await(LONG)).isEqualTo(1);
            int turns = 0;
            do {
                driver.turn(0);
                turns++;
            } while (outer.await(0) > 0);
            assertThat(turns).isLessThan(10); // io_uring may tell of one wake-up twice
        }
    }
}

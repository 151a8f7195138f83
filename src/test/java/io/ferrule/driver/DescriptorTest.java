package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.epoll.Epoll;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Pipe;
import io.ferrule.testing.Waiting;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A driver's descriptor tells who is waiting for it already. */
class DescriptorTest extends DriverContract {
    @TempDir
    Path directory;

    /** Does something once this thread waits for its interest list. */
    private static CompletableFuture<Void> whenWaiting(Runnable work) {
        Thread waiting = Thread.currentThread();
        return CompletableFuture.runAsync(() -> {
            Waiting.untilInSystemCallOf(Epoll.class, waiting);
            work.run();
        });
    }

    @Test
    void ofWhatCompletes() throws Exception {
        Pipe pipe = pipe();
        try (Epoll outer = Epoll.open()) {
            outer.add(descriptorOfDriver(), Epoll.EPOLLIN, null);
            TestOperation read = start(TestOperation.read(pipe.reader(), arena.allocate(16)));
            driver.flush(); // what was started since does not count
            while (outer.await(0) > 0) {
                driver.turn(0);
            }
            CompletableFuture<Void> writing = whenWaiting(() -> {
                try {
                    pipe.write("x");
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(outer.await(LONG)).isEqualTo(1);
            driver.turn(0);
            assertThat(read.result()).isEqualTo(1);
            writing.get();
        }
    }

    @Test
    void ofAWakeUp() throws Exception {
        try (Epoll outer = Epoll.open()) {
            outer.add(descriptorOfDriver(), Epoll.EPOLLIN, null);
            do {
                driver.turn(0);
            } while (outer.await(0) > 0);
            CompletableFuture<Void> waking = whenWaiting(driver::wakeUp);
            assertThat(outer.await(LONG)).isEqualTo(1);
            waking.get();
        }
    }

    /** Who hands over what was started since may find news that is for the next turn. */
    @Test
    void ofWhatIsDoneWhenMoreIsHandedOver() throws Exception {
        Fd folder = keep(Fd.open(directory, LibC.O_RDONLY(), 0));
        try (Epoll outer = Epoll.open()) {
            outer.add(descriptorOfDriver(), Epoll.EPOLLIN, null);
            do {
                driver.turn(0);
            } while (outer.await(0) > 0);
            // Relative to a descriptor: most drivers have a helper thread do that.
            TestOperation made = start(TestOperation.of(OperationKind.MKDIR, folder, bytes("made\0"))
                    .length(0700));
            driver.flush();
            assertThat(outer.await(LONG)).isEqualTo(1);
            driver.flush();
            assertThat(outer.await(LONG)).isEqualTo(1);
            await(made);
            assertThat(directory.resolve("made")).isDirectory();
        }
    }

    @Test
    void ofAWakeUpBeforeMoreIsHandedOver() throws Exception {
        try (Epoll outer = Epoll.open()) {
            outer.add(descriptorOfDriver(), Epoll.EPOLLIN, null);
            do {
                driver.turn(0);
            } while (outer.await(0) > 0);
            driver.wakeUp();
            driver.flush();
            assertThat(outer.await(LONG)).isEqualTo(1);
        }
    }
}

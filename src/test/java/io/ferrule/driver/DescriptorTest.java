package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.epoll.Epoll;
import io.ferrule.testing.Pipe;
import io.ferrule.testing.Waiting;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A driver's descriptor tells who is waiting for it already. */
class DescriptorTest extends DriverContract {
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
}

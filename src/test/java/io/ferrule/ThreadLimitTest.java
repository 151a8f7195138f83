package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.driver.BlockingDriver;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A loop whose driver has a thread for each operation, when there are no more threads. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ThreadLimitTest {
    @BeforeEach
    void allowTwoThreads() {
        System.setProperty(BlockingDriver.THREADS_PROPERTY, "2");
    }

    @AfterEach
    void allowManyThreads() {
        System.clearProperty(BlockingDriver.THREADS_PROPERTY);
    }

    @Test
    void anOperationThatNoThreadIsLeftForFailsAndSaysWhatToDo() throws Exception {
        try (Loop loop = Loop.start(LoopOptions.defaults().driver("blocking"))) {
            PipeEnds pipe = loop.pipe().await();
            CompletableFuture<Integer> one =
                    pipe.reader().read(Buffer.allocate(1)).future();
            CompletableFuture<Integer> two =
                    pipe.reader().read(Buffer.allocate(1)).future();
            Buffer byteToWrite = Buffer.allocate(2);
            assertThatThrownBy(() -> pipe.writer().write(byteToWrite, 0, 2).await())
                    .isInstanceOf(java.io.IOException.class)
                    .hasMessageContaining("EAGAIN")
                    .hasMessageContaining("-Dferrule.blocking.threads=N");
            assertThat(one).isNotDone();
            assertThat(two).isNotDone();
        }
    }
}

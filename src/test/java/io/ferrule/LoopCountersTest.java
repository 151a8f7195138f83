package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a loop counts. */
class LoopCountersTest extends OwnLoopContract {
    @TempDir
    Path folder;

    @Test
    void requestsAreCountedWhenTheyBeginAndWhenTheyEnd() throws IOException {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        PipeEnds pipe = loop.pipe().await();
        LoopCounters counters = loop.counters();
        long submitted = counters.submitted();
        assertThat(counters.inFlight()).isZero();
        CompletableFuture<Integer> reading =
                pipe.reader().read(Buffer.allocate(1)).future();
        assertThat(counters.submitted()).isEqualTo(submitted + 1);
        assertThat(counters.inFlight()).isEqualTo(1);
        pipe.writer().write(Buffer.allocate(1), 0, 1).await();
        turnUntil(reading::isDone);
        assertThat(counters.completed()).isEqualTo(counters.submitted());
        assertThat(counters.inFlight()).isZero();
    }

    @Test
    void oneThatIsCancelledIsCompletedToo() throws IOException {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        PipeEnds pipe = loop.pipe().await();
        long ticket = pipe.reader().read(Buffer.allocate(1)).start((bytes, error) -> {});
        assertThat(loop.cancel(ticket)).isTrue();
        turnUntil(() -> loop.counters().inFlight() == 0);
        assertThat(loop.cancel(ticket)).isFalse();
    }

    @Test
    void whatAModelCannotDoItselfIsAFallback() throws IOException {
        int opensAndReads = switch (driver) {
            case "uring", "blocking", "nonblocking", "libuv" -> 0;
            case "posix-aio" -> 1;
            default -> 2;
        };
        try (File file = loop.openFile(Files.createFile(folder.resolve("file"))).await()) {
            file.read(Buffer.allocate(1), 0).await();
            assertThat(loop.counters().fallbacks()).isEqualTo(opensAndReads);
        }
    }

    @Test
    void closingSocketsAndPipesIsNoFallback() throws IOException {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        Listener listener = loop.listen(LoopContract.LOOPBACK).await();
        Connection connection = loop.connect(listener.localAddress()).await();
        PipeEnds pipe = loop.pipe().await();
        connection.close();
        listener.close();
        pipe.reader().close();
        pipe.writer().close();
        assertThat(loop.counters().fallbacks()).isZero();
    }

    @Test
    void mailAndTheWakeUpForItAreCounted() throws Exception {
        LoopCounters counters = loop.counters();
        boolean[] come = {false};
        Thread other = new Thread(() -> {
            while (counters.waits() == 0) { // the loop has said that it is about to sleep
                Thread.yield();
            }
            loop.post(() -> come[0] = true);
        });
        other.start();
        turnUntil(() -> come[0]);
        other.join();
        assertThat(counters.mails()).isEqualTo(1);
        assertThat(counters.wakeUps()).isEqualTo(1);
    }

    @Test
    void aTimerIsNoRequest() throws IOException {
        long submitted = loop.counters().submitted();
        boolean[] due = {false};
        loop.after(Duration.ZERO, () -> due[0] = true);
        turnUntil(() -> due[0]);
        assertThat(loop.counters().submitted()).isEqualTo(submitted);
    }

    @Test
    void theyReadAsASentence() {
        assertThat(loop.counters().toString()).startsWith("submitted 0, completed 0, rearmed 0, wake-ups 0, mails 0");
    }
}

package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.epoll.Epoll;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/** A loop that the thread of another framework turns: that waits on an interest list of its own, in which the loop's descriptor is one of many. */
@EveryDriver
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EmbeddedLoopTest {
    private static final long LONG = 20_000_000_000L;

    @Parameter
    String driver;

    private Loop loop;
    private Epoll framework;

    /** A test, on the thread that owns the loop. */
    private interface Work {
        void run() throws Exception;
    }

    private void embedded(Work work) throws Exception {
        Drivers.need(driver, Drivers.Feature.DESCRIPTOR);
        try (Loop own = Loop.open(LoopOptions.defaults().driver(driver));
                Epoll list = Epoll.open()) {
            loop = own;
            framework = list;
            framework.add(loop.descriptor(), Epoll.EPOLLIN, null);
            work.run();
        }
    }

    /** What the framework's thread does all day. Fails when nothing comes for a long time. */
    private void untilDone(CompletableFuture<?> future) throws IOException {
        while (!future.isDone()) {
            long due = loop.nanosToNextDeadline();
            framework.await(due < 0 ? LONG : due);
            boolean readable = framework.next();
            assertThat(readable || due >= 0).as("a wake-up").isTrue();
            loop.turn(0);
        }
    }

    @BeforeEach
    void needDescriptor() {
        Drivers.need(driver, Drivers.Feature.DESCRIPTOR);
    }

    @Test
    void mailThatCameBeforeTheFirstTurnIsTold() throws Exception {
        embedded(() -> {
            CompletableFuture<Void> done = new CompletableFuture<>();
            Thread.ofPlatform()
                    .start(() -> loop.post(() -> done.complete(null)))
                    .join();
            untilDone(done);
            assertThat(done).isDone();
        });
    }

    @Test
    void mailThatCameAfterAwaitIsTold() throws Exception {
        embedded(() -> {
            File file = loop.openFile(Path.of("/dev/zero")).await();
            CompletableFuture<Void> done = new CompletableFuture<>();
            Thread.ofPlatform()
                    .start(() -> loop.post(() -> done.complete(null)))
                    .join();
            untilDone(done);
            file.close();
        });
    }

    @Test
    void noneOfManyPostsIsLost() throws Exception {
        embedded(() -> {
            int posts = 10_000;
            AtomicInteger seen = new AtomicInteger();
            CompletableFuture<Void> done = new CompletableFuture<>();
            Semaphore answered = new Semaphore(1);
            Thread.ofPlatform().start(() -> {
                Random random = new Random(1);
                for (int i = 0; i < posts; i++) {
                    if (random.nextInt(3) > 0) {
                        answered.acquireUninterruptibly(); // the loop is about to wait, or waiting
                        answered.drainPermits();
                    }
                    for (int spins = random.nextInt(200); spins > 0; spins--) {
                        Thread.onSpinWait();
                    }
                    loop.post(() -> {
                        answered.release();
                        if (seen.incrementAndGet() == posts) {
                            done.complete(null);
                        }
                    });
                }
            });
            untilDone(done);
            assertThat(seen).hasValue(posts);
        });
    }

    @Test
    void requestsOfOtherThreadsAreDone() throws Exception {
        embedded(() -> {
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                CompletableFuture<Void> done = new CompletableFuture<>();
                all.add(done);
                Thread.startVirtualThread(() -> {
                    try (File file = loop.openFile(Path.of("/dev/zero")).await()) {
                        for (int n = 0; n < 20; n++) {
                            file.read(Buffer.allocate(8), 0).await();
                        }
                        done.complete(null);
                    } catch (IOException e) {
                        done.completeExceptionally(e);
                    }
                });
            }
            untilDone(CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)));
            for (CompletableFuture<Void> each : all) {
                each.get();
            }
        });
    }

    @Test
    void whatIsBegunInCallbacksIsTold() throws Exception {
        embedded(() -> {
            File file = loop.openFile(Path.of("/dev/zero")).await();
            Buffer buffer = Buffer.allocate(8);
            CompletableFuture<Void> done = new CompletableFuture<>();
            int[] left = {1_000};
            TransferCallback again = new TransferCallback() {
                @Override
                public void done(int bytes, IOException error) {
                    if (--left[0] == 0) {
                        done.complete(null);
                    } else {
                        file.read(buffer, 0).start(this);
                    }
                }
            };
            file.read(buffer, 0).start(again);
            loop.turn(0);
            untilDone(done);
        });
    }

    @Test
    void timeLimitsComeTrue() throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        embedded(() -> {
            Listener listener = loop.listen(LoopContract.LOOPBACK).await();
            CompletableFuture<IOException> told = new CompletableFuture<>();
            listener.accept().within(Duration.ofMillis(5)).start((connection, error) -> told.complete(error));
            assertThat(loop.nanosToNextDeadline()).isBetween(0L, 5_000_000L);
            loop.turn(0);
            untilDone(told);
            assertThat(told.get()).isInstanceOf(SocketTimeoutException.class);
            assertThat(loop.nanosToNextDeadline()).isEqualTo(-1);
        });
    }
}

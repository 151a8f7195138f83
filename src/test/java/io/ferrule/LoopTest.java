package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.ferrule.driver.Driver;
import io.ferrule.driver.Operation;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The life of a loop, its turns, and its mail. */
class LoopTest extends LoopContract {
    private static final Path ZERO = Path.of("/dev/zero");

    /** Fewer than a process may have, for three threads together. */
    private static final int FILES = 200;

    private final Buffer buffer = Buffer.allocate(8);

    // ---- commands ----

    @Test
    void commandsRunOnItsThreadInTheOrderTheyCame() throws Exception {
        List<Integer> order = new ArrayList<>();
        Thread thread = onLoop(Thread::currentThread);
        for (int i = 0; i < 100; i++) {
            int number = i;
            loop.post(() -> order.add(Thread.currentThread() == thread ? number : -1));
        }
        settle();
        assertThat(order).hasSize(100).isSorted().doesNotContain(-1);
    }

    @Test
    void onItsThreadACommandIsDoneAtOnceAndAPostedOneLater() throws Exception {
        List<String> order = new ArrayList<>();
        onLoop(() -> {
            loop.post(() -> order.add("posted"));
            loop.execute(() -> order.add("executed"));
            order.add("after");
            return null;
        });
        settle();
        assertThat(order).containsExactly("executed", "after", "posted");
    }

    @Test
    void noCommandIsNone() {
        assertThatNullPointerException().isThrownBy(() -> loop.execute(null));
        assertThatNullPointerException().isThrownBy(() -> loop.post((Runnable) null));
    }

    @Test
    void whatCallbacksThrowGoesToTheHandlerAndTheLoopLivesOn() throws Exception {
        LinkedBlockingQueue<String> caught = new LinkedBlockingQueue<>();
        File file = loop.openFile(ZERO).await();
        onLoop(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> caught.add(e.getMessage()));
            return null;
        });
        loop.post(() -> {
            throw new IllegalStateException("by a command");
        });
        assertThat(caught.take()).isEqualTo("by a command");
        loop.post(() -> file.read(buffer, 0).start((bytes, error) -> {
            throw new AssertionError("by a transfer's callback");
        }));
        assertThat(caught.take()).isEqualTo("by a transfer's callback");
        loop.post(() -> loop.openFile(ZERO).start((value, error) -> {
            throw new IllegalArgumentException("by a task's callback");
        }));
        assertThat(caught.take()).isEqualTo("by a task's callback");
        assertThat(file.read(buffer, 0).await()).isEqualTo(8);
    }

    @Test
    void aHandlerThatThrowsDoesNotEndTheLoop() throws Exception {
        onLoop(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> {
                throw new IllegalStateException("the handler too");
            });
            return null;
        });
        loop.post(() -> {
            throw new IllegalStateException("by a command");
        });
        settle();
    }

    // ---- waking ----

    @Test
    void whoPostsWhileCallbacksRunDoesNotWakeTheLoop() throws Exception {
        Pair pair = connected();
        CompletableFuture<Void> allIsPosted = new CompletableFuture<>(); // and counted, where that woke the loop
        CompletableFuture<Long> wakeUps = new CompletableFuture<>();
        onLoop(() -> {
            pair.client().receive(buffer).start((bytes, error) -> {
                allIsPosted.join();
                long before = loop.counters().wakeUps();
                try {
                    Thread.ofPlatform().start(() -> loop.post(() -> {})).join();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                wakeUps.complete(loop.counters().wakeUps() - before);
            });
            return pair.server().send(Buffer.allocate(1), 0, 1).start((bytes, error) -> {});
        });
        allIsPosted.complete(null);
        assertThat(wakeUps.get()).isZero();
    }

    @Test
    void noPostIsLostHoweverItFallsInWithTheLoopFallingAsleep() throws Exception {
        LinkedBlockingQueue<Integer> answers = new LinkedBlockingQueue<>();
        for (int i = 0; i < 20_000; i++) {
            int number = i;
            loop.post(() -> answers.add(number));
            if (i % 3 != 0) {
                assertThat(answers.take()).isEqualTo(i);
            } else {
                answers.take();
            }
        }
        assertThat(loop.counters().mails()).isGreaterThanOrEqualTo(20_000);
    }

    // ---- a failing driver ----

    @Test
    void whatTheDriverDoesNotTakeFailsAndIsNotWaitedFor() throws Exception {
        List<Operation> refused = new ArrayList<>();
        Driver real = DriverChoice.make(options()).driver();
        Driver failing = (Driver) Proxy.newProxyInstance(
                Driver.class.getClassLoader(), new Class<?>[] {Driver.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("start") && refused.isEmpty()) {
                        refused.add((Operation) arguments[0]);
                        throw new IllegalStateException("the driver is tired");
                    }
                    return method.invoke(real, arguments);
                });
        try (Loop own = new Loop(failing, "made to fail", null)) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> own.openFile(ZERO).await())
                    .withMessageContaining("the driver is tired");
            assertThat(own.counters().inFlight()).isZero();
            File file = own.openFile(ZERO).await();
            refused.clear();
            CompletableFuture<IOException> told = new CompletableFuture<>();
            file.read(buffer, 0).start((bytes, error) -> told.complete(error));
            assertThat(told).isNotDone();
            own.turn(0);
            assertThat(told.get()).hasMessageContaining("the driver is tired");
            assertThat(buffer.isInFlight()).isFalse();
            file.close();
        }
    }

    // ---- closing ----

    @Test
    void aSecondCloseDoesNothing() {
        loop.close();
        loop.close();
    }

    @Test
    void whoClosesItWaitsUntilItsThreadHasEnded() throws Exception {
        Thread thread = onLoop(Thread::currentThread);
        loop.close();
        assertThat(thread.isAlive()).isFalse();
    }

    @Test
    void severalThreadsMayCloseIt() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.startVirtualThread(loop::close));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(loop.toString()).contains("closed");
    }

    @Test
    void withinACallbackItIsStoppedNotClosed() throws Exception {
        Thread thread = onLoop(() -> {
            assertThatIllegalStateException().isThrownBy(loop::close);
            assertThatIllegalStateException().isThrownBy(loop::run);
            assertThatIllegalStateException().isThrownBy(() -> loop.turn(0));
            loop.stop();
            return Thread.currentThread();
        });
        thread.join();
        assertThat(loop.toString()).contains("closed");
    }

    @Test
    void whatIsAskedForWhileItClosesEndsInEveryCase() throws Exception {
        for (int run = 0; run < 30; run++) {
            Loop closing = Loop.start(options());
            ConcurrentLinkedQueue<CompletableFuture<?>> futures = new ConcurrentLinkedQueue<>();
            CountDownLatch busy = new CountDownLatch(3);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                threads.add(Thread.ofPlatform().start(() -> {
                    try {
                        for (int n = 0; n < FILES; n++) {
                            CompletableFuture<File> future =
                                    closing.openFile(ZERO).future();
                            futures.add(future);
                            if (n == 3) {
                                busy.countDown();
                            } else if (n > 3) {
                                future.cancel(true);
                            }
                        }
                    } catch (IllegalStateException e) {
                        // closed
                    } finally {
                        busy.countDown();
                    }
                }));
            }
            busy.await();
            closing.close();
            for (Thread thread : threads) {
                thread.join();
            }
            for (CompletableFuture<?> each : futures) {
                each.handle((value, error) -> assertThat(error)
                                .satisfiesAnyOf(
                                        e -> assertThat(e).isNull(),
                                        e -> assertThat(e).isInstanceOf(AsynchronousCloseException.class),
                                        e -> assertThat(e).isInstanceOf(OperationCancelledException.class)))
                        .get();
            }
        }
    }

    @Test
    void whoAwaitsWhileItClosesIsToldSo() throws Exception {
        File file = loop.openFile(ZERO).await();
        Pair pair = connected();
        AtomicInteger told = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        CountDownLatch waiting = new CountDownLatch(20);
        for (int i = 0; i < 20; i++) {
            threads.add(Thread.startVirtualThread(() -> {
                Buffer own = Buffer.allocate(8);
                try {
                    file.read(own, 0).await();
                    waiting.countDown();
                    pair.client().receive(own).await();
                } catch (AsynchronousCloseException | IllegalStateException e) {
                    told.incrementAndGet();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        waiting.await();
        loop.close();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(told).hasValue(20);
    }

    @Test
    void afterCloseEveryMethodSaysSo() {
        loop.close();
        List<ThrowingCallable> calls = List.of(
                () -> loop.execute(() -> {}),
                () -> loop.post(() -> {}),
                loop::run,
                loop::stop,
                () -> loop.turn(0),
                loop::nanosToNextDeadline,
                loop::descriptor,
                () -> loop.cancel(0),
                () -> loop.pool(1, 1),
                () -> loop.openFile(ZERO),
                () -> loop.openFile(ZERO, 0, 0),
                () -> loop.connect(LOOPBACK),
                () -> loop.listen(LOOPBACK),
                () -> loop.leases(1, 1));
        assertThat(calls)
                .allSatisfy(call ->
                        assertThatIllegalStateException().isThrownBy(call).withMessageContaining("closed"));
        assertThat(loop.description()).startsWith(driver);
        assertThat(loop.driverName()).isEqualTo(driver);
        assertThat(loop.counters().inFlight()).isZero();
        assertThat(loop.counters().toString()).contains("overflows 0");
    }

    @Test
    void onAnotherThreadTurningIsRefused() {
        List<ThrowingCallable> calls = List.of(
                loop::run, () -> loop.turn(0), loop::nanosToNextDeadline, loop::descriptor, () -> loop.cancel(0));
        assertThat(calls)
                .allSatisfy(call -> assertThatExceptionOfType(WrongThreadException.class)
                        .isThrownBy(call)
                        .withMessageContaining("the loop's thread"));
    }

    // ---- turned by its opener ----

    @Test
    void runEndsWhenItIsStopped() throws Exception {
        try (Loop own = Loop.open(options())) {
            AtomicInteger done = new AtomicInteger();
            own.post(done::incrementAndGet);
            own.post(own::stop);
            own.run();
            assertThat(done).hasValue(1);
            Thread.startVirtualThread(own::stop);
            own.run();
            own.stop();
            own.run();
        }
    }

    @Test
    void belongsToWhoOpenedIt() throws Exception {
        try (Loop own = Loop.open(options())) {
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                try {
                    own.close();
                    thrown.complete(null);
                } catch (WrongThreadException e) {
                    thrown.complete(e);
                }
            });
            assertThat(thrown.get()).isInstanceOf(WrongThreadException.class);
        }
    }

    @Test
    void doesNotOpenOnAVirtualThread() throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                Loop.open(options()).close();
                thrown.complete(null);
            } catch (IllegalStateException | IOException e) {
                thrown.complete(e);
            }
        });
        assertThat(thrown.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("Loop.start()");
    }

    @Test
    void aTurnWithoutAnythingToDoSaysSo() throws Exception {
        try (Loop own = Loop.open(options())) {
            own.turn(0);
            assertThat(own.turn(0)).isFalse();
            assertThat(own.turn(1_000_000)).isFalse();
            own.post(() -> {});
            assertThat(own.turn(-1)).isTrue();
        }
    }

    @Test
    void awaitTurnsTheLoop() throws Exception {
        try (Loop own = Loop.open(options())) {
            AtomicInteger done = new AtomicInteger();
            own.post(done::incrementAndGet);
            File file = own.openFile(ZERO).await();
            assertThat(file.read(buffer, 0).await()).isEqualTo(8);
            assertThat(done).hasValue(1);
        }
    }

    // ---- options ----

    @Test
    void aDriverThatIsUnknownIsNamedWithThoseThatAreKnown() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Loop.open(LoopOptions.defaults().driver("carrier pigeons")))
                .withMessageContaining("carrier pigeons")
                .withMessageContaining(driver);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Loop.start(LoopOptions.defaults().driver("carrier pigeons")));
    }

    @Test
    void hasOneEntryOrMore() {
        assertThatIllegalArgumentException().isThrownBy(() -> options().entries(0));
        assertThatIllegalArgumentException().isThrownBy(() -> options().entries(-1));
    }
}

package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.ferrule.testing.Jvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Virtual threads on the loop's own thread: in JVMs that were started with the flag for it. */
@Tag("subprocess")
@Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CarriedThreadsTest extends LoopContract {
    private static final String OPENED = "--add-opens=java.base/java.lang=io.ferrule";

    private void runs(Class<?> main) throws Exception {
        Jvm.Result result =
                Jvm.onModulePath(main).with(OPENED).arguments(driver).run();
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.out()).as(result.toString()).contains("good");
    }

    @Test
    void withoutTheFlagTheErrorNamesIt() {
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(loop::virtualThreads)
                .withMessageContaining("--add-opens java.base/java.lang=" + ours());
    }

    private static String ours() {
        Module module = Loop.class.getModule();
        return module.isNamed() ? module.getName() : "ALL-UNNAMED";
    }

    @Test
    void onTheClassPathTheFlagIsAnother() throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        Jvm.Result without = Jvm.onClassPath(OwnThread.class).arguments(driver).run();
        assertThat(without.err()).contains("--add-opens java.base/java.lang=ALL-UNNAMED");
        Jvm.Result with = Jvm.onClassPath(OwnThread.class)
                .with("--add-opens=java.base/java.lang=ALL-UNNAMED")
                .arguments(driver)
                .run();
        assertThat(with.out()).as(with.toString()).contains("good");
    }

    @Test
    void theyRunOnTheLoopsThreadAndWakeNobody() throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        runs(OwnThread.class);
    }

    @Test
    void aThousandOfThemMakeProgress() throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        runs(Many.class);
    }

    @Test
    void otherThreadsUnparkThem() throws Exception {
        runs(Unparked.class);
    }

    @Test
    void oneThatNeverParksKeepsNeitherTheOthersFromTheirWorkNorTheLoopFromClosing() throws Exception {
        runs(Yielding.class);
    }

    @Test
    void oneThatFindsAllInMemoryKeepsNeitherTheOthersFromTheirWorkNorTheLoopFromClosing() throws Exception {
        runs(Reading.class);
    }

    @Test
    void whatWaitsWhenTheLoopClosesIsToldSoAndEnds() throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        runs(Closing.class);
    }

    @Test
    void theyRunWhereAnotherFrameworkTurnsTheLoop() throws Exception {
        Drivers.need(driver, Drivers.Feature.DESCRIPTOR);
        runs(Embedded.class);
    }

    // ---- programs ----

    private static void check(boolean condition, Object what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    private static Loop start(String[] arguments) throws IOException {
        return Loop.start(LoopOptions.defaults().driver(arguments[0]));
    }

    /** Something to run that may throw. */
    private interface Work {
        void run() throws Exception;
    }

    private static void run(ThreadFactory factory, Work work) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        AtomicBoolean isStarted = new AtomicBoolean();
        factory.newThread(() -> {
                    try {
                        while (!isStarted.get()) {
                            Thread.yield(); // the loop's counters may still have to hear of the start
                        }
                        work.run();
                        done.complete(null);
                    } catch (Throwable e) {
                        done.completeExceptionally(e);
                    }
                })
                .start();
        isStarted.set(true);
        done.get();
    }

    static final class OwnThread {
        public static void main(String[] arguments) throws Exception {
            try (Loop loop = start(arguments)) {
                Listener listener = loop.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .await();
                run(loop.virtualThreads(), () -> {
                    Connection client = loop.connect(listener.localAddress()).await();
                    Connection server = listener.accept().await();
                    Buffer buffer = Buffer.allocate(8);
                    String carrier = Thread.currentThread().toString();
                    check(carrier.contains("@ferrule-loop-"), carrier);
                    long before = loop.counters().wakeUps();
                    for (int i = 0; i < 1_000; i++) {
                        client.sendFully(buffer, 0, 8).await();
                        check(server.receiveFully(buffer, 0, 8).await() == 8, "all");
                    }
                    long after = loop.counters().wakeUps();
                    check(after == before, after - before + " wake-ups");
                    check(Thread.currentThread().toString().equals(carrier), Thread.currentThread());
                });
            }
            System.out.println("good");
        }
    }

    static final class Many {
        public static void main(String[] arguments) throws Exception {
            try (Loop loop = start(arguments)) {
                VirtualThreadTest.Crowd.run(loop, 1_000, loop.virtualThreads());
            }
            System.out.println("good");
        }
    }

    static final class Unparked {
        public static void main(String[] arguments) throws Exception {
            try (Loop loop = start(arguments)) {
                SynchronousQueue<Integer> there = new SynchronousQueue<>();
                SynchronousQueue<Integer> back = new SynchronousQueue<>();
                loop.virtualThreads()
                        .newThread(() -> {
                            try {
                                for (; ; ) {
                                    back.put(there.take() + 1);
                                }
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        })
                        .start();
                for (int i = 0; i < 1_000; i++) {
                    there.put(i);
                    check(back.take() == i + 1, i);
                }
            }
            System.out.println("good");
        }
    }

    static final class Reading {
        public static void main(String[] arguments) throws Exception {
            Thread reading;
            try (Loop loop = start(arguments)) {
                ThreadFactory factory = loop.virtualThreads();
                File zeros = loop.openFile(Path.of("/dev/zero")).await();
                reading = factory.newThread(() -> {
                    Buffer buffer = Buffer.allocate(8);
                    try {
                        while (zeros.read(buffer, 0).await() == 8) {
                            buffer.put(0, (byte) 1);
                        }
                    } catch (IOException | IllegalStateException e) {
                        System.out.println("told: " + e.getMessage());
                    }
                });
                reading.start();
                for (int i = 0; i < 100; i++) {
                    run(
                            factory,
                            () -> loop.openFile(Path.of("/dev/null")).await().close());
                }
            }
            reading.join();
            System.out.println("good");
        }
    }

    static final class Yielding {
        public static void main(String[] arguments) throws Exception {
            AtomicBoolean stop = new AtomicBoolean();
            Thread yielding;
            try (Loop loop = start(arguments)) {
                ThreadFactory factory = loop.virtualThreads();
                yielding = factory.newThread(() -> {
                    while (!stop.get()) {
                        Thread.yield();
                    }
                });
                yielding.start();
                run(factory, () -> {
                    File file = loop.openFile(Path.of("/dev/zero")).await();
                    for (int i = 0; i < 100; i++) {
                        file.read(Buffer.allocate(8), 0).await();
                    }
                });
            }
            check(yielding.isAlive(), "somebody else runs it now");
            stop.set(true);
            yielding.join();
            System.out.println("good");
        }
    }

    static final class Closing {
        public static void main(String[] arguments) throws Exception {
            Loop loop = start(arguments);
            Listener listener = loop.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .await();
            CompletableFuture<Throwable> told = new CompletableFuture<>();
            Thread waiting = loop.virtualThreads().newThread(() -> {
                try {
                    listener.accept().await();
                } catch (AsynchronousCloseException e) {
                    told.complete(e);
                } catch (IOException e) {
                    told.completeExceptionally(e);
                }
            });
            waiting.start();
            while (waiting.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            // One of them may close the loop, though it cannot go on there.
            Thread closing = loop.virtualThreads().newThread(loop::close);
            closing.start();
            told.get();
            waiting.join();
            closing.join();
            check(loop.toString().contains("closed"), loop);
            System.out.println("good");
        }
    }

    static final class Embedded {
        public static void main(String[] arguments) throws Exception {
            try (Loop loop = Loop.open(LoopOptions.defaults().driver(arguments[0]));
                    io.ferrule.epoll.Epoll epoll = io.ferrule.epoll.Epoll.open()) {
                epoll.add(loop.descriptor(), io.ferrule.epoll.Epoll.EPOLLIN, null);
                boolean[] done = {false};
                File file = loop.openFile(Path.of("/dev/zero")).await();
                List<Thread> threads = List.of(loop.virtualThreads().newThread(() -> {
                    try {
                        for (int i = 0; i < 100; i++) {
                            file.read(Buffer.allocate(8), 0).await();
                            Thread.yield();
                        }
                        done[0] = true;
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                }));
                threads.forEach(Thread::start);
                while (!done[0]) {
                    epoll.await(5_000_000_000L);
                    check(epoll.next(), "nothing for 5 seconds");
                    loop.turn(0);
                }
            }
            System.out.println("good");
        }
    }
}

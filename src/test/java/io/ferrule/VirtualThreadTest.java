package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.testing.Jvm;
import io.ferrule.testing.Probes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Plain blocking calls on virtual threads. */
class VirtualThreadTest extends LoopContract {
    private static final int MANY = 1_000;

    private final Buffer buffer = Buffer.allocate(8);

    /** Runs something on a virtual thread, and throws what it throws. */
    private static void onVirtualThread(ThrowingRunnable work) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.startVirtualThread(() -> {
            try {
                work.run();
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        done.get();
    }

    @FunctionalInterface
    private interface ThrowingRunnable {
        void run() throws Exception;
    }

    @Test
    void awaitParksItsVirtualThread() throws Exception {
        Pair pair = connected();
        Thread thread = Thread.startVirtualThread(() -> {
            try {
                pair.client().receive(buffer).await();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        assertThat(buffer.isInFlight()).isTrue();
        send(pair.server(), "x");
        thread.join();
        assertThat(buffer.get(0)).isEqualTo((byte) 'x');
    }

    @Test
    void anInterruptCancelsItAndStaysSet() throws Exception {
        Pair pair = connected();
        CompletableFuture<Boolean> stayed = new CompletableFuture<>();
        Thread thread = Thread.startVirtualThread(() -> {
            try {
                pair.client().receive(buffer).await();
            } catch (OperationCancelledException e) {
                stayed.complete(Thread.currentThread().isInterrupted());
            } catch (IOException e) {
                stayed.completeExceptionally(e);
            }
        });
        while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        assertThat(stayed.get()).isTrue();
        assertThat(buffer.isInFlight()).isFalse();
    }

    @Test
    void aTimeLimitEndsIt() throws Exception {
        Pair pair = connected();
        onVirtualThread(() -> {
            try {
                pair.client().receive(buffer).within(Duration.ofMillis(5)).await();
                throw new AssertionError("nothing was sent");
            } catch (SocketTimeoutException e) {
                assertThat(buffer.isInFlight()).isFalse();
            }
        });
    }

    @Test
    void manyWaitAtOnce() throws Exception {
        Pair pair = connected();
        CountDownLatch over = new CountDownLatch(MANY);
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < MANY; i++) {
            Thread.startVirtualThread(() -> {
                try {
                    pair.client().receive(Buffer.allocate(1)).await();
                } catch (IOException e) {
                    failures.add(e);
                } finally {
                    over.countDown();
                }
            });
        }
        send(pair.server(), "x".repeat(MANY));
        over.await();
        assertThat(failures).isEmpty();
    }

    // ---- in JVMs of their own ----

    @Test
    @Tag("subprocess")
    @Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aThousandOnOneCarrierMakeProgress() throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        Jvm.Result result = Jvm.onModulePath(Crowd.class)
                .with("-Djdk.virtualThreadScheduler.parallelism=1", "-Djdk.virtualThreadScheduler.maxPoolSize=1")
                .arguments(driver, Integer.toString(MANY))
                .run();
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.out()).contains("all " + MANY + " came back");
    }

    @Test
    @Tag("subprocess")
    @Timeout(value = 90, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void nonePinsItsCarrier() throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        Probes.need(
                "module jdk.jfr",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.jfr",
                "-version");
        Jvm.Result result = Jvm.onModulePath(Pinning.class)
                .with("--add-modules", "jdk.jfr")
                .arguments(driver)
                .run();
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.out()).contains("pinned on purpose: true").contains("pinned by Ferrule: 0");
    }

    /** Virtual threads that send each other bytes, each over a connection of its own. */
    static final class Crowd {
        public static void main(String[] arguments) throws Exception {
            int size = Integer.parseInt(arguments[1]);
            try (Loop loop = Loop.start(LoopOptions.defaults().driver(arguments[0]))) {
                run(loop, size);
            }
            System.out.println("all " + size + " came back");
        }

        static void run(Loop loop, int size) throws Exception {
            run(loop, size, Thread.ofVirtual().factory());
        }

        static void run(Loop loop, int size, ThreadFactory factory) throws Exception {
            Listener listener = loop.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .await();
            AtomicInteger good = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            start(factory, threads, () -> serve(listener, size, factory, threads));
            for (int i = 0; i < size; i++) {
                byte mark = (byte) i;
                start(factory, threads, () -> {
                    try (Connection connection =
                                    loop.connect(listener.localAddress()).await();
                            Buffer buffer = Buffer.allocate(1)) {
                        for (int round = 0; round < 3; round++) {
                            buffer.put(0, mark);
                            connection.sendFully(buffer, 0, 1).await();
                            buffer.put(0, (byte) ~mark);
                            connection.receiveFully(buffer, 0, 1).await();
                            if (buffer.get(0) != mark) {
                                throw new AssertionError("not what was sent");
                            }
                        }
                        good.incrementAndGet();
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
            }
            for (int i = 0; ; i++) {
                Thread thread;
                synchronized (threads) {
                    if (i == threads.size()) {
                        break;
                    }
                    thread = threads.get(i);
                }
                thread.join();
            }
            if (good.get() != size) {
                throw new AssertionError(good + " of " + size + " came back");
            }
        }

        private static void start(ThreadFactory factory, List<Thread> threads, Runnable work) {
            Thread thread = factory.newThread(work);
            synchronized (threads) {
                threads.add(thread);
            }
            thread.start();
        }

        private static void serve(Listener listener, int size, ThreadFactory factory, List<Thread> threads) {
            try {
                for (int i = 0; i < size; i++) {
                    Connection connection = listener.accept().await();
                    start(factory, threads, () -> echo(connection));
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        private static void echo(Connection connection) {
            try (connection;
                    Buffer buffer = Buffer.allocate(16)) {
                for (int n = connection.receive(buffer).await();
                        n > 0;
                        n = connection.receive(buffer).await()) {
                    connection.sendFully(buffer, 0, n).await();
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Records every pinning while many threads wait. */
    static final class Pinning {
        public static void main(String[] arguments) throws Exception {
            AtomicInteger pinned = new AtomicInteger();
            try (Loop loop = Loop.start(LoopOptions.defaults().driver(arguments[0]))) {
                wait(loop); // loads classes, during which the JVM pins
                try (jdk.jfr.consumer.RecordingStream stream = new jdk.jfr.consumer.RecordingStream()) {
                    stream.enable("jdk.VirtualThreadPinned").withoutThreshold().withStackTrace();
                    stream.onEvent("jdk.VirtualThreadPinned", event -> {
                        pinned.incrementAndGet();
                        System.out.println(event);
                    });
                    stream.startAsync();
                    wait(loop);
                    stream.stop(); // delivers what has been recorded
                }
            }
            System.out.println("pinned by Ferrule: " + pinned);
            System.out.println("pinned on purpose: " + isSeen());
        }

        private static void wait(Loop loop) throws Exception {
            Crowd.run(loop, 50);
            Thread.startVirtualThread(() -> {
                        try (File file = loop.openFile(Path.of("/dev/zero")).await()) {
                            file.read(Buffer.allocate(8), 0).await();
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    })
                    .join();
        }

        /** Whether the recording would have shown it: a thread that waits within a class's initializer is pinned on every JDK. */
        private static boolean isSeen() throws InterruptedException {
            AtomicInteger pinned = new AtomicInteger();
            try (jdk.jfr.consumer.RecordingStream stream = new jdk.jfr.consumer.RecordingStream()) {
                stream.enable("jdk.VirtualThreadPinned").withoutThreshold();
                stream.onEvent("jdk.VirtualThreadPinned", event -> pinned.incrementAndGet());
                stream.startAsync();
                Thread.startVirtualThread(Waits::touch).join();
                stream.stop();
            }
            return pinned.get() > 0;
        }

        private static final class Waits {
            static {
                java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
            }

            static void touch() {}
        }
    }
}

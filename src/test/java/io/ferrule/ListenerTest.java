package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Descriptors;
import io.ferrule.testing.Jvm;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Accepting connections, one at a time and all that come. */
@Needs(Drivers.Feature.SOCKETS)
class ListenerTest extends LoopContract {
    private final BlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();
    private final CompletableFuture<StreamEnd> ended = new CompletableFuture<>();

    private void take(Connection connection, StreamEnd end) {
        if (end != null) {
            ended.complete(end);
        } else {
            accepted.add(connection);
        }
    }

    @Test
    void oneThatWaitsGetsTheNextConnection() throws Exception {
        Listener listener = listener();
        CompletableFuture<Connection> waiting = listener.accept().future();
        settle();
        assertThat(waiting).isNotDone();
        Connection client = loop.connect(listener.localAddress()).await();
        assertReaches(client, waiting.get());
    }

    @Test
    void allThatConnectAreAccepted() throws Exception {
        Listener listener = listener();
        Subscription all = listener.acceptAll(this::take);
        for (int i = 0; i < 20; i++) {
            Connection client = loop.connect(listener.localAddress()).await();
            Connection server = accepted.take();
            assertThat(server.remoteAddress()).isEqualTo(client.localAddress());
            assertReaches(client, server);
        }
        assertThat(all.isOver()).isFalse();
        assertThat(all.end()).isNull();
    }

    @Test
    void manyThatConnectAtOnceAreAllAccepted() throws Exception {
        Listener listener = listener();
        SocketAddress address = listener.localAddress();
        List<CompletableFuture<Connection>> clients = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            clients.add(loop.connect(address).future());
        }
        listener.acceptAll(this::take);
        for (CompletableFuture<Connection> client : clients) {
            client.get();
            accepted.take();
        }
        assertThat(accepted).isEmpty();
    }

    @Test
    void whoCancelsIsToldSoOnceAndTheListenerLivesOn() throws Exception {
        Listener listener = listener();
        Subscription all = listener.acceptAll(this::take);
        settle();
        all.cancel();
        assertThat(ended.get()).isEqualTo(new StreamEnd(StreamEnd.Reason.CANCELLED, null));
        assertThat(all.end()).isEqualTo(ended.get());
        all.cancel();
        Pair pair = connected(listener);
        assertReaches(pair.client(), pair.server());
        assertThat(accepted).isEmpty();
    }

    @Test
    void whoClosesTheListenerIsToldSo() throws Exception {
        Listener listener = listener();
        listener.acceptAll(this::take);
        settle();
        listener.close();
        assertThat(ended.get().reason()).isEqualTo(StreamEnd.Reason.CLOSED);
    }

    @Test
    void whoClosesTheLoopIsToldSo() throws Exception {
        Loop other = Loop.start(options());
        other.listen(LOOPBACK).await().acceptAll(this::take);
        other.close();
        assertThat(ended.get().reason()).isEqualTo(StreamEnd.Reason.CLOSED);
    }

    @Test
    void anAcceptIsCancelledWithItsListener() throws Exception {
        Listener listener = listener();
        CompletableFuture<Connection> waiting = listener.accept().future();
        settle();
        listener.close();
        assertThatThrownBy(waiting::get).cause().isInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void whatTheCallbackThrowsDoesNotEndIt() throws Exception {
        BlockingQueue<Throwable> uncaught = new LinkedBlockingQueue<>();
        onLoop(() -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> uncaught.add(e));
            return null;
        });
        Listener listener = listener();
        listener.acceptAll((connection, end) -> {
            throw new IllegalStateException("thrown by the test");
        });
        for (int i = 0; i < 3; i++) {
            loop.connect(listener.localAddress()).await();
            assertThat(uncaught.take()).hasMessage("thrown by the test");
        }
    }

    @Test
    void aConnectThatNobodyAnswersFailsInTime() throws Exception {
        Drivers.need(driver, Drivers.Feature.BACKLOG);
        Listener full =
                loop.listen(LOOPBACK, ListenOptions.defaults().backlog(0)).await();
        fill(full);
        long before = Descriptors.openTo("socket:.*");
        assertThatThrownBy(() -> loop.connect(full.localAddress())
                        .within(Duration.ofMillis(30))
                        .await())
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessageContaining(full.localAddress().toString());
        assertThat(Descriptors.openTo("socket:.*")).isEqualTo(before);
    }

    /** Connects until there is no place left: of a backlog of 0 the first takes the only one, but some time after it has been connected. */
    private static void fill(Listener listener) throws IOException {
        try {
            for (; ; ) {
                listener.loop()
                        .connect(listener.localAddress())
                        .within(Duration.ofMillis(30))
                        .await();
            }
        } catch (SocketTimeoutException e) {
            // Nobody answers any more.
        }
    }

    @Test
    void aConnectIsCancelledWithItsLoop() throws Exception {
        Drivers.need(driver, Drivers.Feature.BACKLOG);
        Loop other = Loop.start(options());
        Listener full =
                other.listen(LOOPBACK, ListenOptions.defaults().backlog(0)).await();
        fill(full);
        CompletableFuture<Connection> waiting =
                other.connect(full.localAddress()).future();
        on(other, () -> null);
        other.close();
        assertThatThrownBy(waiting::get).cause().isInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void aConnectInTimeIsNotCancelledLater() throws Exception {
        Listener listener = listener();
        Duration limit = Duration.ofSeconds(1);
        Connection client = loop.connect(listener.localAddress()).within(limit).await();
        CompletableFuture<Void> later = new CompletableFuture<>();
        onLoop(() -> loop.after(limit, () -> later.complete(null)));
        later.get();
        assertReaches(client, listener.accept().await());
    }

    @Test
    void listenersOfSeveralLoopsShareAnAddress() throws Exception {
        Loop other = keep(Loop.start(options()));
        ListenOptions shared = ListenOptions.defaults().reusePort(true);
        Listener first = loop.listen(LOOPBACK, shared).await();
        Listener second = other.listen(first.localAddress(), shared).await();
        BlockingQueue<Connection> acceptedByOther = new LinkedBlockingQueue<>();
        first.acceptAll(this::take);
        second.acceptAll((connection, end) -> {
            if (connection != null) {
                acceptedByOther.add(connection);
            }
        });
        int count = 0;
        while (accepted.isEmpty() || acceptedByOther.isEmpty()) {
            loop.connect(first.localAddress()).await(); // the kernel chooses by a hash of both addresses
            count++;
        }
        assertThat(count).isGreaterThanOrEqualTo(2);
        assertThat(accepted.take().loop()).isSameAs(loop);
        assertThat(acceptedByOther.take().loop()).isSameAs(other);
    }

    @Test
    @Tag("subprocess")
    void withoutADescriptorLeftConnectionsWaitAndTheListenerLivesOn() throws Exception {
        Jvm.Result result = Jvm.onModulePath(WithoutDescriptors.class)
                .under("prlimit", "--nofile=100")
                .arguments(driver)
                .run();
        assertThat(result.status()).as(result.toString()).isZero();
        assertThat(result.out())
                .contains("troubled: java.net.SocketException")
                .contains("EMFILE")
                .contains("raise the limit")
                .contains("accepted 5, ended null, rearmed true");
    }

    /** Connects five times when there are descriptors for the clients and none for the server; then makes room. */
    static final class WithoutDescriptors {
        private WithoutDescriptors() {}

        public static void main(String[] args) throws Exception {
            loadClasses();
            BlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();
            CompletableFuture<IOException> troubled = new CompletableFuture<>();
            try (Loop loop = Loop.start(LoopOptions.defaults().driver(args[0]))) {
                Listener listener = loop.listen(LOOPBACK).await();
                SocketAddress address = listener.localAddress();
                Subscription all = listener.acceptAll(new StreamCallback<>() {
                    @Override
                    public void next(Connection connection, StreamEnd end) {
                        if (connection != null) {
                            accepted.add(connection);
                        }
                    }

                    @Override
                    public void troubled(IOException error) {
                        troubled.complete(error);
                    }
                });
                connect(address).close();
                accepted.take().close();
                List<SocketChannel> clients = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                    clients.add(SocketChannel.open()); // it has its descriptor, unlike a new Socket
                }
                List<Fd> fillers = fill();
                for (SocketChannel client : clients) {
                    client.connect(address);
                }
                System.out.println("troubled: " + troubled.get());
                for (Fd each : fillers) {
                    each.close();
                }
                for (int i = 0; i < 5; i++) {
                    accepted.take().close();
                }
                System.out.println("accepted 5, ended " + all.end() + ", rearmed "
                        + (loop.counters().rearmed() > 0));
                for (SocketChannel client : clients) {
                    client.close();
                }
            }
        }

        /** The JVM needs a descriptor for each class that it finds in a folder. */
        private static void loadClasses() throws Exception {
            Path root = Path.of(System.getProperty("jdk.module.path"));
            try (Stream<Path> files = Files.walk(root.resolve("io/ferrule"))) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    String name = root.relativize(file).toString().replace('/', '.');
                    if (name.endsWith(".class") && !name.contains(".bindings.")) {
                        // Loaded is enough; some may be initialised only after a library that is not everywhere.
                        Class.forName(
                                name.substring(0, name.length() - ".class".length()),
                                false,
                                WithoutDescriptors.class.getClassLoader());
                    }
                }
            }
            SocketChannel.open().close();
        }

        private static Socket connect(SocketAddress address) throws IOException {
            InetSocketAddress internet = (InetSocketAddress) address;
            return new Socket(internet.getAddress(), internet.getPort());
        }

        private static List<Fd> fill() throws IOException {
            List<Fd> all = new ArrayList<>();
            all.add(Fd.open(Path.of("/dev/null"), LibC.O_RDONLY(), 0));
            try {
                for (; ; ) {
                    all.add(all.getFirst().duplicate());
                }
            } catch (ErrnoException e) {
                return all;
            }
        }
    }
}

package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/** What loops do alike on every driver: a test class that extends this one has a loop on a thread of its own, on each of them. */
@EveryDriver
@Timeout(value = LoopContract.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class LoopContract {
    /** Far longer than anything takes on a busy machine. */
    static final int SECONDS = 120;

    /** Any free port of this machine. */
    static final SocketAddress LOOPBACK = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @Parameter
    String driver;

    Loop loop;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    @BeforeEach
    void startLoop() throws IOException {
        Drivers.need(driver, getClass());
        loop = Loop.start(options());
    }

    @AfterEach
    @Timeout(SECONDS)
    void closeAll() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
        if (loop != null) { // skipped before
            loop.close();
        }
    }

    LoopOptions options() {
        return LoopOptions.defaults().driver(driver);
    }

    /** Closes it after the test. */
    <T extends AutoCloseable> T keep(T closeable) {
        opened.push(closeable);
        return closeable;
    }

    /** Does something on the loop's thread, and returns what came of it. */
    <T> T onLoop(Callable<T> work) throws Exception {
        return on(loop, work);
    }

    static <T> T on(Loop loop, Callable<T> work) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.post(() -> {
            try {
                result.complete(work.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result.get();
    }

    /** Returns when everything the loop was asked to do before has been handed to the driver. */
    void settle() throws Exception {
        onLoop(() -> null);
        onLoop(() -> null);
    }

    // ---- connections ----

    Listener listener() throws IOException {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        return loop.listen(LOOPBACK).await();
    }

    /** Both ends of a TCP connection. */
    Pair connected() throws IOException {
        return connected(listener());
    }

    Pair connected(Listener listener) throws IOException {
        Connection client = loop.connect(listener.localAddress()).await();
        return new Pair(client, listener.accept().await());
    }

    record Pair(Connection client, Connection server) {}

    static void send(Connection connection, String text) throws IOException {
        Buffer buffer = buffer(text);
        assertThat(connection.sendFully(buffer, 0, buffer.size()).await()).isEqualTo(buffer.size());
    }

    /** Receives exactly as many bytes as a text has. */
    static String receive(Connection connection, int length) throws IOException {
        Buffer buffer = Buffer.allocate(length);
        connection.receiveFully(buffer, 0, length).await();
        return buffer.getString(0, length, UTF_8);
    }

    static void assertReaches(Connection from, Connection to) throws IOException {
        send(from, "from one to the other");
        assertThat(receive(to, 21)).isEqualTo("from one to the other");
    }

    static Buffer buffer(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return Buffer.allocate(bytes.length).put(0, bytes, 0, bytes.length);
    }
}

package io.ferrule;

import io.ferrule.testing.Descriptors;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends back what it gets, in a JVM of its own, whose memory can be measured. For {@link ManyConnectionsTest}, which asks "memory", "sockets" and "wait"
 * on standard input, and gets a line each.
 */
final class ManyConnectionsServer {
    private static final int LEASES = 256;
    private static final int LEASE_SIZE = 1024;

    /** Connections that the listener has given and that are not closed. */
    private static final AtomicInteger OPEN = new AtomicInteger();

    private static final AtomicReference<Object> FAILURE = new AtomicReference<>("none");
    private static final Thread MAIN = Thread.currentThread();

    private ManyConnectionsServer() {}

    public static void main(String[] args) throws IOException {
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> failed(e));
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in));
        try (Loop loop = Loop.start(LoopOptions.defaults().driver(args[0]))) {
            BufferLeases leases = loop.leases(LEASES, LEASE_SIZE);
            Listener listener = loop.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .await();
            listener.acceptAll((connection, end) -> {
                if (connection != null) {
                    OPEN.incrementAndGet();
                    echo(connection, leases);
                } else if (end.isFailure()) {
                    failed(end.error());
                }
            });
            System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
            for (String question = questions.readLine(); question != null; question = questions.readLine()) {
                System.out.println(answer(question, leases));
            }
        }
        System.out.println(Descriptors.openTo("socket:.*") + " " + FAILURE);
    }

    private static void echo(Connection connection, BufferLeases leases) {
        connection.receiveAll(leases, (piece, end) -> {
            if (piece != null) {
                // Who sent it waits for it before sending more: no other piece can mix with it.
                connection.sendFully(piece, 0, piece.length()).start((bytes, error) -> {
                    piece.close();
                    if (error != null) {
                        failed(error);
                    }
                });
                return;
            }
            if (!end.isEndOfStream()) {
                failed(end);
            }
            connection.closeAsync().whenComplete((nothing, error) -> {
                if (error != null) {
                    failed(error);
                }
                if (OPEN.decrementAndGet() == 0) {
                    LockSupport.unpark(MAIN);
                }
            });
        });
    }

    private static void failed(Object what) {
        FAILURE.compareAndSet("none", what);
    }

    private static String answer(String question, BufferLeases leases) throws IOException {
        return switch (question) {
            case "memory" -> usedHeap() + " " + residentSet();
            case "sockets" -> String.valueOf(Descriptors.openTo("socket:.*"));
            case "wait" -> {
                while (OPEN.get() > 0) {
                    LockSupport.park();
                }
                yield leases.out() + " " + FAILURE;
            }
            default -> throw new IllegalArgumentException(question);
        };
    }

    private static long usedHeap() {
        System.gc();
        System.gc(); // of what the first one has queued for cleaning
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static long residentSet() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IOException("no VmRSS in /proc/self/status");
    }
}

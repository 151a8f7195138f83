package io.ferrule.examples.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.examples.EverySocketDriver;
import io.ferrule.examples.SocketDrivers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

/** What the server does alike on every driver: a test class that extends this one has a server of a directory, on each of them. */
@EverySocketDriver
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class FileServerContract {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /** No file beneath the directory has it, and one beside it does. */
    static final String SECRET = "must not be served";

    /** More than a buffer of the server's holds, and no whole number of anything. */
    static final int LARGE = (1 << 20) + 4321;

    @Parameter
    String driver;

    @TempDir
    Path folder;

    /** What is served. */
    Path root;

    FileServer server;

    final List<IOException> troubles = new ArrayList<>();
    private final List<FileServer> servers = new ArrayList<>();
    private final List<RawClient> clients = new ArrayList<>();

    /** What callbacks have thrown, which nobody else would hear of. */
    private final Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();

    private Thread.UncaughtExceptionHandler usual;

    @BeforeEach
    void hearOfWhatIsThrown() {
        usual = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> thrown.add(e));
    }

    @BeforeEach
    void startServer() throws IOException {
        root = Files.createDirectory(folder.resolve("root"));
        Files.writeString(folder.resolve("secret"), SECRET);
        Files.writeString(root.resolve("hello.txt"), "hello");
        Files.createFile(root.resolve("empty"));
        Files.write(root.resolve("large"), bytes(LARGE));
        server = start(plan());
    }

    FileServer.Plan plan() throws IOException {
        return FileServer.Plan.of(root);
    }

    FileServer start(FileServer.Plan plan) throws IOException {
        return start(plan, 1);
    }

    FileServer start(FileServer.Plan plan, int loops) throws IOException {
        FileServer started = FileServer.start(ANY_PORT, SocketDrivers.options(driver), plan, loops, troubles::add);
        servers.add(started);
        return started;
    }

    @AfterEach
    void stopServers() throws IOException {
        for (RawClient each : clients) {
            each.close();
        }
        servers.forEach(FileServer::close);
        Thread.setDefaultUncaughtExceptionHandler(usual);
        assertThat(thrown).isEmpty();
        assertThat(troubles).isEmpty();
    }

    // ---- clients ----

    RawClient client() throws IOException {
        return client(server);
    }

    RawClient client(FileServer of) throws IOException {
        RawClient client = new RawClient(of.address());
        clients.add(client);
        return client;
    }

    /** The answer to a request of these lines, on a connection of its own. */
    RawClient.Answer ask(String... lines) throws IOException {
        try (RawClient client = new RawClient(server.address())) {
            return client.request(lines).answer();
        }
    }

    RawClient.Answer get(String target) throws IOException {
        return ask("GET " + target + " HTTP/1.1");
    }

    static void assertServes(FileServer server) throws IOException {
        try (RawClient client = new RawClient(server.address())) {
            assertThat(client.request("GET /hello.txt HTTP/1.1").answer().text())
                    .isEqualTo("hello");
        }
    }

    static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}

package io.ferrule.examples.echo;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.LoopOptions;
import io.ferrule.examples.Program;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs as people run them: processes of their own. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EchoCommandTest {
    private static final Pattern LISTENS = Pattern.compile("echo server at /127.0.0.1:(\\d+); .*");

    @TempDir
    private Path directory;

    @Test
    void theClientSaysHowFastTheServerWas() throws Exception {
        Process server = Program.of("echo", "server", "--port", 0, "--driver", "epoll", "--style", "virtual")
                .startTalking();
        try {
            BufferedReader said = server.inputReader();
            String first = said.readLine();
            assertThat(first)
                    .matches(LISTENS)
                    .contains("driver epoll: the program asked for it; style virtual; 1 loop;");
            Matcher matcher = LISTENS.matcher(first);
            assertThat(matcher.matches()).isTrue();

            Program.Result client = Program.of(
                            "echo", "client", "--port", matcher.group(1), "--connections", 4, "--duration", "300ms")
                    .run();

            assertThat(client.err()).isEmpty();
            assertThat(client.status()).isZero();
            assertThat(client.out().lines().toList())
                    .satisfiesExactly(
                            line -> assertThat(line).startsWith("4 connections to localhost/127.0.0.1:"),
                            line -> assertThat(line)
                                    .matches(
                                            "[1-9][\\d,]* round trips in (0\\.[3-9]|[1-9]\\d*\\.\\d)\\d s: [\\d,]+/s, .*B/s each way"),
                            line -> assertThat(line)
                                    .matches("latency in microseconds: median [\\d.]+, 90% [\\d.]+, 99% [\\d.]+, "
                                            + "99.9% [\\d.]+, maximum [\\d.]+"));
        } finally {
            server.destroyForcibly();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"server", "client"})
    void aModelWithoutSocketsIsRefusedInOneSentence(String side) throws Exception {
        Program.Result result = Program.of("echo", side, "--driver", "mmap").run();

        assertThat(result.err())
                .matches("echo " + side + ": the driver of this loop, mmap, has no \\w+: take another, such as uring or"
                        + " epoll\n");
        assertThat(result.status()).isEqualTo(1);
    }

    @Test
    void ctrlCEndsTheServerInGoodOrder() throws Exception {
        Path socket = directory.resolve("socket");
        Process server =
                Program.of("echo", "server", "--unix", socket).heedingCtrlC().startTalking();
        try {
            BufferedReader said = server.inputReader();
            assertThat(said.readLine()).startsWith("echo server at " + socket);

            Program.run("kill", "-INT", String.valueOf(server.pid()));

            assertThat(said.readLine()).isEqualTo("echoed 0 B over 0 connections");
            assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(server.exitValue()).isEqualTo(130);
            assertThat(socket).doesNotExist();
        } finally {
            server.destroyForcibly();
        }
    }

    @Test
    void ctrlCEndsTheClientEarlyWithTheFiguresSoFar() throws Exception {
        List<IOException> troubles = new ArrayList<>();
        try (EchoServer server = EchoServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                LoopOptions.defaults(),
                Echo.Style.CALLBACK,
                1,
                troubles::add)) {
            Process client = Program.of(
                            "echo",
                            "client",
                            "--port",
                            ((InetSocketAddress) server.address()).getPort(),
                            "--duration",
                            "10m")
                    .heedingCtrlC()
                    .startTalking();
            try {
                while (server.tally().bytes() == 0) {
                    Thread.onSpinWait();
                }

                Program.run("kill", "-INT", String.valueOf(client.pid()));

                String said = new String(client.getInputStream().readAllBytes());
                assertThat(said).contains("round trips in ").contains("latency").hasLineCount(3);
                assertThat(client.waitFor(60, TimeUnit.SECONDS)).isTrue();
                assertThat(client.exitValue()).isEqualTo(130);
            } finally {
                client.destroyForcibly();
            }
        }
        assertThat(troubles).isEmpty();
    }

    // ---- refusals ----

    @Test
    void whereNobodyListensTheClientSaysSo() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }
        assertFailure(Program.of("echo", "client", "--port", free).run(), "client", 1, "ECONNREFUSED");
    }

    @Test
    void anAddressThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Program.Result result =
                    Program.of("echo", "server", "--port", taken.getLocalPort()).run();
            assertFailure(result, "server", 1, "EADDRINUSE");
            assertThat(result.err()).contains(":" + taken.getLocalPort());
        }
    }

    @Test
    void aFileWhereTheSocketIsToBeIsLeftAlone() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "mine");

        assertFailure(Program.of("echo", "server", "--unix", file).run(), "server", 1, "EADDRINUSE");

        assertThat(file).hasContent("mine");
    }

    @Test
    void aDriverThatIsNoneIsAUsageError() throws Exception {
        assertFailure(
                Program.of("echo", "server", "--port", 0, "--driver", "magic").run(),
                "server",
                2,
                "there is no driver \"magic\", only uring, epoll");
    }

    @Test
    void severalLoopsOnAUnixSocketAreAUsageError() throws Exception {
        Program.Result result = Program.of("echo", "server", "--unix", directory.resolve("socket"), "--loops", 2)
                .run();

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).startsWith("several loops share a port, and a Unix socket has none");
    }

    @Test
    void aDurationThatIsNoneIsAUsageError() throws Exception {
        Program.Result result =
                Program.of("echo", "client", "--duration", "soon").run();

        assertThat(result.status()).isEqualTo(2);
        assertThat(result.err()).contains("\"soon\" is no duration; 10s, 500ms and 2m are");
    }

    private static void assertFailure(Program.Result result, String command, int status, String reason) {
        assertThat(result.err())
                .startsWith("echo " + command + ": ")
                .contains(reason)
                .hasLineCount(1);
        assertThat(result.status()).isEqualTo(status);
    }
}

package io.ferrule.examples.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.examples.Program;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as people run it: a process of its own. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServeCommandTest {
    private static final Pattern SERVES =
            Pattern.compile("serving (.+) at http://localhost:(\\d+)/; (.*); Ctrl-C ends it");

    @TempDir
    private Path directory;

    @BeforeEach
    void writeFile() throws IOException {
        Files.writeString(directory.resolve("hello.txt"), "hello");
    }

    @Test
    void itServesUntilCtrlCAndSaysWhatItDid() throws Exception {
        Process server = Program.of("serve", directory, "--port", 0, "--driver", "epoll", "--loops", 2)
                .heedingCtrlC()
                .startTalking();
        try {
            BufferedReader said = server.inputReader();
            Matcher first = SERVES.matcher(said.readLine());
            assertThat(first.matches()).isTrue();
            assertThat(first.group(1)).isEqualTo(directory.toRealPath().toString());
            assertThat(first.group(3)).isEqualTo("driver epoll: the program asked for it; 2 loops; kept in by openat2");
            InetSocketAddress address =
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(first.group(2)));
            try (RawClient client = new RawClient(address)) {
                assertThat(client.request("GET /hello.txt HTTP/1.1").answer().text())
                        .isEqualTo("hello");
            }

            Program.run("kill", "-INT", String.valueOf(server.pid()));

            assertThat(said.readLine()).matches("answered 1 requests with \\d+ B over 1 connections");
            assertThat(said.readLine()).isNull();
            assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(server.exitValue()).isEqualTo(130);
        } finally {
            server.destroyForcibly();
        }
    }

    @Test
    void aDirectoryThatIsNotThereIsNamed() throws Exception {
        assertFailure(Program.of("serve", directory.resolve("none")).run(), 1, "/none: there is no such directory");
    }

    @Test
    void aFileIsNoDirectory() throws Exception {
        assertFailure(
                Program.of("serve", directory.resolve("hello.txt")).run(), 1, "/hello.txt: there is no such directory");
    }

    @Test
    void anAddressThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertFailure(
                    Program.of("serve", directory, "--port", taken.getLocalPort())
                            .run(),
                    1,
                    "EADDRINUSE");
        }
    }

    @Test
    void aDriverThatIsNoneIsAUsageError() throws Exception {
        assertFailure(Program.of("serve", directory, "--driver", "magic").run(), 2, "there is no driver \"magic\"");
    }

    @Test
    void aModelWithoutSocketsIsRefusedInOneSentence() throws Exception {
        assertFailure(
                Program.of("serve", directory, "--port", 0, "--driver", "mmap").run(),
                1,
                "the driver of this loop, mmap, has no listen: take another, such as uring or epoll");
    }

    @Test
    void whereLibuvIsMissingItSaysWhatToInstall() throws Exception {
        Program.Result result = Program.of("serve", directory, "--port", 0, "--driver", "libuv")
                .with("-Dferrule.libuv=libuv-absent.so.1")
                .run();

        assertFailure(result, 1, "there is no libuv-absent.so.1. Install it: apt-get install libuv1");
    }

    @Test
    void aLimitThatIsNoneIsAUsageError() throws Exception {
        assertFailure(Program.of("serve", directory, "--connections", 0).run(), 2, "limits are 1 or more");
        assertFailure(
                Program.of("serve", directory, "--idle-time", "0s").run(), 2, "a time limit is more than nothing");
    }

    private static void assertFailure(Program.Result result, int status, String reason) {
        assertThat(result.err()).startsWith("serve: ").contains(reason).hasLineCount(1);
        assertThat(result.status()).isEqualTo(status);
    }
}

package io.ferrule.examples.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that take their time, take too much, or go: the others do not notice. */
class SlowClientsTest extends FileServerContract {
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofMinutes(10);

    /** Far more than sockets hold. */
    private static final long HUGE = 200 << 20;

    private Path huge;

    @BeforeEach
    void writeHugeFile() throws IOException {
        huge = root.resolve("huge");
        try (var file = Files.newByteChannel(
                huge, java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.WRITE)) {
            file.position(HUGE - 1).write(java.nio.ByteBuffer.allocate(1));
        }
    }

    private FileServer withTimes(Duration head, Duration idle, Duration send) throws IOException {
        return start(plan().limits(Limits.defaults().times(head, idle, send)));
    }

    /** How many descriptors this process has open to a file. */
    private static long openTo(Path file) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(each -> {
                        try {
                            return Files.readSymbolicLink(each).equals(file);
                        } catch (IOException e) {
                            return false; // closed meanwhile
                        }
                    })
                    .count();
        }
    }

    private static void awaitNoneOpen(FileServer server, Path file) throws IOException {
        while (server.tally().open() > 0 || openTo(file) > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whoSendsARequestTooSlowlyIsToldSo() throws IOException {
        FileServer strict = withTimes(SHORT, LONG, LONG);
        RawClient client = client(strict).send("GET /hello.txt HTTP/1.1\r\nHo");
        assertThat(client.answer().status()).isEqualTo(408);
        assertThat(client.rest()).isEmpty();
    }

    /** The time is for the whole request: that something comes now and then does not help. */
    @Test
    void whoSendsAByteNowAndThenIsToldSoToo() throws IOException {
        FileServer strict = withTimes(SHORT, LONG, LONG);
        RawClient client = client(strict).send("GET /hello.txt HTTP/1.1\r\nX: ");
        Thread drip = Thread.startVirtualThread(() -> {
            try {
                while (true) {
                    client.send("x");
                    Thread.sleep(20);
                }
            } catch (IOException | InterruptedException e) {
                // it is over
            }
        });
        assertThat(client.answer().status()).isEqualTo(408);
        drip.interrupt();
    }

    @Test
    void whoSendsOnlyEmptyLinesIsToldSoToo() throws IOException {
        FileServer strict = withTimes(SHORT, LONG, LONG);
        assertThat(client(strict).send("\r\n\r\n").answer().status()).isEqualTo(408);
    }

    @Test
    void aBodyThatDoesNotComeIsNotWaitedForEither() throws IOException {
        FileServer strict = withTimes(SHORT, LONG, LONG);
        RawClient client = client(strict).request("GET /hello.txt HTTP/1.1", "Content-Length: 10");
        assertThat(client.answer().status()).isEqualTo(408);
    }

    @Test
    void whoAsksForNothingIsSentAway() throws IOException {
        FileServer strict = withTimes(LONG, SHORT, LONG);
        assertThat(client(strict).rest()).isEmpty();

        assertThat(whoIsAnswered(strict).rest()).isEmpty();
    }

    /** Asks at once; on a busy machine that may be too late, and another asks. */
    private RawClient whoIsAnswered(FileServer strict) throws IOException {
        for (; ; ) {
            RawClient client = client(strict);
            try {
                assertThat(client.request("GET /hello.txt HTTP/1.1").answer().text())
                        .isEqualTo("hello");
                return client;
            } catch (EOFException | SocketException e) {
                // It has been sent away before.
            }
        }
    }

    @Test
    void slowClientsDoNotStopOthers() throws IOException {
        List<RawClient> slow = new ArrayList<>();
        for (int i = 0; i < 300; i++) { // each kind is more than there are buffers
            RawClient client = new RawClient(server.address(), 4096);
            slow.add(client);
            switch (i % 3) {
                case 0 -> client.send("GET /hello.txt HTTP/1.1\r\nHos");
                case 1 -> client.request("GET /huge HTTP/1.1"); // and takes nothing of it
                default -> client.send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".repeat(300));
            }
        }
        for (int i = 0; i < 20; i++) {
            assertServes(server);
        }
        assertThat(get("/large").body()).isEqualTo(bytes(LARGE));
        for (RawClient each : slow) {
            each.close();
        }
        awaitNoneOpen(server, huge);
        awaitNoneOpen(server, root.resolve("large"));
    }

    @Test
    void whoDoesNotTakeItsAnswerIsCutOff() throws IOException {
        for (boolean zeroCopy : new boolean[] {true, false}) {
            FileServer strict =
                    start(plan().zeroCopy(zeroCopy).limits(Limits.defaults().times(LONG, LONG, SHORT)));
            RawClient client = client(strict).request("GET /huge HTTP/1.1");
            awaitBroken(strict);
            assertThat(client.drain()).isLessThan(HUGE);
            awaitNoneOpen(strict, huge);
        }
    }

    private static void awaitBroken(FileServer server) {
        while (server.tally().broken() == 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whoGoesInTheMiddleLeavesNothingOpen() throws IOException {
        for (boolean zeroCopy : new boolean[] {true, false}) {
            FileServer each = start(plan().zeroCopy(zeroCopy));
            for (int i = 0; i < 10; i++) {
                RawClient client = client(each).request("GET /huge HTTP/1.1");
                client.in().readNBytes(1 << 20);
                if (i % 2 == 0) {
                    client.vanish();
                } else {
                    client.close();
                }
            }
            awaitNoneOpen(each, huge);
            assertThat(each.tally().broken()).isEqualTo(10);
            assertServes(each);
        }
    }

    @Test
    void whoGoesBeforeItsRequestIsWholeLeavesNothingOpen() throws IOException {
        client().close();
        client().send("GET /hel").close();
        client().vanish();
        awaitNoneOpen(server, huge);
        assertServes(server);
        assertThat(server.tally().broken()).isZero();
    }

    @Test
    void connectionsBeyondTheLimitAreClosedAtOnce() throws IOException {
        FileServer small = start(plan().limits(Limits.defaults().connections(3)));
        List<RawClient> guests = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            RawClient client = client(small);
            assertThat(client.request("GET /hello.txt HTTP/1.1").answer().text())
                    .isEqualTo("hello");
            guests.add(client);
        }
        assertThat(client(small).rest()).isEmpty();
        assertThat(small.tally().turnedAway()).isOne();

        guests.getFirst().close();
        while (small.tally().open() == 3) {
            Thread.onSpinWait();
        }
        assertServes(small);
    }

    @Test
    void closingTheServerWhileManyAnswersAreUnderwayIsQuiet() throws Exception {
        for (boolean zeroCopy : new boolean[] {true, false, true}) {
            FileServer busy = start(plan().zeroCopy(zeroCopy));
            List<Thread> takers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                RawClient client = client(busy);
                client.send((i % 2 == 0 ? "GET /huge" : "GET /") + " HTTP/1.1\r\nHost: a\r\n\r\n");
                client.in().read();
                client.send("GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n".repeat(100));
                // Not a virtual thread: one that always has something to read would leave no processor to the server's
                // own.
                takers.add(Thread.ofPlatform().daemon().start(client::drain));
            }

            busy.close();

            for (Thread each : takers) {
                each.join(); // what it took came to an end
            }
            assertThat(busy.tally().open()).isZero();
        }
    }

    @Test
    void closingTheServerEndsWhateverConnectionsAreAt() throws IOException {
        RawClient idle = client();
        assertThat(idle.request("GET /hello.txt HTTP/1.1").answer().text()).isEqualTo("hello");
        RawClient half = client().send("GET /");
        RawClient taking = client().request("GET /huge HTTP/1.1");
        taking.in().readNBytes(1000);

        server.close();

        assertThat(idle.rest()).isEmpty();
        assertThat(half.rest()).isEmpty();
        assertThat(taking.drain()).isLessThan(HUGE);
        assertThat(openTo(huge)).isZero();
    }
}

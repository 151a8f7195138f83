package io.ferrule.examples.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

/** One request after the other, or all at once, on a connection. */
class ConnectionsTest extends FileServerContract {
    private static final String GET = "GET /hello.txt HTTP/1.1\r\nHost: test\r\n\r\n";

    @Test
    void aConnectionServesManyRequests() throws IOException {
        RawClient client = client();
        for (int i = 0; i < 100; i++) {
            assertThat(client.send(GET).answer().text()).isEqualTo("hello");
        }
        assertThat(server.tally().requests()).isEqualTo(100);
    }

    @Test
    void requestsThatComeAtOnceAreAnsweredInTurn() throws IOException {
        RawClient client = client();
        client.send(("GET /large HTTP/1.1\r\nHost: a\r\n\r\n" + GET + "GET /none HTTP/1.1\r\nHost: a\r\n\r\n"
                + "HEAD /large HTTP/1.1\r\nHost: a\r\n\r\n" + GET));
        assertThat(client.answer().body()).isEqualTo(bytes(LARGE));
        assertThat(client.answer().text()).isEqualTo("hello");
        assertThat(client.answer().status()).isEqualTo(404);
        assertThat(client.headAnswer().status()).isEqualTo(200);
        assertThat(client.answer().text()).isEqualTo("hello");
    }

    /** Far more than the server keeps: it leaves off receiving, and goes on later. */
    @Test
    void thousandsOfRequestsThatComeAtOnceAreAllAnswered() throws Exception {
        int requests = 5000;
        RawClient client = client();
        Thread sender = Thread.startVirtualThread(() -> {
            try {
                client.send(GET.repeat(requests));
            } catch (IOException e) {
                // who reads finds out
            }
        });
        for (int i = 0; i < requests; i++) {
            assertThat(client.answer().text()).as("answer %d", i).isEqualTo("hello");
        }
        sender.join();
    }

    @Test
    void aRequestMayComeByteByByte() throws IOException {
        RawClient client = client();
        for (byte each : GET.getBytes()) {
            client.send(new byte[] {each});
        }
        assertThat(client.answer().text()).isEqualTo("hello");
    }

    @Test
    void emptyLinesBeforeARequestDoNotMatter() throws IOException {
        assertThat(client().send("\r\n\r\n" + GET).answer().text()).isEqualTo("hello");
    }

    @Test
    void whoWantsTheConnectionClosedHasItClosed() throws IOException {
        RawClient client = client();
        client.request("GET /hello.txt HTTP/1.1", "Connection: close");
        assertThat(client.answer().fields()).containsEntry("connection", "close");
        assertThat(client.rest()).isEmpty();
    }

    @Test
    void whatFollowsAfterTheLastRequestIsNotAnswered() throws IOException {
        RawClient client = client();
        client.send("GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + GET.repeat(100));
        assertThat(client.answer().body()).isEqualTo(bytes(LARGE));
        assertThat(client.rest()).isEmpty();
        assertThat(server.tally().requests()).isOne();
    }

    @Test
    void anOldClientsConnectionIsClosedUnlessItAsks() throws IOException {
        RawClient client = client().request("GET /hello.txt HTTP/1.0");
        assertThat(client.answer().text()).isEqualTo("hello");
        assertThat(client.rest()).isEmpty();

        RawClient asking = client();
        for (int i = 0; i < 2; i++) {
            asking.send("GET /hello.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            assertThat(asking.answer().fields()).containsEntry("connection", "keep-alive");
        }
    }

    @Test
    void whoSendsNoMoreGetsWhatItAskedFor() throws IOException {
        RawClient client = client().send("GET /large HTTP/1.1\r\nHost: a\r\n\r\n" + GET);
        client.sendsNoMore();
        assertThat(client.answer().body()).isEqualTo(bytes(LARGE));
        assertThat(client.answer().text()).isEqualTo("hello");
        assertThat(client.rest()).isEmpty();
    }

    @Test
    void aSmallBodyIsThrownAway() throws IOException {
        RawClient client = client();
        client.send("GET /hello.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nGET / HTT" + GET);
        assertThat(client.answer().text()).isEqualTo("hello");
        assertThat(client.answer().text()).isEqualTo("hello");
        client.send(
                "GET /hello.txt HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" + GET);
        assertThat(client.answer().text()).isEqualTo("hello");
        assertThat(client.answer().text()).isEqualTo("hello");
    }

    /** And hears of it, although it is still sending: the connection is not cut before that. */
    @Test
    void whoSendsALargeBodyIsRefused() throws Exception {
        RawClient client = client();
        client.send("POST /hello.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + "x".repeat(100_000));
        assertThat(client.answer().status()).isEqualTo(413);
        client.sendsNoMore();
        assertThat(client.rest()).isEmpty();

        RawClient chunked = client();
        chunked.send("POST /hello.txt HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + ("1000\r\n" + "x".repeat(0x1000) + "\r\n").repeat(17));
        assertThat(chunked.answer().status()).isEqualTo(413);
    }

    @Test
    void whoAsksBeforeItSendsABodyIsToldNotTo() throws IOException {
        RawClient client = client();
        client.request("PUT /hello.txt HTTP/1.1", "Content-Length: 5", "Expect: 100-continue");
        assertThat(client.answer().status()).isEqualTo(417);
    }
}

package io.ferrule.examples.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class RequestReaderTest {
    private static final String FIRST =
            "GET /a?b HTTP/1.1\r\nHost: h\r\nRange: bytes=1-2\r\nif-none-match: \"x\"\r\nIf-None-Match: \"y\"\r\n\r\n";
    private static final String SECOND = "HEAD /c HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nxyz";

    private final RequestReader reader = new RequestReader(Limits.defaults());

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }

    private void assertFirst() {
        assertThat(reader.refusal()).isZero();
        Request request = reader.request();
        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.target()).isEqualTo("/a?b");
        assertThat(request.range()).isEqualTo("bytes=1-2");
        assertThat(request.ifNoneMatch()).isEqualTo("\"x\", \"y\"");
        assertThat(request.isKeptAlive()).isTrue();
        assertThat(request.isOld()).isFalse();
    }

    private void assertSecond() {
        assertThat(reader.refusal()).isZero();
        Request request = reader.request();
        assertThat(request.isHead()).isTrue();
        assertThat(request.target()).isEqualTo("/c");
        assertThat(request.range()).isNull();
        assertThat(request.ifNoneMatch()).isNull();
        assertThat(request.isKeptAlive()).isTrue();
        assertThat(request.isOld()).isTrue();
    }

    @Test
    void itStopsAtTheEndOfARequest() {
        ByteBuffer both = bytes(FIRST + SECOND);
        assertThat(reader.read(both)).isTrue();
        assertThat(both.position()).isEqualTo(FIRST.length());
        assertFirst();
        reader.reset();
        assertThat(reader.hasBegun()).isFalse();
        assertThat(reader.read(both)).isTrue();
        assertThat(both.hasRemaining()).isFalse();
        assertSecond();
    }

    @Test
    void itMakesNoDifferenceWhereTheBytesAreCut() {
        String both = FIRST + SECOND;
        for (int cut = 1; cut < both.length(); cut++) {
            RequestReader each = new RequestReader(Limits.defaults());
            StringBuilder seen = new StringBuilder();
            for (ByteBuffer part : new ByteBuffer[] {bytes(both.substring(0, cut)), bytes(both.substring(cut))}) {
                while (part.hasRemaining()) {
                    if (each.read(part)) {
                        assertThat(each.refusal()).as("cut at %d", cut).isZero();
                        seen.append(each.request().method())
                                .append(each.request().target())
                                .append(each.request().ifNoneMatch());
                        each.reset();
                    }
                }
            }
            assertThat(seen.toString()).as("cut at %d", cut).isEqualTo("GET/a?b\"x\", \"y\"HEAD/cnull");
        }
    }

    @Test
    void aRequestThatIsGivenUpIsRefused() {
        assertThat(reader.read(bytes("GET /"))).isFalse();
        assertThat(reader.hasBegun()).isTrue();
        reader.abandon();
        assertThat(reader.refusal()).isEqualTo(408);
    }

    @Test
    void whatIsRefusedSaysNothingOfTheRequestBefore() {
        assertThat(reader.read(bytes("HEAD /c HTTP/1.0\r\n\r\n"))).isTrue();
        reader.reset();
        assertThat(reader.read(bytes("nonsense\r\n"))).isTrue();
        assertThat(reader.refusal()).isEqualTo(400);
        assertThat(reader.request().isHead()).isFalse();
    }
}

package io.ferrule.examples.serve;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is no request is refused, and no request leads out of the directory. */
class HostileClientsTest extends FileServerContract {
    private static final int ROUNDS = 400;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");

    /** Of requests that are wrong, by what is wrong with them. */
    private static Map<String, String> malformed() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("nothing but a method", "GET\r\n\r\n");
        all.put("no version", "GET /hello.txt\r\n\r\n");
        all.put("no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n");
        all.put("no host", "GET /hello.txt HTTP/1.1\r\n\r\n");
        all.put("two hosts", head("Host: b"));
        all.put("a host that is none", "GET /hello.txt HTTP/1.1\r\nHost: a b\r\n\r\n");
        all.put("a version that is none", "GET /hello.txt HTTP/x\r\nHost: a\r\n\r\n");
        all.put("another protocol", "GET /hello.txt ICY/1.1\r\nHost: a\r\n\r\n");
        all.put("more than a version", "GET /hello.txt HTTP/1.1 x\r\nHost: a\r\n\r\n");
        all.put("a blank first", " GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n");
        all.put("tabs for blanks", "GET\t/hello.txt\tHTTP/1.1\r\nHost: a\r\n\r\n");
        all.put("a method that is none", "G{T /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n");
        all.put("lines that end with LF", "GET /hello.txt HTTP/1.1\nHost: a\n\n");
        all.put("a line that ends with CR", "GET /hello.txt HTTP/1.1\rHost: a\r\r");
        all.put("a field without colon", head("nothing"));
        all.put("a field without name", head(": x"));
        all.put("a blank before the colon", head("X : y"));
        all.put("a blank before the name", head(" X: y"));
        all.put("a folded field", head("X: y\r\n z"));
        all.put("a name that is none", head("X(Y): z"));
        all.put("a NUL in a field", head("X: a\0b"));
        all.put("a NUL in the target", "GET /hello.txt\0 HTTP/1.1\r\nHost: a\r\n\r\n");
        all.put("a NUL in the method", "G\0T /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n");
        all.put("a length that is none", head("Content-Length: x"));
        all.put("a negative length", head("Content-Length: -1"));
        all.put("a signed length", head("Content-Length: +1"));
        all.put("an endless length", head("Content-Length: 99999999999999999999999"));
        all.put("two lengths", head("Content-Length: 1\r\nContent-Length: 2"));
        all.put("a list of lengths", head("Content-Length: 1, 1"));
        all.put("a length and chunks", head("Content-Length: 5\r\nTransfer-Encoding: chunked"));
        all.put("chunks and a length", head("Transfer-Encoding: chunked\r\nContent-Length: 5"));
        all.put("a coding that is not known", head("Transfer-Encoding: gzip"));
        all.put("chunks of chunks", head("Transfer-Encoding: chunked, chunked"));
        all.put("chunks that are not last", head("Transfer-Encoding: chunked, gzip"));
        all.put("a chunk that is none", head("Transfer-Encoding: chunked") + "x\r\n");
        all.put("a chunk with a sign", head("Transfer-Encoding: chunked") + "-1\r\n");
        all.put("a chunk that ends too late", head("Transfer-Encoding: chunked") + "1\r\nab\r\n0\r\n\r\n");
        all.put("a long target", "GET /" + "x".repeat(10_000) + " HTTP/1.1\r\nHost: a\r\n\r\n");
        all.put("a long method", "G".repeat(10_000) + " / HTTP/1.1\r\nHost: a\r\n\r\n");
        all.put("a long field", head("X: " + "x".repeat(10_000)));
        all.put("a long name", head("X".repeat(10_000) + ": x"));
        all.put("many fields", head("X: y\r\n".repeat(150) + "X: y"));
        all.put("many empty lines", "\r\n".repeat(10_000));
        all.put("a greeting of TLS", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003");
        all.put("another language", "SSH-2.0-OpenSSH_9.6\r\n");
        all.put("no path", "GET hello.txt HTTP/1.1\r\nHost: a\r\n\r\n");
        all.put("a star", "GET * HTTP/1.1\r\nHost: a\r\n\r\n");
        all.put("only a host", "GET http://host HTTP/1.1\r\nHost: a\r\n\r\n");
        all.put("a file's URL", "GET file:///etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n");
        all.put("a fragment", "GET /hello.txt#x HTTP/1.1\r\nHost: a\r\n\r\n");
        all.put("bytes beyond ASCII", "GET /hello\u00e9.txt HTTP/1.1\r\nHost: a\r\n\r\n");
        all.put("somebody to connect to", "CONNECT host:22 HTTP/1.1\r\nHost: a\r\n\r\n");
        return all;
    }

    private static String head(String fields) {
        return "GET /hello.txt HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n";
    }

    /** Targets that lead out of the directory, or would with a server that decodes twice or not strictly. */
    private static final List<String> LEADING_OUT = List.of(
            "/../secret",
            "/..",
            "/../",
            "/sub/../../secret",
            "/sub/..",
            "/./hello.txt",
            "/%2e%2e/secret",
            "/%2E%2e/secret",
            "/.%2e/secret",
            "/%2e./secret",
            "/..%2fsecret",
            "/..%2Fsecret",
            "/%2e%2e%2fsecret",
            "/%2fetc/passwd",
            "/sub%2f..%2f..%2fsecret",
            "/..%5csecret",
            "/..\\secret",
            "/%5c..%5csecret",
            "/%252e%252e/secret",
            "/%252e%252e%252fsecret",
            "/..%252fsecret",
            "/%c0%ae%c0%ae/secret",
            "/%c0%ae%c0%ae%c0%afsecret",
            "/..%c0%afsecret",
            "/%e0%80%ae%e0%80%ae/secret",
            "/%uff0e%uff0e/secret",
            "/..;/secret",
            "/.../secret",
            "/....//secret",
            "//etc/passwd",
            "///etc/passwd",
            "//secret",
            "/sub//../secret",
            "/hello.txt%00",
            "/hello.txt%00.html",
            "/../secret%00.txt",
            "/%00",
            "/hello.txt%0a",
            "/hello.txt%0d%0aX:%20y",
            "/%",
            "/%2",
            "/%zz",
            "/%-1",
            "/link-up",
            "/link-absolute",
            "/link-folder/secret",
            "/link-folder/",
            "/link-folder",
            "/link-root/etc/passwd",
            "/link-to-link",
            "/link-loop",
            "/sub/link-deep/secret",
            "/proc/self/environ",
            "http://host/../secret",
            "http://host/%2e%2e/secret",
            "http://../secret/..",
            "/..?secret");

    @BeforeEach
    void setTraps() throws IOException {
        Files.createDirectory(root.resolve("sub"));
        Files.writeString(root.resolve("sub/file"), "below");
        Files.createSymbolicLink(root.resolve("link-up"), Path.of("../secret"));
        Files.createSymbolicLink(root.resolve("link-absolute"), folder.resolve("secret"));
        Files.createSymbolicLink(root.resolve("link-folder"), folder);
        Files.createSymbolicLink(root.resolve("link-root"), Path.of("/"));
        Files.createSymbolicLink(root.resolve("link-to-link"), Path.of("link-up"));
        Files.createSymbolicLink(root.resolve("link-loop"), Path.of("link-loop"));
        Files.createSymbolicLink(root.resolve("sub/link-deep"), Path.of("../.."));
        Files.createSymbolicLink(root.resolve("sub/link-inside"), Path.of("../hello.txt"));
    }

    /** Or JUnit would warn, of each test, that it deletes a link to the root. */
    @AfterEach
    void removeTrap() throws IOException {
        Files.deleteIfExists(root.resolve("link-root"));
    }

    @Test
    void whatIsNoRequestIsRefusedAndNothingElse() throws IOException {
        for (Map.Entry<String, String> each : malformed().entrySet()) {
            RawClient client = client().send(each.getValue());
            client.sendsNoMore();
            String answer = client.rest();
            if (!answer.isEmpty()) { // no line was ever complete: there is nothing to answer
                assertThat(answer).as(each.getKey()).startsWith("HTTP/1.1 4");
                assertThat(answer)
                        .as(each.getKey())
                        .containsOnlyOnce("HTTP/1.1")
                        .doesNotContain("\r\n\r\nhello");
            } else {
                assertThat(each.getValue()).as(each.getKey()).doesNotContain("\r\n\r\n");
            }
        }
        assertServes(server);
    }

    @Test
    void whatIsTooLongIsSaidToBe() throws IOException {
        assertThat(client().send(malformed().get("a long target")).answer().status())
                .isEqualTo(414);
        assertThat(client().send(malformed().get("a long field")).answer().status())
                .isEqualTo(431);
        assertThat(client().send(malformed().get("many fields")).answer().status())
                .isEqualTo(431);
    }

    @Test
    void anotherVersionIsNotSupported() throws IOException {
        assertThat(client().send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").answer().status())
                .isEqualTo(505);
    }

    /** A client may send for ever without ending a line. */
    @Test
    void anEndlessFieldIsCutOff() throws Exception {
        RawClient client = client().send("GET /hello.txt HTTP/1.1\r\nHost: a\r\nX: ");
        Thread sender = Thread.ofPlatform().daemon().start(() -> {
            try {
                while (true) {
                    client.send("x".repeat(1000));
                }
            } catch (IOException e) {
                // cut off
            }
        });
        sender.join();
        assertServes(server);
    }

    @Test
    void noTargetLeadsOut() throws IOException {
        for (String target : LEADING_OUT) {
            RawClient.Answer answer = get(target);
            assertThat(answer.status()).as(target).isBetween(400, 499);
            assertThat(answer.text()).as(target).doesNotContain(SECRET).doesNotContain("root:");
        }
        assertThat(server.tally().broken()).isZero();
        assertServes(server);
    }

    @Test
    void aSymbolicLinkThatStaysInsideIsFollowed() throws IOException {
        assertThat(get("/sub/link-inside").text()).isEqualTo("hello");
    }

    /** Whoever may write beneath the directory and wins a race still gets nothing from outside, where the kernel keeps the server in. */
    @Test
    void aLinkThatChangesMeanwhileMakesNoDifference() throws Exception {
        if (!server.description().endsWith("openat2")) {
            org.junit.jupiter.api.Assumptions.abort(
                    "the " + driver
                            + " driver opens no files beneath a directory: real paths keep the server in, and those can change meanwhile");
        }
        Path inside = Files.writeString(root.resolve("inside"), "inside");
        Path changing = root.resolve("changing");
        Path next = root.resolve("next");
        Thread changer = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; !Thread.interrupted(); i++) {
                    Files.createSymbolicLink(next, i % 2 == 0 ? inside.getFileName() : Path.of("../secret"));
                    Files.move(next, changing, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        try {
            RawClient client = client();
            int served = 0;
            for (int i = 0; i < 2000 || served == 0; i++) {
                RawClient.Answer answer =
                        client.request("GET /changing HTTP/1.1").answer();
                assertThat(answer.text()).doesNotContain(SECRET);
                served += answer.status() == 200 ? 1 : 0;
            }
        } finally {
            changer.interrupt();
            changer.join();
        }
    }

    // ---- at random ----

    @Test
    void noTargetOfRandomPiecesLeadsOut() throws IOException {
        String[] pieces = {
            "..",
            ".",
            "%2e%2e",
            "%2e",
            ".%2E",
            "%2f",
            "%2F",
            "%5c",
            "\\",
            "%00",
            "%c0%ae",
            "%252e",
            "sub",
            "secret",
            "link-up",
            "link-folder",
            "link-root",
            "link-deep",
            "root",
            "hello.txt",
            "file",
            "etc",
            "passwd",
            "",
            ";",
            "?",
            "%",
            "...",
            "~"
        };
        long seed = System.nanoTime();
        Random random = new Random(seed);
        RawClient client = client();
        for (int i = 0; i < ROUNDS; i++) {
            StringBuilder target = new StringBuilder();
            for (int names = random.nextInt(6); names >= 0; names--) {
                target.append(random.nextInt(8) == 0 ? "" : "/").append(pieces[random.nextInt(pieces.length)]);
            }
            String sent = (target.indexOf("/") == 0 ? "" : "/") + target;
            RawClient.Answer answer =
                    client.request("GET " + sent + " HTTP/1.1").answer();
            assertThat(answer.status()).as("%s, seed %d", sent, seed).isBetween(200, 499);
            assertThat(answer.text())
                    .as("%s, seed %d", sent, seed)
                    .doesNotContain(SECRET)
                    .doesNotContain("root:");
            if (answer.status() == 200) {
                assertThat(List.of("hello", "below"))
                        .as("%s, seed %d", sent, seed)
                        .anyMatch(text ->
                                answer.text().equals(text) || answer.text().startsWith("<!DOCTYPE html>"));
            }
            if ("close".equals(answer.fields().get("connection"))) {
                client = client();
            }
        }
    }

    @Test
    void requestsThatAreSpoiltAtRandomAreAnsweredOrRefused() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> seeds = List.of(
                "GET /hello.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=1-3\r\nIf-None-Match: \"x\", W/\"y\"\r\n\r\n",
                "GET /large HTTP/1.1\r\nHost: a\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n",
                "POST /hello.txt HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n",
                "HEAD /sub/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /../secret HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /sub/file HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nxyzGET /link-up HTTP/1.1\r\nHost: a\r\n\r\n");
        for (int i = 0; i < ROUNDS; i++) {
            byte[] spoilt = spoil(seeds.get(random.nextInt(seeds.size())).getBytes(ISO_8859_1), random);
            String words = "seed " + seed + ": " + new String(spoilt, ISO_8859_1);
            try (RawClient client = new RawClient(server.address())) {
                client.send(spoilt);
                client.sendsNoMore();
                String all = client.rest();
                assertThat(all).as(words).doesNotContain(SECRET);
                if (!all.isEmpty()) {
                    assertThat(all).as(words).startsWith("HTTP/1.1 ");
                }
                Matcher statuses = STATUS.matcher(all);
                while (statuses.find()) {
                    assertThat(statuses.group(1)).as(words).matches("[234]\\d\\d|505");
                }
            } catch (EOFException e) {
                throw new AssertionError(words, e);
            }
        }
        assertServes(server);
    }

    private static byte[] spoil(byte[] request, Random random) {
        byte[] bytes = request;
        for (int times = 1 + random.nextInt(4); times > 0; times--) {
            int at = random.nextInt(bytes.length);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(bytes, 0, at);
            switch (random.nextInt(5)) {
                case 0 -> out.write(random.nextInt(256)); // another byte in its place
                case 1 -> out.write(bytes, at, bytes.length - at); // the rest twice
                case 2 -> {} // one less
                case 3 -> {
                    out.write("\r\n\0 :/.%\t,".getBytes(ISO_8859_1)[random.nextInt(9)]);
                    out.write(bytes[at]);
                }
                default -> {
                    int other = random.nextInt(bytes.length);
                    out.write(bytes, Math.min(at, other), Math.abs(at - other)); // a piece twice
                }
            }
            out.write(bytes, at + 1, bytes.length - at - 1);
            bytes = out.toByteArray();
        }
        return bytes;
    }
}

package io.ferrule.examples.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.examples.Program;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Every byte of a file, and what comes with it. */
class FilesAreServedTest extends FileServerContract {
    private HttpResponse<byte[]> fetch(HttpClient client, String target) throws Exception {
        return client.send(HttpRequest.newBuilder(uri(target)).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private URI uri(String target) {
        return URI.create("http://localhost:" + server.address().getPort() + target);
    }

    @Test
    void aSmallFileComesWithWhatAClientWantsToKnowOfIt() throws Exception {
        RawClient.Answer answer = get("/hello.txt");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("hello");
        assertThat(answer.fields())
                .containsEntry("content-type", "text/plain;charset=utf-8")
                .containsEntry("content-length", "5")
                .containsEntry("accept-ranges", "bytes")
                .containsEntry("x-content-type-options", "nosniff")
                .containsKeys("date", "etag", "last-modified")
                .doesNotContainKey("connection");
    }

    @Test
    void anEmptyFileIsNothing() throws IOException {
        RawClient.Answer answer = get("/empty");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEmpty();
    }

    /** Sizes around that of a buffer, where the server begins to do it another way. */
    @Test
    void filesOfAllSizesComeWhole() throws Exception {
        List<Integer> sizes = new ArrayList<>(List.of(1, 4095, 4096, 4097, 1 << 17, Session.PIECE, Session.PIECE + 1));
        for (int around = -512; around <= 16; around += 48) {
            sizes.add((1 << 16) + around);
        }
        RawClient client = client();
        for (int size : sizes) {
            Files.write(root.resolve("sized"), bytes(size));
            RawClient.Answer answer = client.request("GET /sized HTTP/1.1").answer();
            assertThat(answer.body()).as("%d bytes", size).isEqualTo(bytes(size));
        }
    }

    @Test
    void aBigFileComesWholeToTheJdksClient() throws Exception {
        MessageDigest written = MessageDigest.getInstance("SHA-256");
        byte[] block = bytes(1 << 20);
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(root.resolve("big")), written)) {
            for (int i = 0; i < 40; i++) {
                block[i]++;
                out.write(block);
            }
        }
        try (HttpClient client = HttpClient.newHttpClient()) { // which offers an upgrade to HTTP/2, to be ignored
            HttpResponse<InputStream> response =
                    client.send(HttpRequest.newBuilder(uri("/big")).build(), HttpResponse.BodyHandlers.ofInputStream());
            MessageDigest received = MessageDigest.getInstance("SHA-256");
            try (InputStream in = response.body();
                    OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), received)) {
                in.transferTo(out);
            }
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            assertThat(received.digest()).isEqualTo(written.digest());
        }
    }

    @Test
    void aBigFileComesWholeWithoutZeroCopyToo() throws Exception {
        server = start(plan().zeroCopy(false));
        assertThat(get("/large").body()).isEqualTo(bytes(LARGE));
    }

    @Test
    void manyClientsAtOnceEachGetTheirs() throws Exception {
        for (int i = 0; i < 8; i++) {
            Files.write(root.resolve("file" + i), bytes(100_000 + i * 50_000));
        }
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            List<CompletableFuture<HttpResponse<byte[]>>> all = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                all.add(client.sendAsync(
                        HttpRequest.newBuilder(uri("/file" + i % 8)).build(), HttpResponse.BodyHandlers.ofByteArray()));
            }
            for (int i = 0; i < 64; i++) {
                assertThat(all.get(i).get().body()).isEqualTo(bytes(100_000 + i % 8 * 50_000));
            }
        }
        assertThat(server.tally().broken()).isZero();
    }

    @Test
    void severalLoopsShareThePort() throws Exception {
        server = start(plan(), 2);
        assertThat(server.description()).contains("2 loops");
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < 10; i++) {
                assertServes(server);
            }
            assertThat(fetch(client, "/large").body()).isEqualTo(bytes(LARGE));
        }
        assertThat(server.tally().requests()).isEqualTo(11);
    }

    @Test
    void headSaysTheSameAndSendsNothing() throws IOException {
        RawClient client = client();
        RawClient.Answer whole = client.request("GET /large HTTP/1.1").answer();
        RawClient.Answer head = client.request("HEAD /large HTTP/1.1").headAnswer();
        RawClient.Answer next = client.request("GET /hello.txt HTTP/1.1").answer();
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.fields()).containsEntry("content-length", "" + LARGE);
        assertThat(head.fields().get("etag")).isEqualTo(whole.fields().get("etag"));
        assertThat(next.text()).as("what follows").isEqualTo("hello");
    }

    @Test
    void whatIsNotThereIs404AndTheConnectionStays() throws IOException {
        RawClient client = client();
        for (String target : List.of("/none", "/hello.txt/", "/hello.txt/x", "/none/x", "/" + "n".repeat(300))) {
            assertThat(client.request("GET " + target + " HTTP/1.1").answer().status())
                    .as(target)
                    .isEqualTo(404);
        }
        assertThat(client.request("HEAD /none HTTP/1.1").headAnswer().status()).isEqualTo(404);
        assertThat(client.request("GET /hello.txt HTTP/1.1").answer().text()).isEqualTo("hello");
    }

    @Test
    void otherMethodsAre405WithThoseThatAreThere() throws IOException {
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", "BREW")) {
            RawClient.Answer answer = ask(method + " /hello.txt HTTP/1.1");
            assertThat(answer.status()).as(method).isEqualTo(405);
            assertThat(answer.fields()).containsEntry("allow", "GET, HEAD");
        }
    }

    @Test
    void aNamedPipeIsNoFileAndKeepsNobodyWaiting() throws Exception {
        Program.need("mkfifo", "mkfifo", root.resolve("pipe").toString());
        for (int i = 0; i < 8; i++) { // more than there are helper threads
            assertThat(get("/pipe").status()).isEqualTo(404);
        }
        assertServes(server);
    }

    @Test
    void namesOfAnyCharactersAreServed() throws Exception {
        for (String name : List.of("a b", "100%", "a+b", "a&b;c=d", "<i>", "it's", "a:b", "~")) {
            Files.writeString(root.resolve(name), name);
            assertThat(get("/" + Target.encode(name)).text()).isEqualTo(name);
        }
        assertThat(get("/a+b").text()).as("a plus is a plus").isEqualTo("a+b");
    }

    @Test
    void namesBeyondAsciiAreServed() throws Exception {
        assumeTrue(
                System.getProperty("sun.jnu.encoding").equalsIgnoreCase("UTF-8"),
                "names beyond ASCII need a JVM started with a UTF-8 locale, such as LC_ALL=C.UTF-8");
        String name = "snow \u2603";
        Files.writeString(root.resolve(name), name);
        assertThat(new String(get("/" + Target.encode(name)).body(), UTF_8)).isEqualTo(name);
    }

    @Test
    void typesAreThoseOfTheNames() throws IOException {
        for (String[] each : new String[][] {
            {"a.html", "text/html;charset=utf-8"},
            {"a.CSS", "text/css;charset=utf-8"},
            {"a.js", "text/javascript;charset=utf-8"},
            {"a.md", "text/markdown;charset=utf-8"},
            {"a.json", "application/json"},
            {"a.svg", "image/svg+xml"},
            {"a.png", "image/png"},
            {"a.wasm", "application/wasm"},
            {"a.xyzzy", "application/octet-stream"},
            {"a", "application/octet-stream"}
        }) {
            Files.createFile(root.resolve(each[0]));
            assertThat(get("/" + each[0]).fields()).as(each[0]).containsEntry("content-type", each[1]);
        }
    }

    @Test
    void namesThatBeginWithADotAreHiddenUnlessAskedFor() throws IOException {
        Files.createDirectory(root.resolve(".git"));
        Files.writeString(root.resolve(".git/config"), "c");
        Files.writeString(root.resolve(".env"), "e");
        for (String target : List.of("/.env", "/.git/config", "/%2egit/config", "/.git/")) {
            assertThat(get(target).status()).as(target).isEqualTo(404);
        }
        server = start(plan().hidden(true));
        assertThat(get("/.git/config").text()).isEqualTo("c");
    }

    @Test
    void aFileThatShrinksWhileItIsSentEndsTheConnection() throws Exception {
        Path shrinking = root.resolve("shrinking");
        int size = 64 << 20;
        try (var file = Files.newByteChannel(shrinking, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            file.position(size - 1).write(ByteBuffer.allocate(1));
        }
        RawClient client = client().request("GET /shrinking HTTP/1.1");
        client.in().readNBytes(1000); // it is on its way, and does not fit into the sockets
        try (var file = Files.newByteChannel(shrinking, StandardOpenOption.WRITE)) {
            file.truncate(1000);
        }
        assertThat(client.drain()).isLessThan(size);
        assertServes(server);
        assertThat(server.tally().broken()).isOne();
    }

    @Test
    void theWholeUrlIsATargetTooAndAQueryMakesNoDifference() throws IOException {
        for (String target : List.of("/hello.txt?x=/../y", "http://any.host/hello.txt", "HTTP://a:1/hello.txt?q")) {
            assertThat(get(target).text()).as(target).isEqualTo("hello");
        }
    }
}

package io.ferrule.examples.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Parts of files, and answers that depend on what a client has already. */
class ConditionsAndRangesTest extends FileServerContract {
    private static final String LONG_AGO = "Sun, 06 Nov 1994 08:49:37 GMT";
    private static final String FAR_AHEAD = "Fri, 06 Nov 2099 08:49:37 GMT";

    private RawClient client;
    private String tag;
    private String modified;

    @BeforeEach
    void getOnce() throws IOException {
        client = client();
        RawClient.Answer answer = client.request("GET /hello.txt HTTP/1.1").answer();
        tag = answer.fields().get("etag");
        modified = answer.fields().get("last-modified");
    }

    private RawClient.Answer with(String... fields) throws IOException {
        String[] lines = new String[fields.length + 1];
        lines[0] = "GET /hello.txt HTTP/1.1";
        System.arraycopy(fields, 0, lines, 1, fields.length);
        return client.request(lines).answer();
    }

    private RawClient.Answer part(String target, String range) throws IOException {
        return client.request("GET " + target + " HTTP/1.1", "Range: " + range).answer();
    }

    // ---- what a client has already ----

    @Test
    void theTagIsStrong() {
        assertThat(tag).matches("\"[0-9a-f.-]+\"");
    }

    @Test
    void whoHasTheEditionIsToldSoAndGetsNothing() throws IOException {
        for (String list : List.of(tag, "W/" + tag, "\"x\", " + tag, tag + ",\"y\"", "*")) {
            RawClient.Answer answer = with("If-None-Match: " + list);
            assertThat(answer.status()).as(list).isEqualTo(304);
            assertThat(answer.fields())
                    .containsEntry("etag", tag)
                    .containsEntry("last-modified", modified)
                    .doesNotContainKey("content-length");
        }
        assertThat(with().text()).as("the connection stays").isEqualTo("hello");
    }

    @Test
    void whoHasAnotherEditionGetsThisOne() throws IOException {
        assertThat(with("If-None-Match: \"x\"").text()).isEqualTo("hello");
    }

    @Test
    void anotherEditionHasAnotherTag() throws IOException {
        Path file = root.resolve("hello.txt");
        FileTime time = Files.getLastModifiedTime(file);
        Files.writeString(file, "other");
        Files.setLastModifiedTime(file, FileTime.from(time.toInstant().plus(Duration.ofNanos(1_000_000))));
        assertThat(with("If-None-Match: " + tag).text()).isEqualTo("other");
    }

    @Test
    void aFileOfTheSameTimeAndSizeInItsPlaceHasAnotherTag() throws IOException {
        Path file = root.resolve("hello.txt");
        Path other = Files.writeString(root.resolve("new"), "other");
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
        Files.move(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(with("If-None-Match: " + tag).text()).isEqualTo("other");
    }

    @Test
    void aTimeWillDoWhereThereIsNoTag() throws IOException {
        assertThat(with("If-Modified-Since: " + modified).status()).isEqualTo(304);
        assertThat(with("If-Modified-Since: " + FAR_AHEAD).status()).isEqualTo(304);
        assertThat(with("If-Modified-Since: " + LONG_AGO).status()).isEqualTo(200);
        assertThat(with("If-Modified-Since: yesterday").status()).isEqualTo(200);
        assertThat(with("If-None-Match: \"x\"", "If-Modified-Since: " + FAR_AHEAD)
                        .status())
                .as("the tag comes first")
                .isEqualTo(200);
    }

    @Test
    void whatNoLongerHoldsIs412() throws IOException {
        assertThat(with("If-Match: " + tag).status()).isEqualTo(200);
        assertThat(with("If-Match: *").status()).isEqualTo(200);
        assertThat(with("If-Match: W/" + tag).status()).isEqualTo(412);
        assertThat(with("If-Match: \"x\"").status()).isEqualTo(412);
        assertThat(with("If-Unmodified-Since: " + LONG_AGO).status()).isEqualTo(412);
        assertThat(with("If-Unmodified-Since: " + modified).status()).isEqualTo(200);
    }

    // ---- parts ----

    @Test
    void aPartIsWhatWasAskedFor() throws IOException {
        RawClient.Answer answer = part("/hello.txt", "bytes=1-3");
        assertThat(answer.status()).isEqualTo(206);
        assertThat(answer.text()).isEqualTo("ell");
        assertThat(answer.fields())
                .containsEntry("content-range", "bytes 1-3/5")
                .containsEntry("etag", tag);
        assertThat(part("/hello.txt", "bytes=3-").text()).isEqualTo("lo");
        assertThat(part("/hello.txt", "bytes=-2").text()).isEqualTo("lo");
        assertThat(part("/hello.txt", "bytes=-99").text()).isEqualTo("hello");
        assertThat(part("/hello.txt", "bytes=4-999999999999999999999").text()).isEqualTo("o");
    }

    @Test
    void partsOfALargeFileAreRight() throws IOException {
        byte[] large = bytes(LARGE);
        for (int[] each : new int[][] {
            {0, 0}, {LARGE - 1, LARGE - 1}, {1, LARGE - 1}, {4095, 70_000}, {300_000, 700_001}, {65_536, 131_071}
        }) {
            RawClient.Answer answer = part("/large", "bytes=" + each[0] + "-" + each[1]);
            assertThat(answer.status()).isEqualTo(206);
            assertThat(answer.body())
                    .as("%d to %d", each[0], each[1])
                    .isEqualTo(Arrays.copyOfRange(large, each[0], each[1] + 1));
        }
    }

    @Test
    void aPartThatIsNotThereIs416() throws IOException {
        for (String range : List.of("bytes=5-", "bytes=5-9", "bytes=-0", "bytes=999999999999999999999-")) {
            RawClient.Answer answer = part("/hello.txt", range);
            assertThat(answer.status()).as(range).isEqualTo(416);
            assertThat(answer.fields()).containsEntry("content-range", "bytes */5");
        }
        assertThat(part("/empty", "bytes=0-").status()).isEqualTo(416);
    }

    @Test
    void whatIsNoSinglePartIsIgnored() throws IOException {
        for (String range :
                List.of("bytes=0-1,3-4", "bytes=3-1", "bytes=x-", "bytes=-", "bytes=", "lines=1-2", "bytes=1", "")) {
            RawClient.Answer answer = part("/hello.txt", range);
            assertThat(answer.status()).as(range).isEqualTo(200);
            assertThat(answer.text()).as(range).isEqualTo("hello");
        }
        assertThat(with("Range: bytes=0-0", "Range: bytes=1-1").text()).isEqualTo("hello");
    }

    @Test
    void aPartOfAnEditionThatIsNoMoreIsTheWholeOfTheNewOne() throws IOException {
        assertThat(with("Range: bytes=0-0", "If-Range: " + tag).text()).isEqualTo("h");
        assertThat(with("Range: bytes=0-0", "If-Range: " + modified).text()).isEqualTo("h");
        assertThat(with("Range: bytes=0-0", "If-Range: \"x\"").text()).isEqualTo("hello");
        assertThat(with("Range: bytes=0-0", "If-Range: W/" + tag).text()).isEqualTo("hello");
        assertThat(with("Range: bytes=0-0", "If-Range: " + LONG_AGO).text()).isEqualTo("hello");
    }
}

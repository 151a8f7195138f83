package io.ferrule.examples.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What a client gets of a directory. */
class DirectoriesTest extends FileServerContract {
    private static final Pattern LINK = Pattern.compile("<a href=\"([^\"]*)\">");

    private String page(String target) throws IOException {
        RawClient.Answer answer = get(target);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.fields()).containsEntry("content-type", "text/html;charset=utf-8");
        return new String(answer.body(), UTF_8);
    }

    @Test
    void itsIndexIsServedWhereItHasOne() throws IOException {
        Files.createDirectory(root.resolve("site"));
        Files.writeString(root.resolve("site/index.html"), "the index");
        assertThat(page("/site/")).isEqualTo("the index");
    }

    @Test
    void anIndexAtTheTopIsServed() throws IOException {
        Files.writeString(root.resolve("index.html"), "the index");
        assertThat(page("/")).isEqualTo("the index");
        assertThat(get("/?query").text()).isEqualTo("the index");
    }

    @Test
    void withoutASlashTheClientIsSentThere() throws IOException {
        Files.createDirectories(root.resolve("a b/c"));
        RawClient.Answer answer = get("/a%20b/c?q=1");
        assertThat(answer.status()).isEqualTo(301);
        assertThat(answer.fields()).containsEntry("location", "/a%20b/c/?q=1");
    }

    @Test
    void everyLinkOfAListingLeadsToWhatItNames() throws IOException {
        for (String name : new String[] {"plain", "a b", "100%", "javascript:x", "<b>&\"'", "a?b#c", "+"}) {
            Files.writeString(root.resolve(name), "content of " + name);
        }
        int links = 0;
        for (MatchResult each : LINK.matcher(page("/")).results().toList()) {
            String href = each.group(1);
            assertThat(href).startsWith("./");
            assertThat(get(href.substring(1)).status()).as(href).isEqualTo(200);
            links++;
        }
        assertThat(links).isEqualTo(7 + 3); // and those that are always there
    }

    @Test
    void namesAreEscaped() throws IOException {
        Files.createDirectory(root.resolve("<script>alert(1)<"));
        Files.writeString(root.resolve("<img src=x onerror='a()'>\"&"), "");
        assertThat(page("/"))
                .contains("&lt;script&gt;alert(1)&lt;/</a>")
                .contains("&lt;img src=x onerror=&#39;a()&#39;&gt;&quot;&amp;</a>")
                .doesNotContain("<script>")
                .doesNotContain("<img");
        assertThat(page("/%3Cscript%3Ealert(1)%3C/"))
                .contains("<h1>/&lt;script&gt;alert(1)&lt;/</h1>")
                .contains("<a href=\"../\">");
    }

    @Test
    void directoriesComeFirstAndFilesHaveTheirSizes() throws IOException {
        Files.createDirectory(root.resolve("zoo"));
        assertThat(page("/")).containsSubsequence("zoo/</a>", "empty</a> 0 B", "hello.txt</a> 5 B", "large</a> 1.1 MB");
    }

    @Test
    void aListingKeepsToItselfWhatIsHiddenOrLeadsOut() throws IOException {
        Files.createFile(root.resolve(".env"));
        Files.createSymbolicLink(root.resolve("leads-out"), folder.resolve("secret"));
        Files.createSymbolicLink(root.resolve("leads-nowhere"), Path.of("nowhere"));
        Files.createSymbolicLink(root.resolve("leads-inside"), Path.of("hello.txt"));
        assertThat(page("/"))
                .contains("leads-inside")
                .doesNotContain("leads-out")
                .doesNotContain("leads-nowhere")
                .doesNotContain(".env");
    }

    @Test
    void aLongListingComesWhole() throws IOException {
        Files.createDirectory(root.resolve("many"));
        for (int i = 0; i < 2000; i++) {
            Files.createFile(root.resolve("many/a-name-that-takes-some-room-" + i));
        }
        String page = page("/many/");
        assertThat(page.length()).isGreaterThan(128 << 10);
        assertThat(page).endsWith("</html>\n");
        assertThat(LINK.matcher(page).results().count()).isEqualTo(2001);
    }

    @Test
    void aListingMayBeAskedForByHead() throws IOException {
        RawClient client = client();
        assertThat(client.request("HEAD / HTTP/1.1").headAnswer().status()).isEqualTo(200);
        assertThat(client.request("GET /hello.txt HTTP/1.1").answer().text()).isEqualTo("hello");
    }
}

package io.ferrule.examples.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonArray;
import com.grack.nanojson.JsonObject;
import com.grack.nanojson.JsonParser;
import io.ferrule.pages.Page;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The command in this JVM, its workers in theirs. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CompareCommandTest {
    private static final List<String> DRIVERS = List.of("epoll", "nio");

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void twoDriversAreComparedAtEverythingInATableInJsonAndOnAPage() throws Exception {
        Path to = directory.resolve("new");

        assertThat(compare("--drivers", "epoll,nio", "--seconds", "1", "--out", to.toString()))
                .as("%s", err)
                .isZero();

        assertThat(to)
                .isDirectoryNotContaining(path -> !path.getFileName().toString().startsWith("compare."));
        JsonObject json = JsonParser.object().from(Files.readString(to.resolve("compare.json")));
        assertJson(json);
        assertTable(out.toString());
        assertPage(Files.readString(to.resolve("compare.html")));
    }

    private static void assertJson(JsonObject json) {
        assertThat(json.getInt("rounds")).isEqualTo(3);
        assertThat(json.getArray("drivers").stream().map(driver -> ((JsonObject) driver).getString("name")))
                .isEqualTo(DRIVERS);
        assertThat(json.getArray("uring_loses").getString(0)).isEqualTo("uring was not among the drivers compared.");
        assertThat(json.getArray("workloads").stream().map(workload -> ((JsonObject) workload).getString("name")))
                .isEqualTo(Workload.all().stream().map(Workload::name).toList());
        for (Object workload : json.getArray("workloads")) {
            for (Object cell : ((JsonObject) workload).getArray("cells")) {
                JsonArray outcomes = ((JsonObject) cell).getArray("outcomes");
                assertThat(outcomes.stream().map(outcome -> ((JsonObject) outcome).getString("driver")))
                        .isEqualTo(DRIVERS);
                outcomes.forEach(outcome -> assertOutcome((JsonObject) outcome));
            }
        }
    }

    private static void assertOutcome(JsonObject outcome) {
        if (outcome.getString("state").equals("not_applicable")) {
            assertThat(outcome.getString("reason")).containsAnyOf("O_DIRECT", "ulimit -n");
            assertThat(outcome.get("throughput")).isNull();
        } else {
            assertThat(outcome.getString("state")).as("%s", outcome).isEqualTo("measured");
            assertThat(outcome.getDouble("throughput")).isPositive();
            assertThat(outcome.getDouble("p50")).isPositive();
            assertThat(outcome.getDouble("p99")).isGreaterThanOrEqualTo(outcome.getDouble("p50"));
            assertThat(outcome.getDouble("p99.9")).isGreaterThanOrEqualTo(outcome.getDouble("p99"));
            assertThat(outcome.getDouble("cpu")).isPositive();
            assertThat(outcome.getInt("threads")).isPositive();
        }
    }

    private static void assertTable(String table) {
        long cells = Workload.all().stream()
                .mapToLong(workload -> workload.cells().size())
                .sum();
        for (String driver : DRIVERS) {
            assertThat(table.lines().filter(line -> line.matches("  " + driver + " +[\\dn].*")))
                    .as(driver)
                    .hasSize((int) cells);
        }
        assertThat(table).contains("ops/s", "p99.9 µs", "calls/op", "CPU µs/op", "threads");
        assertThat(table).contains("compare.html").contains("compare.json");
    }

    /** Nothing that makes a browser fetch something; and it is told not to, whatever there is. */
    private static void assertPage(String page) {
        assertThat(page).contains(DRIVERS).contains("new Chart(").contains("default-src 'none'");
        assertThat(page)
                .doesNotContainPattern(
                        "(?i)\\b(src|href|action)\\s*=\\s*[\"']?\\w+:|@import|\\burl\\(|sourceMappingURL")
                .doesNotContain(
                        "fetch(", "XMLHttpRequest", "WebSocket", "<link", "<img", "/* data */", "<!-- title -->");
    }

    @Test
    void dataCannotEndTheScriptItStandsIn() throws Exception {
        String page = Page.of(
                "title", CompareCommand.class, "compare", "{\"reason\": \"</script><script>alert(1)</script>\"}");

        assertThat(page).doesNotContain("alert(1)</script>").contains("\\u003c/script>\\u003cscript>alert(1)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "--drivers magic | there is no driver \"magic\", only uring, epoll",
                "--workloads sleep | there is no workload \"sleep\", only reads, echo",
                "--seconds 0 | --seconds is 1 or more, not 0",
                "--seconds soon | 'soon' is not an int",
                "--seconds 5 --long | --long is a time, and --seconds another: leave one out",
                "--depth 3 | Unknown option",
            })
    void whatMakesNoSenseIsRefusedInWords(String options, String words) {
        assertThat(compare(options.split(" "))).isEqualTo(2);

        assertThat(err.toString()).contains(words);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void aFileIsNoDirectoryForTheResults() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "mine");

        assertThat(compare("--out", file.toString())).isEqualTo(2);

        assertThat(err.toString()).contains("--out is a directory, and " + file + " is none");
        assertThat(file).hasContent("mine");
    }

    @Test
    void theHelpNamesTheWorkloads() {
        assertThat(compare("--help")).isZero();

        assertThat(out.toString()).containsPattern("only these, of reads, echo, .*idle");
    }

    private int compare(String... arguments) {
        return new CommandLine(new CompareCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}

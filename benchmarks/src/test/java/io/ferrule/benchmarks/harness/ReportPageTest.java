package io.ferrule.benchmarks.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ReportPageTest {
    private static final Pattern DATA =
            Pattern.compile("<script type=\"application/json\" id=\"data\">(.*?)</script>", Pattern.DOTALL);

    private static final List<Row> ROWS = List.of(
            row("read", "C liburing", 0.95, 3),
            row("read", "C pread", 1.2, 3),
            row("read", "FileChannel", 1.3, 3),
            row("read", "LWJGL", 1.4, 3),
            failed("read", "jasyncfio", Status.TIMED_OUT, "jasyncfio: not done within 20 s, and killed"),
            failed("http", "nginx", Status.UNAVAILABLE, "nginx: </script> cannot be started"));

    @Test
    void everyRowIsOnThePageInItsOrder() throws Exception {
        JsonArray rows = data(page(ROWS)).getAsJsonArray("rows");

        assertThat(rows.asList().stream().map(ReportPageTest::named))
                .isEqualTo(ROWS.stream()
                        .map(row -> row.work() + " beside " + row.other())
                        .toList());
        JsonObject first = rows.get(0).getAsJsonObject();
        assertThat(first.get("median").getAsDouble()).isEqualTo(0.95);
        assertThat(first.get("min").getAsDouble()).isLessThan(first.get("max").getAsDouble());
        assertThat(first.getAsJsonObject("params").get("depth").getAsInt()).isEqualTo(32);
    }

    @Test
    void whoHasNoFigureIsThereWithTheReason() throws Exception {
        JsonObject row = data(page(ROWS)).getAsJsonArray("rows").get(4).getAsJsonObject();

        assertThat(row.get("median").isJsonNull()).isTrue();
        assertThat(row.get("status").getAsString()).isEqualTo("timed out");
        assertThat(row.get("reason").getAsString()).contains("not done within 20 s");
    }

    /** As of no system calls beside none. */
    @Test
    void aRatioThatIsNoNumberIsNone() throws Exception {
        JsonArray rows =
                data(page(List.of(row("calls", "C liburing", Double.NaN, 3)))).getAsJsonArray("rows");

        assertThat(rows.get(0).getAsJsonObject().get("median").isJsonNull()).isTrue();
    }

    @Test
    void whereAndHowItWasMeasuredIsSaid() throws Exception {
        JsonObject data = data(page(ROWS));

        assertThat(data.get("command").getAsString()).isEqualTo("benchmarks.jar --quick read");
        assertThat(data.get("liburing").getAsString()).matches("\\d+\\.\\d+");
        assertThat(data.get("begun").getAsString()).isNotEmpty();
        assertThat(data.getAsJsonObject("machine").get("kernel").getAsString()).startsWith("Linux ");
        assertThat(data.get("whole").getAsBoolean()).isTrue();
    }

    /** Nothing that makes a browser fetch something; and it is told not to, whatever there is. */
    @Test
    void thePageNeedsNothingElse() throws Exception {
        String page = page(ROWS);

        assertThat(page).contains("new Chart(").contains("default-src 'none'");
        assertThat(page)
                .doesNotContainPattern(
                        "(?i)\\b(src|href|action)\\s*=\\s*[\"']?\\w+:|@import|\\burl\\(|sourceMappingURL")
                .doesNotContain(
                        "fetch(", "XMLHttpRequest", "WebSocket", "<link", "<img", "/* data */", "<!-- title -->");
    }

    @Test
    void aRunThatIsCutOffLeavesWhatItHad() throws Exception {
        String page = ReportPage.of("").html(new Report(ROWS), false);

        assertThat(data(page).get("whole").getAsBoolean()).isFalse();
        assertThat(data(page).getAsJsonArray("rows")).hasSize(ROWS.size());
    }

    @Test
    void besideCAlmostAsMuchIsWantedAndBesideJavaMore() {
        assertThat(Reach.of(ROWS.get(0), ROWS)).isEqualTo(0.97);
        assertThat(Reach.of(row("echo", "Selector", 2, 3), ROWS)).isEqualTo(1);
        assertThat(Reach.of(ROWS.get(3), ROWS)).isEqualTo(1.5);
        assertThat(Reach.of(row("layer", "bare ring", 0.9, 3), ROWS)).isNull();
        assertThat(Reach.of(row("memory", "C liburing", 0.1, 3), ROWS)).isNull();
    }

    @Test
    void besideFileChannelTheLeadOfCIsWanted() {
        assertThat(Reach.of(ROWS.get(2), ROWS)).isEqualTo(1.2 / 0.95);
    }

    @Test
    void onTheNetworkTheLeadOfCIsWantedToo() {
        Row netty = row("echo", "Netty epoll", 1.5, 3);

        assertThat(Reach.of(netty, List.of(netty, row("echo", "C liburing", 0.9, 3))))
                .isEqualTo(1.5 / 0.9);
    }

    private static String page(List<Row> rows) throws Exception {
        return ReportPage.of("benchmarks.jar --quick read").html(new Report(rows), true);
    }

    private static JsonObject data(String page) {
        Matcher data = DATA.matcher(page);
        assertThat(data.find()).isTrue();
        return JsonParser.parseString(data.group(1)).getAsJsonObject();
    }

    private static String named(JsonElement row) {
        JsonObject fields = row.getAsJsonObject();
        return fields.get("work").getAsString() + " beside "
                + fields.get("other").getAsString();
    }

    private static Row row(String work, String other, double median, int rounds) {
        return new Row(
                work,
                Map.of("depth", 32),
                "Ferrule",
                other,
                "ns/op",
                median,
                median * 0.9,
                median * 1.1,
                rounds,
                0.01,
                100.0,
                200.0,
                Status.MEASURED,
                null);
    }

    private static Row failed(String work, String other, Status status, String reason) {
        return new Row(
                work,
                Map.of("depth", 32),
                "Ferrule",
                other,
                "ns/op",
                null,
                null,
                null,
                0,
                null,
                100.0,
                null,
                status,
                reason);
    }
}

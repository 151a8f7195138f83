package io.ferrule.benchmarks.harness;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.pages.Machine;
import io.ferrule.pages.Page;
import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A {@link Report} as a web page with charts.
 *
 * @param command that began the run
 * @param machine before it began
 */
public record ReportPage(Instant begun, String command, Machine machine) {
    private static final Gson GSON = new GsonBuilder().serializeNulls().create();

    /** For a run that begins now. */
    public static ReportPage of(String command) {
        return new ReportPage(Instant.now(), command, Machine.here());
    }

    /**
     * Makes it.
     *
     * @param whole whether the run has come to its end
     */
    public String html(Report report, boolean whole) throws IOException {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("begun", begun.toString());
        data.put("command", command);
        data.put("machine", machine);
        data.put("busy", machine.busy());
        data.put("liburing", liburing());
        data.put("whole", whole);
        data.put(
                "rows",
                report.rows().stream().map(row -> row(row, report.rows())).toList());
        return Page.of("Ferrule: benchmarks", ReportPage.class, "report", GSON.toJson(data));
    }

    private static Map<String, Object> row(Row row, List<Row> all) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("work", row.work());
        data.put("params", row.params());
        data.put("ours", row.ours());
        data.put("other", row.other());
        data.put("kind", Kind.of(row.other()).name().toLowerCase(Locale.ROOT));
        data.put("unit", row.unit());
        data.put("median", finite(row.ratioMedian()));
        data.put("min", finite(row.ratioMin()));
        data.put("max", finite(row.ratioMax()));
        data.put("reach", finite(Reach.of(row, all)));
        data.put("rounds", row.rounds());
        data.put("allocated", row.allocBytesPerOp());
        data.put("oursMedian", row.oursMedian());
        data.put("otherMedian", row.otherMedian());
        data.put("status", row.status().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        data.put("reason", row.reason());
        return data;
    }

    /** Of nothing and nothing there is no ratio. */
    private static Double finite(Double ratio) {
        return ratio == null || !Double.isFinite(ratio) || ratio <= 0 ? null : ratio;
    }

    private static String liburing() {
        NativeLibrary.load();
        return LibUring.io_uring_major_version() + "." + LibUring.io_uring_minor_version();
    }
}

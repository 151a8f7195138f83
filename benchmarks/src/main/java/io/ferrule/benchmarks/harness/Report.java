package io.ferrule.benchmarks.harness;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The rows as a table for people and as JSON for programs. */
public record Report(List<Row> rows) {
    private static final Gson GSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .setPrettyPrinting()
            .serializeNulls()
            .create();

    /**
     * Below this it is what JMH itself allocates around an iteration, some 10 KB, spread over its operations. One object in each turn would be above: 16
     * bytes at least, over 256 operations at most.
     */
    private static final double NOISE_BYTES = 0.05;

    public void print(PrintStream out) {
        out.println("The ratio says how we do beside the other: 1.00 is as well, more is better.");
        out.println();
        String line = "%-14s %-" + longestParams() + "s %-24s %8s %8s %8s %7s %10s%n";
        out.printf(line, "work", "params", "beside", "median", "min", "max", "rounds", "B/op");
        for (Row row : rows) {
            out.printf(
                    line,
                    row.work(),
                    text(row.params()),
                    row.other(),
                    number("%.3f", row.ratioMedian()),
                    number("%.3f", row.ratioMin()),
                    number("%.3f", row.ratioMax()),
                    row.rounds(),
                    number("%.4f", row.allocBytesPerOp()));
        }
        out.println();
        rows.stream()
                .filter(row -> row.status() != Status.MEASURED)
                .map(Report::end)
                .forEach(out::println);
        printReach(out);
    }

    /** What we want to reach, and where we do not. */
    private void printReach(PrintStream out) {
        List<Row> asked = rows.stream()
                .filter(row -> row.ratioMedian() != null && Reach.of(row, rows) != null)
                .toList();
        List<Row> shorter = asked.stream()
                .filter(row -> row.ratioMedian() < Reach.of(row, rows))
                .toList();
        if (!asked.isEmpty()) {
            out.printf("%d of %d rows reach what they should.%n", asked.size() - shorter.size(), asked.size());
        }
        for (Row row : shorter) {
            out.printf(Locale.ROOT, "short of %.2f: %s, %.3f%n", Reach.of(row, rows), name(row), row.ratioMedian());
        }
        rows.stream()
                .filter(row -> isC(row) && row.allocBytesPerOp() != null && row.allocBytesPerOp() >= NOISE_BYTES)
                .forEach(row -> out.printf(
                        Locale.ROOT,
                        "allocates: %s %s, %.4f B/op%n",
                        row.work(),
                        text(row.params()),
                        row.allocBytesPerOp()));
    }

    private static String name(Row row) {
        return row.work() + " " + text(row.params()) + " beside " + row.other();
    }

    private int longestParams() {
        return rows.stream().mapToInt(row -> text(row.params()).length()).max().orElse(1);
    }

    private static boolean isC(Row row) {
        return row.other().equals(TwinSide.LIBURING);
    }

    private static String end(Row row) {
        return "%s: %s, %s"
                .formatted(
                        name(row), row.status().name().toLowerCase(Locale.ROOT).replace('_', ' '), row.reason());
    }

    private static String number(String format, Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, format, value);
    }

    /** An array of the rows. */
    public String json() {
        return GSON.toJson(rows) + "\n";
    }

    private static String text(Map<String, ?> params) {
        return params.entrySet().stream()
                .map(param -> param.getKey() + "=" + param.getValue())
                .collect(Collectors.joining(" "));
    }
}

package io.ferrule.benchmarks.harness;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
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
        claim(out, ">= " + Reach.OF_C + " of " + TwinSide.LIBURING, besideC(row -> row.ratioMedian() >= Reach.OF_C));
        claim(
                out,
                "0 B/op beside it (under " + NOISE_BYTES + " is the harness)",
                besideC(row -> row.allocBytesPerOp() == null || row.allocBytesPerOp() < NOISE_BYTES));
        claim(out, ">= 1 of every other", row -> isC(row) || row.ratioMedian() >= 1);
    }

    private int longestParams() {
        return rows.stream().mapToInt(row -> text(row.params()).length()).max().orElse(1);
    }

    private static boolean isC(Row row) {
        return row.other().equals(TwinSide.LIBURING);
    }

    private static Predicate<Row> besideC(Predicate<Row> claim) {
        return row -> !isC(row) || claim.test(row);
    }

    private static String end(Row row) {
        return "%s %s beside %s: %s, %s"
                .formatted(
                        row.work(),
                        text(row.params()),
                        row.other(),
                        row.status().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                        row.reason());
    }

    private void claim(PrintStream out, String claim, Predicate<Row> holds) {
        List<Row> measured =
                rows.stream().filter(row -> row.ratioMedian() != null).toList();
        if (measured.isEmpty()) {
            return;
        }
        String failing = measured.stream()
                .filter(holds.negate())
                .map(row -> row.work() + " " + text(row.params()) + " beside " + row.other())
                .collect(Collectors.joining("; "));
        out.println(claim + ": " + (failing.isEmpty() ? "yes" : "no (" + failing + ")"));
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

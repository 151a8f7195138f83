package io.ferrule.benchmarks;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The rows as a table for people and as JSON for programs. */
record Report(List<Row> rows) {
    private static final double ENOUGH = 0.95;

    /**
     * Below this it is what JMH itself allocates around an iteration, some 10 KB, spread over its operations. One object in each turn would be above: 16
     * bytes at least, over 256 operations at most.
     */
    private static final double NOISE_BYTES = 0.05;

    void print(PrintStream out) {
        out.println("The ratio is the other's time by ours: 1.00 is as fast, more is faster.");
        out.println();
        out.printf(
                "%-10s %-14s %-12s %8s %8s %8s %7s %10s%n",
                "work", "params", "beside", "median", "min", "max", "rounds", "B/op");
        for (Row row : rows) {
            out.printf(
                    "%-10s %-14s %-12s %8.3f %8.3f %8.3f %7d %10.6f%n",
                    row.work(),
                    text(row.params()),
                    row.other(),
                    row.ratioMedian(),
                    row.ratioMin(),
                    row.ratioMax(),
                    row.rounds(),
                    row.allocBytesPerOp());
        }
        out.println();
        claim(out, ">= " + ENOUGH + " of C", row -> row.ratioMedian() >= ENOUGH);
        claim(
                out,
                "0 B/op beside C (under " + NOISE_BYTES + " is the harness)",
                row -> row.allocBytesPerOp() < NOISE_BYTES);
    }

    private void claim(PrintStream out, String claim, Predicate<Row> holds) {
        String failing = rows.stream()
                .filter(row -> row.other().equals(Work.C))
                .filter(holds.negate())
                .map(row -> row.work() + " " + text(row.params()))
                .collect(Collectors.joining(", "));
        out.println(claim + ": " + (failing.isEmpty() ? "yes" : "no (" + failing + ")"));
    }

    void write(Path file) throws IOException {
        Gson gson = new GsonBuilder()
                .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
                .setPrettyPrinting()
                .create();
        Files.writeString(file, gson.toJson(rows) + "\n");
    }

    private static String text(Map<String, ?> params) {
        return params.entrySet().stream()
                .map(param -> param.getKey() + "=" + param.getValue())
                .collect(Collectors.joining(" "));
    }
}

package io.ferrule.examples.compare;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** The results as tables for a terminal of 100 columns, with the verdicts in words. */
final class TextReport {
    private static final int NAMES = 14;
    private static final int COLUMN = 11;

    /** Figures below have one digit behind the point more. */
    private static final double[] DIGITS_BELOW = {1000, 10, 0.1};

    private TextReport() {}

    static String of(Results results) {
        StringBuilder out = new StringBuilder();
        for (Workload workload : results.workloads()) {
            out.append(workload.title())
                    .append(". ")
                    .append(workload.explanation())
                    .append('\n');
            workload.cells().forEach(cell -> append(out, cell, results.of(cell)));
            out.append('\n');
        }
        results.unavailable()
                .forEach((driver, reason) -> out.append(driver)
                        .append(" is not to be had here: ")
                        .append(reason)
                        .append('\n'));
        if (results.callsUnknown() != null) {
            out.append("System calls per operation are not known: ")
                    .append(results.callsUnknown())
                    .append('\n');
        }
        append(out, "What idle descriptors cost", Growth.of(results));
        Verdicts verdicts = Verdicts.of(results);
        append(out, "Where io_uring loses", verdicts.losses());
        append(out, "Where io_uring wins", verdicts.wins());
        append(out, "Where io_uring loses, perhaps by chance: the rounds of the two overlap", verdicts.likelyLosses());
        append(out, "Where io_uring wins, perhaps by chance", verdicts.likelyWins());
        return out.toString();
    }

    private static void append(StringBuilder out, Workload.Cell cell, List<Outcome> outcomes) {
        out.append('\n')
                .append(padded(
                        cell.title(),
                        NAMES + COLUMN - Measure.THROUGHPUT.heading().length()));
        boolean first = true;
        for (Measure measure : Measure.values()) {
            out.append(first ? measure.heading() : right(measure.heading()));
            first = false;
        }
        out.append('\n');
        for (Outcome outcome : outcomes) {
            if (outcome.state() == Outcome.State.NOT_AVAILABLE) {
                continue;
            }
            out.append(padded("  " + outcome.driver(), NAMES));
            if (outcome.isMeasured()) {
                for (Measure measure : Measure.values()) {
                    out.append(right(number(measure, measure.of(outcome))));
                }
            } else {
                out.append("  ").append(outcome.state()).append(": ").append(outcome.reason());
            }
            out.append('\n');
        }
    }

    private static void append(StringBuilder out, String title, List<String> sentences) {
        if (!sentences.isEmpty()) {
            out.append('\n').append(title).append('\n');
            sentences.forEach(sentence -> out.append("  ").append(sentence).append('\n'));
        }
    }

    private static String number(Measure measure, OptionalDouble value) {
        if (value.isEmpty()) {
            return "not known";
        }
        int digits = 0;
        for (double limit : measure == Measure.THREADS ? new double[0] : DIGITS_BELOW) {
            digits += value.getAsDouble() < limit ? 1 : 0;
        }
        return String.format(Locale.ROOT, "%,." + digits + "f", value.getAsDouble());
    }

    private static String right(String text) {
        return " ".repeat(Math.max(1, COLUMN - text.length())) + text;
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }
}

package io.ferrule.examples.doctor;

import com.grack.nanojson.JsonWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The findings as text for people, in 100 columns, and as one JSON object for programs. */
final class Report {
    private static final int WIDTH = 100;
    private static final int NAMES = 29;

    private Report() {}

    static String text(Findings findings) {
        StringBuilder out = new StringBuilder();
        for (Findings.Section section : findings.sections()) {
            out.append(section.title()).append('\n');
            for (Findings.Fact fact : section.facts()) {
                String label = "  " + fact.name()
                        + " ".repeat(Math.max(1, NAMES - 2 - fact.name().length()));
                append(out, label, fact.text());
            }
        }
        out.append("What to do\n");
        if (findings.problems().isEmpty()) {
            out.append("  Nothing to do.\n");
        }
        int number = 0;
        for (Findings.Problem problem : findings.problems()) {
            append(out, "  " + ++number + ". ", problem.text());
        }
        return out.toString();
    }

    /** Sections and facts by their names, with underscores; then {@code problems}, and {@code ok}. */
    static String json(Findings findings) {
        Map<String, Object> root = new LinkedHashMap<>();
        for (Findings.Section section : findings.sections()) {
            Map<String, Object> facts = new LinkedHashMap<>();
            section.facts().forEach(fact -> facts.put(key(fact.name()), fact.value()));
            root.put(key(section.title()), facts);
        }
        List<Object> problems = new ArrayList<>();
        for (Findings.Problem problem : findings.problems()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("text", problem.text());
            entry.put("essential", problem.essential());
            problems.add(entry);
        }
        root.put("problems", problems);
        root.put("ok", findings.healthy());
        return JsonWriter.indent("  ").string().value(root).done();
    }

    private static String key(String name) {
        return name.replaceAll("[^A-Za-z0-9]+", "_");
    }

    /** Appends a label and words, broken between words where the line is full, and below each other. */
    private static void append(StringBuilder out, String label, String text) {
        int column = label.length();
        out.append(label);
        for (String line : text.split("\n")) {
            for (String word : line.strip().split(" ")) {
                if (column > label.length() && column + 1 + word.length() > WIDTH) {
                    out.append('\n').append(" ".repeat(label.length()));
                    column = label.length();
                } else if (column > label.length()) {
                    out.append(' ');
                    column++;
                }
                out.append(word);
                column += word.length();
            }
            out.append('\n').append(" ".repeat(label.length()));
            column = label.length();
        }
        out.setLength(out.length() - label.length());
    }
}

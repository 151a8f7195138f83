package io.ferrule.testing;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.testing.CoveringTests.CoveringTest;
import io.ferrule.testing.TestOutcomes.Kind;
import io.ferrule.testing.TestOutcomes.Outcome;
import io.ferrule.uring.Feature;
import io.ferrule.uring.JavaMembers;
import io.ferrule.uring.Opcode;
import io.ferrule.uring.RegisterOpcode;
import io.ferrule.uring.SetupFlag;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One line for each opcode, register operation, setup flag, feature, and flag of entering, entries and completions: the member of the library that
 * reaches it, the test that exercises it, and the result on this kernel and on those that {@code make kernels} has run. {@code make coverage} calls
 * it after the tests, with Maven's {@code target} folder, where it writes {@code coverage.tsv}: the same, with all members, tests and reasons.
 *
 * <p>Exit status 1 when a row has no member or no test, or a test has failed or was not run.
 */
public final class Coverage {
    private static final String OK = "ok";
    private static final String UNSUPPORTED = "unsupported";
    private static final String PARTLY = "partly: ";
    private static final String SKIPPED = "skipped: ";
    private static final String FAILED = "failed: ";
    private static final String NOT_RUN = "not run";

    /** The tests of one kernel. */
    record Run(String kernel, TestOutcomes outcomes, RingFacts facts) {
        /** Where the kernel lacks it, tests may pass all the same: because it refuses as it should. */
        String result(String name, List<CoveringTest> tests) {
            List<String> results = tests.stream().map(this::result).toList();
            String failed = firstOf(FAILED, results);
            if (failed != null) {
                return failed;
            }
            if (facts.lacks(name)) {
                return UNSUPPORTED;
            }
            return Stream.of(OK, PARTLY, SKIPPED)
                    .map(kind -> firstOf(kind, results))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(NOT_RUN);
        }

        private String result(CoveringTest test) {
            Outcome outcome = outcomes.of(test.name());
            return switch (outcome.kind()) {
                case PASSED -> test.butOnly().isEmpty() ? OK : PARTLY + test.butOnly();
                case SKIPPED -> SKIPPED + outcome.reason();
                case FAILED -> FAILED + inShort(test);
                case NOT_RUN -> NOT_RUN;
            };
        }

        private static String firstOf(String kind, List<String> results) {
            return results.stream()
                    .filter(result -> result.startsWith(kind))
                    .findFirst()
                    .orElse(null);
        }
    }

    /**
     * A line.
     *
     * @param results one for each kernel, this one's first
     */
    record Row(String family, String name, List<String> members, List<String> tests, List<String> results) {
        List<String> faults() {
            List<String> faults = new ArrayList<>();
            if (members.isEmpty()) {
                faults.add(name + " has no member");
            }
            if (tests.isEmpty()) {
                faults.add(name + " has no test");
            } else if (results.getFirst().equals(NOT_RUN)) {
                faults.add(name + " was not tested: " + tests.getFirst() + " was not run");
            }
            results.stream()
                    .filter(result -> result.startsWith(FAILED))
                    .forEach(result -> faults.add(name + " has a test that " + result));
            return faults;
        }
    }

    private Coverage() {}

    public static void main(String[] arguments) throws IOException {
        Path target = Path.of(arguments[0]);
        List<Run> runs = new ArrayList<>();
        runs.add(new Run(
                System.getProperty("os.version"),
                TestOutcomes.read(target.resolve("surefire-reports")),
                RingFacts.ask()));
        runs.addAll(otherKernels(target.resolve("kernels")));
        CoveringTests tests = CoveringTests.in(target.resolve("test-classes"));
        List<Row> rows = rows(JavaMembers.find(target.resolve("classes")), tests, runs);
        List<String> kernels = runs.stream().map(Run::kernel).toList();
        Files.write(target.resolve("coverage.tsv"), table(rows, kernels));
        print(rows, kernels);
        System.exit(judge(rows, misspelt(tests), System.out));
    }

    private static List<Run> otherKernels(Path folder) throws IOException {
        List<Run> runs = new ArrayList<>();
        if (Files.exists(folder)) {
            try (Stream<Path> each = Files.list(folder)) {
                for (Path kernel : each.filter(path -> Files.exists(path.resolve("ring.txt")))
                        .sorted()
                        .toList()) {
                    runs.add(new Run(
                            kernel.getFileName().toString(),
                            TestOutcomes.read(kernel),
                            RingFacts.read(kernel.resolve("ring.txt"))));
                }
            }
        }
        return runs;
    }

    static List<Row> rows(Map<String, List<String>> members, CoveringTests covering, List<Run> runs) {
        List<Row> rows = new ArrayList<>();
        Comparator<CoveringTest> passedFirst = Comparator.<CoveringTest, Kind>comparing(
                        test -> runs.getFirst().outcomes().of(test.name()).kind())
                .thenComparing(CoveringTest::butOnly)
                .thenComparing(CoveringTest::name);
        names().forEach((family, names) -> {
            for (String name : names) {
                List<CoveringTest> tests =
                        covering.of(name).stream().sorted(passedFirst).toList();
                rows.add(new Row(
                        family,
                        name,
                        members.getOrDefault(name, List.of()),
                        tests.stream().map(Coverage::inShort).toList(),
                        runs.stream().map(run -> run.result(name, tests)).toList()));
            }
        });
        return rows;
    }

    private static String inShort(CoveringTest test) {
        return test.name().replaceFirst("^io\\.ferrule\\.", "");
    }

    /** By family; other tests hold the enums against the headers. */
    private static Map<String, List<String>> names() {
        Map<String, List<String>> names = new LinkedHashMap<>();
        names.put("opcode", names(Opcode.values()));
        names.put("registration", names(RegisterOpcode.values()));
        names.put("setup flag", names(SetupFlag.values()));
        names.put("feature", names(Feature.values()));
        names.put("enter flag", constants("IORING_ENTER_.*"));
        names.put("SQE flag", constants("IOSQE_.*(?<!_BIT)"));
        names.put("CQE flag", constants("IORING_CQE_F_.*"));
        return names;
    }

    private static List<String> names(Enum<?>[] values) {
        return Arrays.stream(values).map(Enum::name).toList();
    }

    private static List<String> constants(String regex) {
        return Generated.constants(LibUring.class, regex).entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    private static List<String> misspelt(CoveringTests tests) {
        Set<String> known = Generated.constants(LibUring.class, "IO.*").keySet();
        return tests.names().stream()
                .filter(name -> !known.contains(name))
                .map(name -> "no header has " + name + ", which " + tests.of(name) + " cover")
                .toList();
    }

    /** Prints how many have which result, and what is wrong; returns the exit status. */
    static int judge(List<Row> rows, List<String> misspelt, PrintStream out) {
        Map<String, Map<String, Long>> counts = rows.stream()
                .collect(Collectors.groupingBy(
                        Row::family,
                        LinkedHashMap::new,
                        Collectors.groupingBy(
                                row -> word(row.results().getFirst()), TreeMap::new, Collectors.counting())));
        counts.forEach((family, results) -> out.println(family + ": " + results));
        out.println("ok on none of these kernels: "
                + rows.stream()
                        .filter(row -> !row.results().contains(OK))
                        .map(Row::name)
                        .collect(Collectors.joining(", ")));
        List<String> faults = Stream.concat(rows.stream().flatMap(row -> row.faults().stream()), misspelt.stream())
                .toList();
        faults.forEach(out::println);
        return faults.isEmpty() ? 0 : 1;
    }

    // ---- output ----

    private static List<String> table(List<Row> rows, List<String> kernels) {
        List<String> lines = new ArrayList<>();
        lines.add("family\tname\tmembers\ttests\t" + String.join("\t", kernels));
        for (Row row : rows) {
            lines.add(String.join(
                    "\t",
                    row.family(),
                    row.name(),
                    String.join(", ", row.members()),
                    String.join(", ", row.tests()),
                    String.join("\t", row.results())));
        }
        return lines;
    }

    /** In columns. The results of other kernels come before this one's, which may be long, and without reasons. */
    private static void print(List<Row> rows, List<String> kernels) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(line("name", "member", "test", kernels.subList(1, kernels.size()), kernels.getFirst()));
        for (Row row : rows) {
            List<String> results = row.results();
            List<String> others = results.stream().skip(1).map(Coverage::word).toList();
            lines.add(line(row.name(), first(row.members()), first(row.tests()), others, results.getFirst()));
        }
        int[] widths = new int[lines.getFirst().size()];
        for (List<String> line : lines) {
            Arrays.setAll(widths, i -> Math.max(widths[i], line.get(i).length()));
        }
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                text.append(line.get(i)).repeat(' ', widths[i] - line.get(i).length() + 2);
            }
            System.out.println(text.toString().stripTrailing());
        }
        System.out.println();
    }

    private static List<String> line(String name, String member, String test, List<String> others, String last) {
        return Stream.of(List.of(name, member, test), others, List.of(last))
                .flatMap(List::stream)
                .toList();
    }

    /** The first, and how many more there are; "-" for none. */
    private static String first(List<String> all) {
        return all.isEmpty() ? "-" : all.size() == 1 ? all.getFirst() : all.getFirst() + " +" + (all.size() - 1);
    }

    private static String word(String result) {
        return result.split(":", 2)[0];
    }
}

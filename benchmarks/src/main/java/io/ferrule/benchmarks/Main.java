package io.ferrule.benchmarks;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "benchmarks",
        mixinStandardHelpOptions = true,
        description =
                "Measures Ferrule beside its twins in C, in alternating rounds, and reports the ratio of their times.")
public final class Main implements Callable<Integer> {
    @Option(names = "--quick", description = "Fewer and shorter rounds: about four minutes, less certain.")
    private boolean quick;

    @Parameters(paramLabel = "WORK", description = "Only these, by name: nop, read, readFixed, layer.")
    private Set<String> only = Set.of();

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Work> works = Work.all().stream()
                .filter(work -> only.isEmpty() || only.contains(work.name()))
                .toList();
        if (works.isEmpty()) {
            System.err.println("no work of that name: " + String.join(", ", only));
            return CommandLine.ExitCode.USAGE;
        }
        List<Row> rows = new ArrayList<>();
        for (Work work : works) {
            rows.add(Row.measure(work, quick ? Effort.QUICK : Effort.FULL, System.err));
        }
        Report report = new Report(rows);
        report.print(System.out);
        report.write(target().resolve("report.json"));
        return CommandLine.ExitCode.OK;
    }

    /** Where the build puts this jar and the twins. */
    static Path target() {
        try {
            return Path.of(Main.class
                            .getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .getParent();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}

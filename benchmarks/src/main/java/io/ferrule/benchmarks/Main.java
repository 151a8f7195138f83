package io.ferrule.benchmarks;

import io.ferrule.benchmarks.harness.Effort;
import io.ferrule.benchmarks.harness.Report;
import io.ferrule.benchmarks.harness.ReportPage;
import io.ferrule.benchmarks.harness.Run;
import io.ferrule.benchmarks.harness.Target;
import io.ferrule.benchmarks.harness.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "benchmarks",
        mixinStandardHelpOptions = true,
        description =
                "Measures Ferrule beside its twins in C and beside its peers, in alternating rounds, and reports ratios.")
public final class Main implements Callable<Integer> {
    @Option(names = "--quick", description = "The shorter run: fewer works, fewer and shorter rounds.")
    private boolean quick;

    @Option(names = "--list", description = "Print what would be measured, and end.")
    private boolean list;

    @Option(
            names = "--out",
            paramLabel = "DIRECTORY",
            description = "Where report.json and report.html go; beside the program otherwise.")
    private Path out = Target.directory();

    @Spec
    private CommandSpec spec;

    @Mixin
    private Selection selection;

    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Main()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Work> works = selection.of(Works.all(), quick);
        if (works.isEmpty()) {
            System.err.println("nothing of that name: --list shows what there is");
            return CommandLine.ExitCode.USAGE;
        }
        if (list) {
            works.forEach(Main::print);
            return CommandLine.ExitCode.OK;
        }
        ReportPage page = ReportPage.of(spec.commandLine().getParseResult().originalArgs().stream()
                .collect(Collectors.joining(" ", "benchmarks.jar ", "")));
        Files.createDirectories(out);
        Report report = new Run(works, quick ? Effort.QUICK : Effort.FULL, System.err)
                .measure(soFar -> write(page, soFar, false));
        write(page, report, true);
        report.print(System.out);
        System.out.println("With charts: " + out.resolve("report.html"));
        return CommandLine.ExitCode.OK;
    }

    private void write(ReportPage page, Report report, boolean whole) throws IOException {
        Files.writeString(out.resolve("report.json"), report.json());
        Files.writeString(out.resolve("report.html"), page.html(report, whole));
    }

    private static void print(Work work) {
        for (Work.Figure figure : work.figures()) {
            work.others()
                    .forEach(other ->
                            System.out.println(figure.name() + " " + work.params() + " beside " + other.name()));
        }
    }
}

package io.ferrule.examples.compare;

import io.ferrule.Loop;
import io.ferrule.pages.Machine;
import io.ferrule.pages.Page;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of {@link Comparison}. */
@Command(
        name = "compare",
        usageHelpAutoWidth = true,
        mixinStandardHelpOptions = true,
        description = {
            "Does the same work on every driver, in turns, and shows what differs: as a table, as JSON, and as a page with charts.",
            ""
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:there are results, though drivers may have failed at some of it",
            "1:there are none; one line on standard error says why",
            "2:wrong arguments"
        })
public final class CompareCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int DEFAULT_SECONDS = 120;
    private static final int LONG_SECONDS = 600;
    private static final int ROUNDS = 3;

    /** With more time, more rounds are worth more than longer ones. */
    private static final int ROUNDS_OF_LONG_ONES = 7;

    /** For a machine that has much else to do; a worker that needs longer hangs. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Option(names = "--seconds", paramLabel = "N", description = "how long, in all (default: " + DEFAULT_SECONDS + ")")
    private @Nullable Integer seconds;

    @Option(names = "--long", description = "ten minutes, for figures that vary less")
    private boolean takesLong;

    @Option(names = "--drivers", paramLabel = "NAME,...", split = ",", description = "only these (default: all)")
    private @Nullable List<String> drivers;

    @Option(
            names = "--workloads",
            paramLabel = "NAME,...",
            split = ",",
            description = "only these, of ${COMPLETION-CANDIDATES} (default: all)",
            completionCandidates = WorkloadNames.class)
    private @Nullable List<String> workloads;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "comparison",
            description = {
                "where compare.json and compare.html go, and files to read meanwhile: not on tmpfs, which has no O_DIRECT",
                "(default: ${DEFAULT-VALUE})"
            })
    @SuppressWarnings("NullAway.Init")
    private Path out;

    /** For the help. */
    static final class WorkloadNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Workload.all().stream().map(Workload::name).iterator();
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        int length = length();
        List<String> chosenDrivers = chosen("driver", drivers, Loop.driverNames(), Function.identity());
        List<Workload> chosenWorkloads = chosen("workload", workloads, Workload.all(), Workload::name);
        if (Files.exists(out) && !Files.isDirectory(out)) {
            throw new ParameterException(spec.commandLine(), "--out is a directory, and " + out + " is none");
        }
        int rounds = length < LONG_SECONDS ? ROUNDS : ROUNDS_OF_LONG_ONES;
        try (Scratch scratch = Scratch.in(out)) {
            Comparison.Plan plan = new Comparison.Plan(
                    chosenDrivers, chosenWorkloads, length, rounds, scratch.directory(), PATIENCE, Worker.class);
            Machine machine = Machine.here(); // before it is busy with this
            report(plan, machine, compare(plan));
            return 0;
        } catch (IOException | UncheckedIOException e) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("compare: " + (e.getMessage() == null ? e : e.getMessage()));
            err.flush();
            return FAILED;
        }
    }

    private int length() {
        if (seconds == null) {
            return takesLong ? LONG_SECONDS : DEFAULT_SECONDS;
        }
        if (takesLong) {
            throw new ParameterException(spec.commandLine(), "--long is a time, and --seconds another: leave one out");
        }
        if (seconds < 1) {
            throw new ParameterException(spec.commandLine(), "--seconds is 1 or more, not " + seconds);
        }
        return seconds;
    }

    private <T> List<T> chosen(String what, @Nullable List<String> names, List<T> all, Function<T, String> name) {
        if (names == null) {
            return all;
        }
        Set<T> found = new LinkedHashSet<>();
        for (String wanted : names) {
            found.add(all.stream()
                    .filter(each -> name.apply(each).equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> new ParameterException(
                            spec.commandLine(),
                            "there is no " + what + " \"" + wanted + "\", only "
                                    + String.join(", ", all.stream().map(name).toList()))));
        }
        return List.copyOf(found);
    }

    private Results compare(Comparison.Plan plan) throws IOException, InterruptedException {
        PrintWriter to = spec.commandLine().getOut();
        to.println(plan.drivers().size() + " drivers, " + plan.workloads().size() + " workloads, " + plan.rounds()
                + " rounds: about " + (int) plan.seconds() + " s");
        to.flush();
        try (ProgressView view = new ProgressView(
                to, plan.rounds(), onTerminal() ? spec.usageMessage().width() : 0)) {
            try (Comparison comparison = new Comparison(plan, view)) {
                return comparison.run();
            }
        }
    }

    private void report(Comparison.Plan plan, Machine machine, Results results) throws IOException {
        String json = JsonReport.of(results, machine, Instant.now(), plan.seconds(), plan.rounds());
        Files.writeString(out.resolve("compare.json"), json);
        Files.writeString(
                out.resolve("compare.html"),
                Page.of("Ferrule: I/O models compared", CompareCommand.class, "compare", json));
        PrintWriter to = spec.commandLine().getOut();
        to.println();
        to.print(TextReport.of(results));
        if (!machine.busy().isEmpty()) {
            to.println();
            to.println(machine.busy());
        }
        to.println();
        to.println("With charts: " + out.resolve("compare.html") + "; for programs: " + out.resolve("compare.json"));
        to.flush();
    }

    @SuppressWarnings("SystemConsoleNull") // JDK 22 to 24 never return null; 25 does again
    private static boolean onTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}

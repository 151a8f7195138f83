package io.ferrule.examples.doctor;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Examines the machine and prints the report. Whatever is missing, it goes on to the end. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = "Shows what this machine offers for I/O, and what to do where it offers less than it could.",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:io_uring and epoll work", "1:something essential is missing", "2:wrong arguments"})
public final class DoctorCommand implements Callable<Integer> {
    private static final List<Examination> EXAMINATIONS = List.of(
            new SystemExamination(),
            new JavaExamination(),
            new RingExamination(),
            new EpollExamination(),
            new DriversExamination(),
            new AioExamination());

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Option(names = "--json", description = "the same facts as one JSON object")
    private boolean json;

    @Override
    public Integer call() {
        Findings findings = new Findings();
        EXAMINATIONS.forEach(examination -> examine(examination, findings));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Report.json(findings));
        } else {
            out.print(Report.text(findings));
        }
        out.flush();
        return findings.healthy() ? 0 : 1;
    }

    private static void examine(Examination examination, Findings findings) {
        try {
            examination.examine(findings);
        } catch (RuntimeException | LinkageError e) {
            // What nobody thought of is a finding too: this is the program to run when something is wrong.
            findings.essential(examination.getClass().getSimpleName() + " stopped: " + e);
        }
    }
}

package io.ferrule.examples.echo;

import io.ferrule.examples.CtrlC;
import io.ferrule.examples.DriverOption;
import io.ferrule.examples.Sentences;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of {@link EchoServer}. */
@Command(
        name = "server",
        usageHelpAutoWidth = true,
        mixinStandardHelpOptions = true,
        description = {"Sends back what it gets, until Ctrl-C.", ""},
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "1:it could not serve; one line on standard error says why",
            "2:wrong arguments",
            "130:ended by Ctrl-C"
        })
final class EchoServerCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private AddressOptions address;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private DriverOption driver;

    @Option(
            names = "--style",
            paramLabel = "STYLE",
            defaultValue = "callback",
            description = "how it waits: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init")
    private Echo.Style style;

    @Option(
            names = "--loops",
            paramLabel = "N",
            defaultValue = "1",
            description = "threads that do I/O; they share the port (default: ${DEFAULT-VALUE})")
    private int loops;

    @Override
    public Integer call() throws InterruptedException {
        if (loops < 1) {
            throw new ParameterException(spec.commandLine(), "--loops is 1 or more, not " + loops);
        }
        if (loops > 1 && address.isUnix()) {
            throw new ParameterException(
                    spec.commandLine(), "several loops share a port, and a Unix socket has none: leave --loops out");
        }
        Sentences sentences = new Sentences(spec);
        CtrlC ctrlC = new CtrlC(() -> {});
        try {
            say(serveUntil(ctrlC, sentences).toString());
            return 0;
        } catch (IOException
                | IllegalArgumentException
                | IllegalCallerException
                | UnsupportedOperationException
                | LinkageError e) {
            return sentences.failure(e);
        } finally {
            ctrlC.close();
        }
    }

    private Tally serveUntil(CtrlC ctrlC, Sentences sentences) throws IOException, InterruptedException {
        try (EchoServer server =
                EchoServer.start(address.address(), driver.loopOptions(), style, loops, sentences::complain)) {
            say("echo server at " + server.address() + "; " + server.description() + "; Ctrl-C ends it");
            ctrlC.await();
            return server.tally();
        }
    }

    private void say(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}

package io.ferrule.examples.serve;

import io.ferrule.examples.CtrlC;
import io.ferrule.examples.DriverOption;
import io.ferrule.examples.DurationInWords;
import io.ferrule.examples.Sentences;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line of {@link FileServer}. */
@Command(
        name = "serve",
        usageHelpAutoWidth = true,
        mixinStandardHelpOptions = true,
        description = {"Serves the files beneath a directory over HTTP, until Ctrl-C.", ""},
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "1:it could not serve; one line on standard error says why",
            "2:wrong arguments",
            "130:ended by Ctrl-C"
        })
public final class ServeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "the directory")
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private DriverOption driver;

    @Option(
            names = "--host",
            paramLabel = "NAME",
            defaultValue = "localhost",
            description =
                    "listens on this address (default: ${DEFAULT-VALUE}, for this machine alone; 0.0.0.0 for all)")
    @SuppressWarnings("NullAway.Init")
    private String host;

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8080",
            description = "on this TCP port (default: ${DEFAULT-VALUE}); any free one for 0")
    private int port;

    @Option(
            names = "--loops",
            paramLabel = "N",
            defaultValue = "1",
            description = "threads that do I/O; they share the port (default: ${DEFAULT-VALUE})")
    private int loops;

    @Option(
            names = "--connections",
            paramLabel = "N",
            defaultValue = "1000",
            description = "at the same time, at most; others are closed at once (default: ${DEFAULT-VALUE})")
    private int connections;

    @Option(
            names = "--head-time",
            paramLabel = "TIME",
            defaultValue = "10s",
            converter = DurationInWords.class,
            description = "what a client has to send a request (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init")
    private Duration headTime;

    @Option(
            names = "--idle-time",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = DurationInWords.class,
            description = "how long a connection stays without a request (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init")
    private Duration idleTime;

    @Option(
            names = "--send-time",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = DurationInWords.class,
            description = "what a client has to take 256 KiB of its answer (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init")
    private Duration sendTime;

    @Option(names = "--hidden", description = "serves names that begin with a dot, too")
    private boolean hidden;

    @Option(
            names = "--no-zero-copy",
            description = "reads and sends large files, where otherwise the kernel moves them (splice)")
    private boolean copies;

    @Override
    public Integer call() throws InterruptedException {
        if (loops < 1) {
            throw new ParameterException(spec.commandLine(), "--loops is 1 or more, not " + loops);
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
        Limits limits = Limits.defaults().times(headTime, idleTime, sendTime).connections(connections);
        FileServer.Plan plan =
                FileServer.Plan.of(directory).limits(limits).hidden(hidden).zeroCopy(!copies);
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new UnknownHostException("there is no host " + host);
        }
        try (FileServer server = FileServer.start(address, driver.loopOptions(), plan, loops, sentences::complain)) {
            String where = host.contains(":") ? "[" + host + "]" : host;
            say("serving " + plan.root() + " at http://" + where + ":"
                    + server.address().getPort() + "/; " + server.description() + "; Ctrl-C ends it");
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

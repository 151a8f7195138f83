package io.ferrule.examples.echo;

import io.ferrule.Loop;
import io.ferrule.examples.CtrlC;
import io.ferrule.examples.DriverOption;
import io.ferrule.examples.DurationInWords;
import io.ferrule.examples.Quantity;
import io.ferrule.examples.Sentences;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line of {@link EchoClient}. */
@Command(
        name = "client",
        usageHelpAutoWidth = true,
        mixinStandardHelpOptions = true,
        description = {
            "Sends bytes to an echo server over many connections, compares what comes back, and says how fast it was.",
            ""
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:every byte came back",
            "1:it failed; one line on standard error says why",
            "2:wrong arguments",
            "130:ended early by Ctrl-C; the figures are printed all the same"
        })
final class EchoClientCommand implements Callable<Integer> {
    private static final double NANOS_PER_MICRO = 1000;

    /** In seconds: Ctrl-C may come before anything has begun. */
    private static final double SHORTEST = 1e-9;

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
            names = "--connections",
            paramLabel = "N",
            defaultValue = "16",
            description = "how many connections at once (default: ${DEFAULT-VALUE})")
    private int connections;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "1024",
            description = "bytes of a round trip, each way (default: ${DEFAULT-VALUE})")
    private int size;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = DurationInWords.class,
            description = "how long, such as 10s, 500ms, 2m (default: ${DEFAULT-VALUE})")
    @SuppressWarnings("NullAway.Init")
    private Duration duration;

    @Override
    public Integer call() {
        Sentences sentences = new Sentences(spec);
        try {
            EchoClient.Plan plan = new EchoClient.Plan(address.address(), connections, size, duration);
            try (Loop loop = Loop.open(driver.loopOptions())) {
                EchoClient client = new EchoClient(plan, loop);
                CtrlC ctrlC = new CtrlC(client::stop);
                try {
                    print(plan, client.measure(), loop);
                } finally {
                    ctrlC.close();
                }
            }
            return 0;
        } catch (IOException
                | IllegalArgumentException
                | IllegalCallerException
                | UnsupportedOperationException
                | LinkageError e) {
            return sentences.failure(e);
        }
    }

    private void print(EchoClient.Plan plan, EchoClient.Figures figures, Loop loop) {
        PrintWriter out = spec.commandLine().getOut();
        double perSecond = figures.roundTrips() / Math.max(figures.seconds(), SHORTEST);
        out.println(plan.connections() + " connections to " + plan.address() + ", " + plan.size()
                + " bytes there and back; driver " + loop.description());
        out.printf(
                Locale.ROOT,
                "%,d round trips in %.2f s: %,.0f/s, %s/s each way%n",
                figures.roundTrips(),
                figures.seconds(),
                perSecond,
                Quantity.ofBytes((long) (perSecond * plan.size())));
        Histogram nanos = figures.nanos();
        out.printf(
                Locale.ROOT,
                "latency in microseconds: median %.1f, 90%% %.1f, 99%% %.1f, 99.9%% %.1f, maximum %.1f%n",
                micros(nanos.getValueAtPercentile(50)),
                micros(nanos.getValueAtPercentile(90)),
                micros(nanos.getValueAtPercentile(99)),
                micros(nanos.getValueAtPercentile(99.9)),
                micros(nanos.getMaxValue()));
        out.flush();
    }

    private static double micros(long nanos) {
        return nanos / NANOS_PER_MICRO;
    }
}

package io.ferrule.pages;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Where the figures are from.
 *
 * @param processor its name
 * @param processors how many the JVM sees
 * @param load the load average of the last minute, before anything was measured
 */
public record Machine(String processor, int processors, String kernel, String java, double load) {
    /** Of each processor, so much other work is none. */
    private static final double BUSY = 0.5;

    /** As it is now. */
    public static Machine here() {
        return new Machine(
                processorName(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vendor") + " " + Runtime.version(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    /** A sentence to warn with; empty for a machine that had little to do. */
    public String busy() {
        return load < processors * BUSY
                ? ""
                : String.format(
                        Locale.ROOT,
                        "The machine was busy when this began, with a load of %.1f on %d processors. If that went on, figures"
                                + " differ from round to round, and say little.",
                        load,
                        processors);
    }

    private static String processorName() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }
}

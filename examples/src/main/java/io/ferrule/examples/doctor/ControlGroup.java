package io.ferrule.examples.doctor;

import io.ferrule.sys.KernelFile;
import java.nio.file.Path;
import java.util.function.ToDoubleFunction;

/** What the control groups that this process is in allow it: the tightest limit on the way up (version 2, and the processor quota of version 1). */
final class ControlGroup {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    private ControlGroup() {}

    /** How many processors' time it may use; infinite without a limit. */
    static double processors() {
        double quota = tightest("cpu.max", ControlGroup::quota);
        String v1 = ROOT + "/cpu/";
        long used = Proc.number(v1 + "cpu.cfs_quota_us").orElse(-1);
        long period = Proc.number(v1 + "cpu.cfs_period_us").orElse(-1);
        return used > 0 && period > 0 ? Math.min(quota, (double) used / period) : quota;
    }

    /** How much memory it may use, in bytes; infinite without a limit. */
    static double memory() {
        return tightest("memory.max", ControlGroup::bytes);
    }

    private static double tightest(String file, ToDoubleFunction<String> limit) {
        double tightest = Double.POSITIVE_INFINITY;
        for (Path group = own(); group != null && group.startsWith(ROOT); group = group.getParent()) {
            tightest = Math.min(tightest, limit.applyAsDouble(KernelFile.text(group + "/" + file)));
        }
        return tightest;
    }

    /** In a container, the group's path may be that of the host: then the root is all there is to see. */
    private static Path own() {
        for (String line : Proc.lines("/proc/self/cgroup")) {
            if (line.startsWith("0::/")) {
                return ROOT.resolve(line.substring("0::/".length())).normalize();
            }
        }
        return ROOT;
    }

    /** "QUOTA PERIOD" in microseconds, or "max PERIOD". */
    private static double quota(String text) {
        String[] words = text.split(" ");
        return words.length == 2 && isNumber(words[0]) && isNumber(words[1])
                ? Double.parseDouble(words[0]) / Double.parseDouble(words[1])
                : Double.POSITIVE_INFINITY;
    }

    private static double bytes(String text) {
        return isNumber(text) ? Double.parseDouble(text) : Double.POSITIVE_INFINITY;
    }

    private static boolean isNumber(String text) {
        return text.matches("\\d+");
    }
}

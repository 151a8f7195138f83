package io.ferrule.examples.doctor;

import io.ferrule.examples.Quantity;
import io.ferrule.sys.KernelFile;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The kernel, the processors, the memory, the descriptors. */
final class SystemExamination implements Examination {
    private static final int KIBI = 1024;

    /** Under SQPOLL, one processor is gone: with fewer than this, that is much. */
    private static final int PROCESSORS_FOR_SQPOLL = 4;

    @Override
    public void examine(Findings findings) {
        findings.section("system");
        findings.fact(
                "kernel",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        processors(findings);
        memory(findings);
    }

    private static void processors(Findings findings) {
        int count = Runtime.getRuntime().availableProcessors();
        double quota = ControlGroup.processors();
        findings.fact(
                "processors",
                count,
                count + (count < PROCESSORS_FOR_SQPOLL ? " (few: SQPOLL would keep one of them busy by itself)" : ""));
        boolean limited = !Double.isInfinite(quota);
        findings.fact(
                "processor quota",
                limited ? quota : "none",
                limited
                        ? String.format(
                                Locale.ROOT, "%.2f, by a control group (SQPOLL would use it up by polling)", quota)
                        : "none");
    }

    private static void memory(Findings findings) {
        Map<String, Long> memory = new TreeMap<>();
        for (String line : Proc.lines("/proc/meminfo")) {
            String[] words = line.split("[: ]+"); // MemTotal:       16374600 kB
            if (words.length == 3) {
                memory.put(words[0], Long.parseLong(words[1]) * KIBI);
            }
        }
        bytes(findings, "memory", memory.get("MemTotal"));
        bytes(findings, "memory available", memory.get("MemAvailable"));
        double limit = ControlGroup.memory();
        boolean limited = !Double.isInfinite(limit);
        findings.fact(
                "memory limit",
                limited ? (long) limit : "none",
                limited ? Quantity.ofBytes((long) limit) + ", by a control group" : "none");
    }

    private static void bytes(Findings findings, String name, @Nullable Long bytes) {
        if (bytes == null) {
            findings.fact(name, KernelFile.UNKNOWN);
        } else {
            findings.fact(name, bytes, Quantity.ofBytes(bytes));
        }
    }
}

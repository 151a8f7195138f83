package io.ferrule.uring;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What {@code /proc} says about who may use io_uring here. What cannot be read is "unknown". */
record SystemFacts(
        String ioUringDisabled,
        String ioUringGroup,
        String seccompMode,
        String securityModules,
        Map<String, String> limits) {
    private static final String UNKNOWN = "unknown";

    static SystemFacts read() {
        return new SystemFacts(
                file("/proc/sys/kernel/io_uring_disabled"),
                file("/proc/sys/kernel/io_uring_group"),
                statusLine("Seccomp:"),
                file("/sys/kernel/security/lsm"),
                readLimits());
    }

    /** A soft limit by its name in {@code /proc/self/limits}: a number or "unlimited". */
    String limit(String name) {
        return limits.getOrDefault(name, UNKNOWN);
    }

    boolean seccompFilters() {
        return seccompMode.equals("2");
    }

    /** The process's seccomp mode in words. */
    String seccomp() {
        return switch (seccompMode) {
            case "0" -> "none";
            case "1" -> "strict";
            case "2" -> "a filter is active";
            default -> UNKNOWN;
        };
    }

    private static String file(String path) {
        try {
            return Files.readString(Path.of(path)).strip();
        } catch (IOException e) {
            return UNKNOWN;
        }
    }

    private static String statusLine(String label) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith(label)) {
                    return line.substring(label.length()).strip();
                }
            }
        } catch (IOException e) {
            // as below
        }
        return UNKNOWN;
    }

    private static Map<String, String> readLimits() {
        Map<String, String> limits = new HashMap<>();
        try {
            // Limit                     Soft Limit           Hard Limit           Units
            for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
                String[] columns = line.strip().split(" {2,}");
                if (columns.length >= 2) {
                    limits.put(columns[0], columns[1]);
                }
            }
        } catch (IOException e) {
            // none known
        }
        return limits;
    }
}

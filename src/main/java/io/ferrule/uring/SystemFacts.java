package io.ferrule.uring;

import io.ferrule.sys.KernelFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * What {@code /proc} says about who may use io_uring here. What cannot be read is "unknown".
 *
 * @param ioUringDisabled whom the sysctl {@code kernel.io_uring_disabled} (Linux 6.6) shuts out: 0 nobody, 1 the unprivileged, 2 everyone
 * @param ioUringGroup the sysctl {@code kernel.io_uring_group}: the group let in while that is 1; -1 for none
 * @param seccompMode of this process, in the kernel's number: {@link #seccomp()} has it in words
 * @param securityModules the names of those loaded, with commas
 * @param limits soft limits of this process by their name in {@code /proc/self/limits}
 */
public record SystemFacts(
        String ioUringDisabled,
        String ioUringGroup,
        String seccompMode,
        String securityModules,
        Map<String, String> limits) {
    /** Reads them anew. */
    public static SystemFacts read() {
        return new SystemFacts(
                KernelFile.text("/proc/sys/kernel/io_uring_disabled"),
                KernelFile.text("/proc/sys/kernel/io_uring_group"),
                statusLine("Seccomp:"),
                KernelFile.text("/sys/kernel/security/lsm"),
                readLimits());
    }

    /** A soft limit by its name in {@code /proc/self/limits}: a number or "unlimited". */
    public String limit(String name) {
        return limits.getOrDefault(name, KernelFile.UNKNOWN);
    }

    /** Whether a seccomp filter is active, as containers have. */
    public boolean seccompFilters() {
        return seccompMode.equals("2");
    }

    /** The process's seccomp mode in words. */
    public String seccomp() {
        return switch (seccompMode) {
            case "0" -> "none";
            case "1" -> "strict";
            case "2" -> "a filter is active";
            default -> KernelFile.UNKNOWN;
        };
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
        return KernelFile.UNKNOWN;
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

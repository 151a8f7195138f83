package io.ferrule.sys;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What {@code /proc/self/mounts} says of the place of a file. */
public final class MountTable {
    private MountTable() {}

    /** The mount point a file lies on, if nothing may be executed from there; otherwise null. */
    public static @Nullable String noExecMountOf(Path file) {
        String mountPoint = null;
        boolean noExec = false;
        try {
            Path real = nearestExisting(file.toAbsolutePath()).toRealPath();
            for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
                String[] fields = line.split(" ");
                Path point = Path.of(fields[1].replace("\\040", " "));
                // A later line at the same place lies over an earlier one.
                if (real.startsWith(point)
                        && (mountPoint == null || point.toString().length() >= mountPoint.length())) {
                    mountPoint = point.toString();
                    noExec = (',' + fields[3] + ',').contains(",noexec,");
                }
            }
        } catch (IOException | RuntimeException e) {
            return null; // only a better error message is lost
        }
        return noExec ? mountPoint : null;
    }

    private static Path nearestExisting(Path path) {
        Path existing = path;
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        return existing;
    }
}

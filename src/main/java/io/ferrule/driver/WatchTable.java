package io.ferrule.driver;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Watches by descriptor number. The kernel gives out low numbers first, so that this is an array. */
final class WatchTable {
    private static final int FIRST_CAPACITY = 64;

    private @Nullable Watch[] watches = new @Nullable Watch[FIRST_CAPACITY];

    /** The watch of a number, made when it is first asked for. */
    Watch of(int fd) {
        if (fd >= watches.length) {
            watches = Arrays.copyOf(watches, Math.max(fd + 1, watches.length * 2));
        }
        Watch watch = watches[fd];
        if (watch == null) {
            watch = new Watch(fd);
            watches[fd] = watch;
        }
        return watch;
    }

    /** The watch of a number, or null when nothing has ever waited for it. */
    @Nullable
    Watch find(int fd) {
        return fd >= 0 && fd < watches.length ? watches[fd] : null;
    }
}

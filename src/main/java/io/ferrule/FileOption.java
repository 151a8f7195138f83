package io.ferrule;

import java.nio.file.OpenOption;

/** Ways to open a file that {@link java.nio.file.StandardOpenOption} does not have. */
public enum FileOption implements OpenOption {
    /**
     * Past the page cache, straight between the device and the caller's buffers: {@code O_DIRECT}. Offsets, lengths and memory must be aligned:
     * see {@link File#directAlignment}.
     */
    DIRECT
}

package io.ferrule.sys;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files in {@code /proc} and {@code /sys}, which may be missing or closed to this user. */
public final class KernelFile {
    /** What stands for the text of a file that cannot be read. */
    public static final String UNKNOWN = "unknown";

    /** The kernel gives out no more of such a file at once. */
    private static final int PAGE = 4096;

    private KernelFile() {}

    /**
     * What a sysctl or a similar file of one value holds, without the white space around it.
     *
     * <p>It takes one read of a page: a sysctl gives its value to the first read only, and Files.readString, misled by the size of 0, asks for one
     * byte first.
     *
     * @return {@link #UNKNOWN} where it cannot be read
     */
    public static String text(String path) {
        try (InputStream in = Files.newInputStream(Path.of(path))) {
            byte[] page = new byte[PAGE];
            int length = Math.max(0, in.read(page));
            return new String(page, 0, length, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return UNKNOWN;
        }
    }
}

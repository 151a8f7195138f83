package io.ferrule.sys;

import java.nio.charset.Charset;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Names of files as the kernel has them, which are bytes; in the JVM they are text, in the encoding that the locale gave it when it started. */
public final class PathBytes {
    /** As the JDK's own file system has it. */
    private static final String ENCODING = "sun.jnu.encoding";

    private static final Charset NAMES = Charset.forName(System.getProperty(ENCODING, "UTF-8"));

    /** What stands for bytes that are no text. */
    private static final char REPLACEMENT = '\uFFFD';

    private PathBytes() {}

    /**
     * The bytes of a path, without a zero at the end.
     *
     * @throws IllegalArgumentException for one with bytes that are no text in the JVM's encoding: what it was made of is not to be had from it
     */
    public static byte[] of(Path path) {
        String text = path.toString();
        if (text.indexOf(REPLACEMENT) >= 0 && !isExact(text, path)) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" has bytes that are no text in this JVM's encoding for names of files, " + NAMES
                            + ": start it in another locale, such as LC_ALL=C.UTF-8, or rename the file");
        }
        return text.getBytes(NAMES);
    }

    /** A path of bytes that the kernel has given. */
    public static String text(byte[] bytes, int length) {
        return new String(bytes, 0, length, NAMES);
    }

    private static boolean isExact(String text, Path path) {
        try {
            return path.getFileSystem().getPath(text).equals(path);
        } catch (InvalidPathException e) {
            return false;
        }
    }
}

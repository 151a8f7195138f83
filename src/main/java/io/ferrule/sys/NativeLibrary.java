package io.ferrule.sys;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Finds the helper library and loads it, once for each class loader. Looked for, in this order:
 *
 * <ol>
 *   <li>the file that {@code -Dferrule.library.path=FILE} names; then nothing else is tried
 *   <li>{@code libferrule.so} in the directories of {@code java.library.path}
 *   <li>the jar: the library is extracted to a private directory below {@code -Dferrule.library.tmpdir=DIR}, or else below
 *       {@code java.io.tmpdir} and then {@code ~/.cache}
 * </ol>
 *
 * <p>Any thread may call this.
 */
public final class NativeLibrary {
    /** The system property that names the library's file. */
    public static final String PATH_PROPERTY = "ferrule.library.path";

    /** The system property that names the directory below which the library is extracted. */
    public static final String TMPDIR_PROPERTY = "ferrule.library.tmpdir";

    private static final String FILE_NAME = "libferrule.so";

    private static @Nullable Path location;
    private static @Nullable String failure;

    private NativeLibrary() {}

    /**
     * Loads the helper library unless that has been done.
     *
     * @throws UnsatisfiedLinkError when it cannot be found or loaded: the message lists every attempt and what to do. Later calls throw the same.
     * @throws IllegalCallerException when this JVM forbids native access: the message names the flag
     */
    public static synchronized void load() {
        if (location != null) {
            return;
        }
        if (failure != null) {
            throw new UnsatisfiedLinkError(failure);
        }
        List<String> attempts = new ArrayList<>();
        Path loaded = find(attempts);
        if (loaded == null) {
            failure = "Ferrule's helper library could not be loaded. Tried:\n  - " + String.join("\n  - ", attempts)
                    + "\nPut the library where it can be read and executed, and name it with -D" + PATH_PROPERTY
                    + "=FILE,"
                    + " or name a directory to extract it to with -D" + TMPDIR_PROPERTY + "=DIR";
            throw new UnsatisfiedLinkError(failure);
        }
        location = loaded;
    }

    /**
     * Whether it can be loaded; if so, it is.
     *
     * @throws IllegalCallerException as {@link #load}
     */
    public static boolean isThere() {
        try {
            load();
            return true;
        } catch (UnsatisfiedLinkError e) {
            return false;
        }
    }

    /** The file the library was loaded from, or null before {@link #load()}. */
    public static synchronized @Nullable Path location() {
        return location;
    }

    /** Where the library for this machine lies in the jar, such as {@code /META-INF/native/linux-x86_64/libferrule.so}. */
    public static String resource() {
        return "/META-INF/native/" + platform() + "/" + FILE_NAME;
    }

    private static @Nullable Path find(List<String> attempts) {
        String named = System.getProperty(PATH_PROPERTY);
        if (named != null) {
            return loadFrom(Path.of(named).toAbsolutePath(), "-D" + PATH_PROPERTY, attempts);
        }
        for (String directory : System.getProperty("java.library.path", "").split(":")) {
            Path file = Path.of(directory, FILE_NAME).toAbsolutePath();
            if (!directory.isEmpty() && Files.exists(file)) {
                Path loaded = loadFrom(file, "java.library.path", attempts);
                if (loaded != null) {
                    return loaded;
                }
            }
        }
        attempts.add("java.library.path: no usable " + FILE_NAME + " in " + System.getProperty("java.library.path"));
        return loadFromJar(attempts);
    }

    private static @Nullable Path loadFromJar(List<String> attempts) {
        byte[] library;
        try (InputStream in = NativeLibrary.class.getResourceAsStream(resource())) {
            if (in == null) {
                attempts.add("the jar: it holds no " + resource()
                        + "; libraries are built for linux-x86_64 and linux-aarch64");
                return null;
            }
            library = in.readAllBytes();
        } catch (IOException e) {
            attempts.add("the jar: " + resource() + " cannot be read: " + e);
            return null;
        }
        for (Path directory : extractionDirectories()) {
            Path file;
            try {
                file = Extraction.extract(library, directory);
            } catch (IOException e) {
                attempts.add("extraction below " + directory + ": " + e);
                continue;
            }
            Path loaded = loadFrom(file, "extracted from the jar", attempts);
            if (loaded != null) {
                return loaded;
            }
        }
        return null;
    }

    private static List<Path> extractionDirectories() {
        String named = System.getProperty(TMPDIR_PROPERTY);
        if (named != null) {
            return List.of(Path.of(named).toAbsolutePath());
        }
        return List.of(
                Path.of(System.getProperty("java.io.tmpdir", "/tmp")).toAbsolutePath(),
                Path.of(System.getProperty("user.home", "/"), ".cache").toAbsolutePath());
    }

    private static @Nullable Path loadFrom(Path file, String how, List<String> attempts) {
        try {
            System.load(file.toString());
            return file;
        } catch (UnsatisfiedLinkError e) {
            String message = String.valueOf(e.getMessage());
            if (message.contains("already loaded in another classloader")) {
                return loadCopy(file, how, attempts);
            }
            String noExec = MountTable.noExecMountOf(file);
            attempts.add(how + ": " + file + ": "
                    + (noExec == null
                            ? message
                            : "lies on " + noExec
                                    + ", which is mounted noexec, so that no library can be loaded from it (" + message
                                    + ")"));
            return null;
        } catch (IllegalCallerException e) {
            throw nativeAccessForbidden(e);
        }
    }

    /** The JVM gives a library file to one class loader only; a second one gets a file of its own. */
    private static @Nullable Path loadCopy(Path file, String how, List<String> attempts) {
        // A library was loaded from the file's own directory, so that one is not mounted noexec; but it may be somebody
        // else's.
        Path own = file.getParent();
        Path directory =
                own != null && Files.isWritable(own) ? own : Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
        try {
            Path copy = Files.createTempDirectory(directory, "ferrule-").resolve(FILE_NAME);
            Files.copy(file, copy);
            try {
                System.load(copy.toString());
            } finally {
                // Mapped, so no longer needed by name.
                Files.delete(copy);
                Files.delete(copy.getParent());
            }
            return file;
        } catch (IOException | UnsatisfiedLinkError e) {
            attempts.add(how + ": a copy of " + file + " for this class loader: " + e.getMessage());
            return null;
        }
    }

    static IllegalCallerException nativeAccessForbidden(IllegalCallerException cause) {
        Module module = NativeLibrary.class.getModule();
        return new IllegalCallerException(
                "this JVM forbids native access to "
                        + (module.isNamed()
                                ? "module io.ferrule: start it with --enable-native-access=io.ferrule"
                                : "classes on the class path: start it with --enable-native-access=ALL-UNNAMED")
                        + " (Ferrule on the module path: --enable-native-access=io.ferrule; on the class path: --enable-native-access=ALL-UNNAMED,"
                        + " or Enable-Native-Access: ALL-UNNAMED in the manifest of the jar that java -jar starts)",
                cause);
    }

    private static String platform() {
        String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch", "");
        if (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN) {
            arch += "-big-endian";
        }
        return os + "-" + (arch.equals("amd64") ? "x86_64" : arch);
    }
}

package io.ferrule.driver;

import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds libuv on this machine and loads it, once. It is never unloaded: threads of its own live in it. */
final class UvLibrary {
    /** The system property that names the library, or its file, where it goes by another name. */
    static final String PROPERTY = "ferrule.libuv";

    private static final String NAME = "libuv.so.1";

    /** Of what {@link Uv} calls, what came last: libuv 1.19. */
    private static final String YOUNGEST = "uv_handle_set_data";

    private static @Nullable SymbolLookup loaded;

    private UvLibrary() {}

    /**
     * Loads it unless that has been done.
     *
     * @throws IOException when it is not there, or too old; the message says how to get it
     */
    static synchronized void load() throws IOException {
        if (loaded == null) {
            loaded = find(System.getProperty(PROPERTY, NAME));
        }
    }

    /** What is in it. {@link #load} has been called. */
    static synchronized SymbolLookup symbols() {
        return Objects.requireNonNull(loaded, "libuv is not loaded");
    }

    /** Looks for a library of this name where the system's loader does, or in this file. */
    static SymbolLookup find(String name) throws IOException {
        NativeLibrary.load(); // says first what forbids native access
        SymbolLookup symbols;
        try {
            symbols = SymbolLookup.libraryLookup(name, Arena.global());
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "the libuv driver needs the library libuv, and there is no " + name
                            + ". Install it: apt-get install libuv1 (Debian, Ubuntu), dnf install libuv (Fedora), apk add libuv (Alpine);"
                            + " or name its file with -D" + PROPERTY + "=FILE",
                    e);
        }
        if (symbols.find(YOUNGEST).isEmpty()) {
            throw new IOException("the libuv driver needs libuv 1.19 or newer, and " + name + " has no " + YOUNGEST
                    + ": install a newer one," + " or name its file with -D" + PROPERTY + "=FILE");
        }
        return symbols;
    }
}

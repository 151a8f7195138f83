package io.ferrule.sys;

import io.ferrule.bindings.helper.Helper;
import java.util.HashMap;
import java.util.Map;

/**
 * Sizes, offsets and constants of this architecture, as the helper library's C compiler saw them. Names are "sizeof TYPE", "TYPE.FIELD" for
 * an offset in bytes, or the constant's own name.
 */
public final class Abi {
    private Abi() {}

    /**
     * The value of an entry.
     *
     * @throws LinkageError when the helper library has no such entry: it is not the one this version of Ferrule was built with
     */
    public static int value(String name) {
        Long value = Table.ENTRIES.get(name);
        if (value == null) {
            throw new LinkageError("the helper library " + NativeLibrary.location() + " does not know " + name
                    + ": it belongs to another version of Ferrule. Remove it, or point -D" + NativeLibrary.PATH_PROPERTY
                    + " at the right one");
        }
        return Math.toIntExact(value);
    }

    /** The value of an entry; 0 without the helper library, when no system call of ours is made. */
    public static int valueOrZero(String name) {
        return NativeLibrary.isThere() ? value(name) : 0;
    }

    /**
     * Holds what Java was written for against what C says. Without the helper library nothing is said, and nobody else is there to read the memory.
     *
     * @throws LinkageError when they differ: going on would corrupt memory
     */
    public static void require(String name, long expected) {
        if (!NativeLibrary.isThere()) {
            return;
        }
        long actual = value(name);
        if (actual != expected) {
            throw new LinkageError("memory layout differs: " + name + " is " + actual + " in the helper library "
                    + NativeLibrary.location() + " and " + expected
                    + " in this version of Ferrule. Build both from the same sources");
        }
    }

    /** A class of its own, so that it is loaded after the library. */
    private static final class Table {
        static final Map<String, Long> ENTRIES = read();

        private static Map<String, Long> read() {
            NativeLibrary.load();
            Map<String, Long> table = new HashMap<>();
            for (int i = 0; i < Helper.ferrule_abi_count(); i++) {
                // A C string of the library's own read-only data; it is as long as its NUL says.
                String name =
                        Helper.ferrule_abi_name(i).reinterpret(Long.MAX_VALUE).getString(0);
                table.put(name, Helper.ferrule_abi_value(i));
            }
            return table;
        }
    }
}

package io.ferrule.sys;

import io.ferrule.bindings.helper.Helper;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Sizes, offsets and constants of this architecture, as the helper library's C compiler saw them. Names are "sizeof TYPE", "TYPE.FIELD" for
 * an offset in bytes, or the constant's own name.
 */
public final class Abi {
    /** As {@code ferrule.h} has it: an entry is a pointer to its name, and a long. */
    private static final long ENTRY_SIZE = 16;

    private static final long ENTRY_VALUE = 8;

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

    /** Of all entries. */
    static Set<String> names() {
        return Table.ENTRIES.keySet();
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
            // All of it is read-only data of the library: the table ends with a null pointer, a name with its NUL.
            MemorySegment entries = Helper.ferrule_abi_table().reinterpret(Long.MAX_VALUE);
            long name = entries.get(ValueLayout.JAVA_LONG, 0);
            for (long entry = 0; name != 0; name = entries.get(ValueLayout.JAVA_LONG, entry)) {
                table.put(
                        MemorySegment.ofAddress(name)
                                .reinterpret(Long.MAX_VALUE)
                                .getString(0),
                        entries.get(ValueLayout.JAVA_LONG, entry + ENTRY_VALUE));
                entry += ENTRY_SIZE;
            }
            return table;
        }
    }
}

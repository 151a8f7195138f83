package io.ferrule.testing;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Fd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.Callable;

/** The kernel's copy of files in memory. */
public final class PageCache {
    private PageCache() {}

    /**
     * Tries something that depends on what is in memory a few times, until it is as expected, and returns what came of it last: the kernel may take a page
     * back at any time, and may have brought it back before one looks.
     */
    public static <T> T tryUntil(T expected, Callable<T> work) throws Exception {
        T result = work.call();
        for (int again = 0; again < 9 && !result.equals(expected); again++) {
            result = work.call();
        }
        return result;
    }

    /** Has a file's pages dropped. Returns whether its first one is gone: not every file system lets go of them. */
    public static boolean drop(Fd file) {
        LibC.fdatasync(file.number());
        LibC.posix_fadvise(file.number(), 0, 0, LibC.POSIX_FADV_DONTNEED());
        MemorySegment mapped = LibC.mmap(MemorySegment.NULL, 1, LibC.PROT_READ(), LibC.MAP_SHARED(), file.number(), 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment resident = arena.allocate(1);
            LibC.mincore(mapped, 1, resident);
            return (resident.get(ValueLayout.JAVA_BYTE, 0) & 1) == 0;
        } finally {
            LibC.munmap(mapped, 1);
        }
    }
}

package io.ferrule.driver;

import io.ferrule.bindings.helper.Helper;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Copies from and to mapped files, whose pages may be gone: cut off by somebody, or unreadable on their device. The kernel then sends SIGBUS. The JVM
 * takes it, has the copy end, and throws an {@link InternalError}; not there, but where the thread next looks for such news. Left to itself that
 * was, in up to one of twelve cases (measured, Temurin 25), after the catch clause. So this calls native code after the copy: on the way back
 * from there a thread always looks, and the error is thrown in here. With that, none of a million faults came late or was missed.
 */
final class GuardedCopy {
    /** All of memory, by address. */
    static final MemorySegment ALL_MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    static {
        // So that no class is being initialised when the error comes: it would be unusable from then on.
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(512);
            long half = 256;
            for (long length = 1; length <= half; length *= 2) {
                copy(memory.address(), memory.address() + half, length);
            }
        }
    }

    private GuardedCopy() {}

    /** Copies memory. Returns false when the kernel could not give a page of it: then some of it has been copied, or nothing. */
    static boolean copy(long from, long to, long length) {
        try {
            MemorySegment.copy(ALL_MEMORY, from, ALL_MEMORY, to, length);
            Helper.ferrule_abi_table(); // any native code; this does next to nothing
            return true;
        } catch (InternalError e) {
            String message = e.getMessage();
            if (message == null || !message.contains("unsafe memory access")) {
                throw e;
            }
            return false;
        }
    }
}

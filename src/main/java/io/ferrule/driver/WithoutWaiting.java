package io.ferrule.driver;

import static io.ferrule.driver.GuardedCopy.ALL_MEMORY;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.statx;
import io.ferrule.sys.SystemCall;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Operations on files that may have to wait for a device, done at once where the kernel has in memory what they ask for: then no other thread need be
 * woken for them. Any thread may use this.
 */
public final class WithoutWaiting {
    /** Not a result: it would have to wait, or nobody can tell. */
    public static final int WOULD_WAIT = Integer.MIN_VALUE + 1;

    /** What is copied at most, in bytes: a copy keeps the thread that makes it. */
    private static final int MOST = 1 << 17;

    private WithoutWaiting() {}

    /**
     * Reads what is in the page cache. Mirrors {@code preadv2(2)} with {@code RWF_NOWAIT}, Linux 4.14.
     *
     * @return {@code length}, when all of it was there, and else {@link #WOULD_WAIT}: also at the end of the file, which a short read may be or not
     */
    public static int read(Operation op) {
        if (op.kind != OperationKind.READ || !op.regular || op.direct || op.offset < 0 || op.length > MOST) {
            return WOULD_WAIT;
        }
        int result = SystemCall.readCached(op.fd, op.address, op.length, op.offset);
        return result == op.length ? result : WOULD_WAIT;
    }

    /**
     * Asks for the status of an open file. Where its file system is on a block device of this machine, that is in memory for as long as the file is open;
     * others, such as those on a network, have to ask for what is valid now. Mirrors {@code statx(2)} with {@code AT_STATX_DONT_SYNC}, Linux 4.11.
     *
     * @return 0, or {@link #WOULD_WAIT}
     */
    static int status(Operation op) {
        if (op.kind != OperationKind.STATX || (op.flags & LibC.AT_EMPTY_PATH()) == 0 || hasName(op)) {
            return WOULD_WAIT;
        }
        int flags = op.flags | LibC.AT_STATX_DONT_SYNC();
        int result = SystemCall.invoke(SystemCall.STATX, op.fd, op.address, flags, op.length, op.address2, 0);
        return result == 0 && isOnBlockDevice(op.address2) ? 0 : WOULD_WAIT;
    }

    private static boolean hasName(Operation op) {
        return ALL_MEMORY.get(ValueLayout.JAVA_BYTE, op.address) != 0;
    }

    private static boolean isOnBlockDevice(long status) {
        MemorySegment told = ALL_MEMORY.asSlice(status, statx.sizeof());
        return statx.stx_dev_major(told) != 0; // 0 for file systems without one
    }
}

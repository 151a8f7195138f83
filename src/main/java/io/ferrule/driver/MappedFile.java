package io.ferrule.driver;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Abi;
import io.ferrule.sys.Errno;
import io.ferrule.sys.SystemCall;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The mappings of an open file: windows of 1 GiB each, made when they are first used and kept until it is closed. They may reach beyond the file's end,
 * so that they stay good when it grows or is cut off; only who reads there gets a fault. Any thread may use this, between {@link #use} and
 * {@link #leave}.
 */
final class MappedFile {
    /** The flag of files that go past the page cache, which is where mappings are. */
    static final int O_DIRECT = Abi.value("O_DIRECT");

    private static final int WINDOW_SHIFT = 30;
    private static final long WINDOW = 1L << WINDOW_SHIFT;

    /** As many as the address space of a process has room for. */
    private static final int MAX_WINDOWS = 1 << 17;

    private static final int SMALLEST_PAGE = 4096;
    private static final int LARGEST_PAGE = 1 << 16;
    private static final int EINVAL = -Errno.EINVAL.number();

    private final int fd;
    private final long inode;
    private final int device;
    private final int flags;

    /** Their addresses, 0 for those not made yet. Guarded by this. */
    private long[] windows = new long[1];

    /** What the kernel answered when it refused to map, 0 before. Guarded by this. */
    private int refusal;

    /** How many copies are going on. Guarded by this. */
    private int users;

    /** Its descriptor is closed. Guarded by this. */
    private boolean dropped;

    // How residency is asked for; on the loop's thread only.
    private boolean residencyKnown;
    private boolean tellsResidency;
    private int pageSize = SMALLEST_PAGE;

    /** For an open regular file. */
    MappedFile(int fd, long inode, int device) {
        this.fd = fd;
        this.inode = inode;
        this.device = device;
        this.flags = SystemCall.invoke(SystemCall.FCNTL, fd, LibC.F_GETFL(), 0);
    }

    /** Keeps the mappings until {@link #leave}: somebody copies. */
    synchronized void use() {
        users++;
    }

    /** The end of a {@link #use}. */
    synchronized void leave() {
        users--;
        unmapIfUnused();
    }

    /** Takes the mappings away, as soon as nobody uses them: from under a copy they would take the process with them. */
    synchronized void drop() {
        dropped = true;
        unmapIfUnused();
    }

    private void unmapIfUnused() {
        if (!dropped || users > 0) {
            return;
        }
        for (long window : windows) {
            if (window != 0) {
                SystemCall.invoke(SystemCall.MUNMAP, window, WINDOW, 0);
            }
        }
        windows = new long[1];
    }

    /** Whether this is about that file, and not about one that had its descriptor's number before. */
    boolean isOf(long otherInode, int otherDevice) {
        return inode == otherInode && device == otherDevice;
    }

    /** Whether its mappings can be read. The kernel maps no file that is open for writing only. */
    boolean isReadable() {
        int never = LibC.O_PATH() | O_DIRECT;
        return flags >= 0 && (flags & never) == 0 && (flags & LibC.O_ACCMODE()) != LibC.O_WRONLY();
    }

    /** Whether its mappings can be written, and that does what {@code pwrite} would do. */
    boolean isWritable() {
        int needsCall = LibC.O_APPEND() | LibC.O_DSYNC() | LibC.O_SYNC();
        return isReadable() && (flags & LibC.O_ACCMODE()) == LibC.O_RDWR() && (flags & needsCall) == 0;
    }

    /** How many bytes there are from an offset to the end of its window. */
    static long room(long offset) {
        return WINDOW - (offset & (WINDOW - 1));
    }

    /** Where the byte at an offset is in memory; a negative errno when the file cannot be mapped. */
    synchronized long address(long offset) {
        if (refusal < 0) {
            return refusal;
        }
        long index = offset >>> WINDOW_SHIFT;
        if (index >= MAX_WINDOWS) {
            return EINVAL;
        }
        int i = (int) index;
        if (i >= windows.length) {
            windows = Arrays.copyOf(windows, Math.max(i + 1, Math.min(windows.length * 2, MAX_WINDOWS)));
        }
        if (windows[i] == 0) {
            int protection = LibC.PROT_READ() | (isWritable() ? LibC.PROT_WRITE() : 0);
            long start = index << WINDOW_SHIFT;
            long made = SystemCall.invokeLong(SystemCall.MMAP, 0, WINDOW, protection, LibC.MAP_SHARED(), fd, start);
            if (made < 0) {
                refusal = (int) made;
                return refusal;
            }
            windows[i] = made;
        }
        return windows[i] + (offset & (WINDOW - 1));
    }

    /**
     * Whether reading a range, all of it in one window, would not wait for the device, as far as the kernel tells. On the loop's thread.
     *
     * @param size of the file, in bytes
     * @param scratch a byte for each page of 4 KiB, and one more
     */
    boolean isResident(long offset, long length, long size, MemorySegment scratch) {
        if (!residencyKnown) {
            residencyKnown = true;
            tellsResidency = findOutWhetherItTells(size, scratch);
        }
        if (!tellsResidency) {
            return false;
        }
        long first = offset & -pageSize;
        int pages = (int) ((offset + length - first + pageSize - 1) / pageSize);
        if (residency(address(first), (long) pages * pageSize, scratch) < 0) {
            return false;
        }
        for (int i = 0; i < pages; i++) {
            if ((scratch.get(ValueLayout.JAVA_BYTE, i) & 1) == 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * For a file that is neither this user's own nor open for writing the kernel says that everything is resident, so as to tell nobody what others
     * read (Linux 5.2). Then it says so of a page behind the end too, where nothing can be.
     */
    private boolean findOutWhetherItTells(long size, MemorySegment scratch) {
        long behind = (size + 2L * LARGEST_PAGE - 1) & -LARGEST_PAGE;
        long address = address(behind);
        if (address < 0) {
            return false;
        }
        while (residency(address + pageSize, 1, scratch) == EINVAL && pageSize < LARGEST_PAGE) {
            pageSize *= 2;
        }
        return residency(address, 1, scratch) == 0 && (scratch.get(ValueLayout.JAVA_BYTE, 0) & 1) == 0;
    }

    private static int residency(long address, long length, MemorySegment scratch) {
        return SystemCall.invoke(SystemCall.MINCORE, address, length, scratch.address());
    }

    /** Brings what was written through the mappings to the device. Returns 0, or a negative errno. */
    int sync() {
        if (!isWritable()) {
            return 0;
        }
        for (int i = 0; ; i++) {
            long window;
            synchronized (this) {
                if (i == windows.length) {
                    return 0;
                }
                window = windows[i];
            }
            int result = window == 0 ? 0 : SystemCall.invoke(SystemCall.MSYNC, window, WINDOW, LibC.MS_SYNC());
            if (result < 0) {
                return result;
            }
        }
    }
}

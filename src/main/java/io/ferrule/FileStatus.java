package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.statx;
import io.ferrule.bindings.libc.statx_timestamp;
import java.lang.foreign.MemorySegment;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel knows of a file. Mirrors {@code statx(2)}.
 *
 * @param type what it is
 * @param permissions the lower twelve bits of its mode, such as 0644 (octal)
 * @param size in bytes
 * @param allocated bytes on the device: fewer than its size where it has holes
 * @param links names it has
 * @param owner user id
 * @param group group id
 * @param inode its number in the file system
 * @param deviceMajor major number of the file system's device
 * @param deviceMinor minor number of the file system's device
 * @param blockSize in bytes: what the file system likes transfers to be multiples of
 * @param accessed when its data was read last, as exactly as the file system keeps that
 * @param modified when its data was changed last
 * @param changed when its data or its metadata was changed last
 * @param created when it was made; null where the file system does not keep that
 * @param direct what direct I/O asks for; null where the kernel or the file system does not tell (Linux 6.1)
 */
public record FileStatus(
        FileType type,
        int permissions,
        long size,
        long allocated,
        int links,
        int owner,
        int group,
        long inode,
        int deviceMajor,
        int deviceMinor,
        int blockSize,
        Instant accessed,
        Instant modified,
        Instant changed,
        @Nullable Instant created,
        @Nullable DirectAlignment direct) {
    /** What is asked for. */
    static final int MASK = LibC.STATX_BASIC_STATS() | LibC.STATX_BTIME() | LibC.STATX_DIOALIGN();

    private static final int PERMISSIONS = 07777;

    /** Of what {@code statx} counts as a block, whatever the file system's are. */
    private static final int BLOCK = 512;

    /** Bytes that the kernel fills in. */
    static final long SIZE = statx.sizeof();

    static MemorySegment memory(Loop loop) {
        return loop.taskMemory().take(SIZE);
    }

    /** As the kernel has filled it in. */
    static FileStatus of(MemorySegment status) {
        int mode = statx.stx_mode(status);
        return new FileStatus(
                FileType.of(mode),
                mode & PERMISSIONS,
                statx.stx_size(status),
                statx.stx_blocks(status) * BLOCK,
                statx.stx_nlink(status),
                statx.stx_uid(status),
                statx.stx_gid(status),
                statx.stx_ino(status),
                statx.stx_dev_major(status),
                statx.stx_dev_minor(status),
                statx.stx_blksize(status),
                instant(statx.stx_atime(status)),
                instant(statx.stx_mtime(status)),
                instant(statx.stx_ctime(status)),
                has(status, LibC.STATX_BTIME()) ? instant(statx.stx_btime(status)) : null,
                has(status, LibC.STATX_DIOALIGN())
                        ? new DirectAlignment(statx.stx_dio_mem_align(status), statx.stx_dio_offset_align(status))
                        : null);
    }

    private static boolean has(MemorySegment status, int bit) {
        return (statx.stx_mask(status) & bit) != 0;
    }

    private static Instant instant(MemorySegment time) {
        return Instant.ofEpochSecond(statx_timestamp.tv_sec(time), statx_timestamp.tv_nsec(time));
    }
}

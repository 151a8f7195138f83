package io.ferrule.uring;

import static io.ferrule.uring.RingLayout.MEMORY;
import static io.ferrule.uring.RingLayout.SQE_ADDR;
import static io.ferrule.uring.RingLayout.SQE_ADDR3;
import static io.ferrule.uring.RingLayout.SQE_BUF_INDEX;
import static io.ferrule.uring.RingLayout.SQE_FD;
import static io.ferrule.uring.RingLayout.SQE_FILE_INDEX;
import static io.ferrule.uring.RingLayout.SQE_FLAGS;
import static io.ferrule.uring.RingLayout.SQE_IOPRIO;
import static io.ferrule.uring.RingLayout.SQE_LAST_WORD;
import static io.ferrule.uring.RingLayout.SQE_LEN;
import static io.ferrule.uring.RingLayout.SQE_OFF;
import static io.ferrule.uring.RingLayout.SQE_OPCODE;
import static io.ferrule.uring.RingLayout.SQE_OP_FLAGS;
import static io.ferrule.uring.RingLayout.SQE_PERSONALITY;
import static io.ferrule.uring.RingLayout.SQE_SIZE;
import static io.ferrule.uring.RingLayout.SQE_USER_DATA;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.ferrule.sys.Abi;
import io.ferrule.sys.Descriptor;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import io.ferrule.sys.NativeMemory;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A submission queue entry. There is one object for each ring, moved over the slots: {@link SubmissionQueue#next()} puts it on a fresh one.
 * Choose the operation first (one call), then the options: {@code sq.next().read(fd, buffer, 0).userData(42).link()}.
 *
 * <p>What the caller must guarantee: memory given to an operation stays allocated and untouched until its last completion, the one without
 * {@link CompletionQueue#IORING_CQE_F_MORE}; a path, an {@link IovecArray}'s entries and other arguments that only describe the request, until
 * it has been submitted (under SQPOLL: until it has completed). Buffers must be native memory, which is checked.
 *
 * <p>Results are in {@link CompletionQueue#res()}: a negative errno on failure, otherwise what each operation says below.
 */
public final class Sqe {
    /** Start only after all that was submitted earlier; what comes later waits for it. Linux 5.2. */
    public static final int IOSQE_IO_DRAIN = 1 << 1;

    /** The next entry starts when this one has succeeded in full, or is cancelled. Linux 5.3. */
    public static final int IOSQE_IO_LINK = 1 << 2;

    /** The next entry starts when this one has completed, whatever its result. Linux 5.5. */
    public static final int IOSQE_IO_HARDLINK = 1 << 3;

    /** Go to a worker thread at once, without trying first. Linux 5.6. */
    public static final int IOSQE_ASYNC = 1 << 4;

    /** No completion when this succeeds. Linux 5.17. */
    public static final int IOSQE_CQE_SKIP_SUCCESS = 1 << 6;

    /** A provided buffer is picked from the group when the data is there. Linux 5.7. */
    public static final int IOSQE_BUFFER_SELECT = 1 << 5;

    /** The descriptor is a direct one; set by the operations that take a {@link Descriptor}. */
    public static final int IOSQE_FIXED_FILE = 1;

    private static final int CHAINED = IOSQE_IO_LINK | IOSQE_IO_HARDLINK;
    private static final int NO_FD = -1;

    /** Where the descriptor lies in the entry's first word. */
    private static final int FD_SHIFT = 8 * (int) SQE_FD;

    /** The current slot has no operation. */
    private static final int BLANK = 0;

    /** The current slot is an entry: it has an operation, and takes options. */
    private static final int FILLED = 1;

    /** There is no current slot, or what it holds has been submitted. */
    private static final int SEALED = 2;

    private static final int MAX_ID = 0xffff;
    private static final int FUTEX_WAITV_SIZE = 24;

    /** Commands of block devices, {@code _IO(0x12, n)} in {@code linux/blkdev.h}. */
    private static final int BLOCK_URING_CMD_DISCARD = 0x12 << 8;

    private static final int BLOCK_URING_CMD_ZONE_RESET_ALL = 0x12 << 8 | 1;

    private static final long STATX_SIZE = Abi.value("sizeof statx");
    private static final long SIGINFO_SIZE = Abi.value("sizeof siginfo_t");
    private static final long MSGHDR_SIZE = Abi.value("sizeof msghdr");
    private static final long EPOLL_EVENT_SIZE = Abi.value("sizeof epoll_event");

    private final IoUring ring;
    private final Timespecs timespecs = new Timespecs();
    private long entries;
    private long stride;
    private boolean silent;
    private long at;

    /** {@link #BLANK}, {@link #FILLED} or {@link #SEALED}. */
    private int state = SEALED;

    Sqe(IoUring ring) {
        this.ring = ring;
    }

    /** Works on this view of the ring's memory from now on. */
    void bind(RingMemory memory) {
        entries = memory.sqes();
        stride = memory.sqeStride();
        timespecs.bind(memory.sqEntries());
    }

    /** Moves to a slot. What the slot holds from its last use stays until an operation is chosen. */
    Sqe moveTo(int slot) {
        this.at = entries + slot * stride;
        this.state = BLANK;
        return this;
    }

    /** How many entries the current slot is: 1 once it has an operation. */
    int filled() {
        return state & FILLED;
    }

    /** Lets go of the current slot: the kernel may see it now. */
    void seal() {
        state = SEALED;
    }

    /** Whether the entry in a slot holds the one after it to itself. */
    boolean isChained(int slot) {
        return (MEMORY.get(JAVA_BYTE, entries + slot * stride + SQE_FLAGS) & CHAINED) != 0;
    }

    /** How much memory there is for the times of operations. */
    long timeBytes() {
        return timespecs.byteSize();
    }

    /** Whether any entry has been marked to stay silent on success. */
    boolean mayBeSilent() {
        return silent;
    }

    // ---- operations ----

    /** Does nothing. Result: 0. Mirrors {@code io_uring_prep_nop}. Linux 5.1. */
    public Sqe nop() {
        return prep(Opcode.IORING_OP_NOP, NO_FD, 0, 0, 0);
    }

    /**
     * Reads into a buffer. Result: bytes read, which may be fewer than asked; 0 at the end of the file. Mirrors {@code io_uring_prep_read}. Linux
     * 5.6.
     *
     * @param buffer native memory; its size is how many bytes are asked for
     * @param offset in the file, in bytes; -1 for the file's own position, and for what has none (pipes, sockets)
     */
    public Sqe read(Descriptor fd, MemorySegment buffer, long offset) {
        return on(
                Opcode.IORING_OP_READ, fd, NativeMemory.writable(buffer), NativeMemory.transferLength(buffer), offset);
    }

    /**
     * Reads into a part of a buffer, as {@link #read(Descriptor, MemorySegment, long)}.
     *
     * @param from first byte of the part, from 0
     * @param length of the part, in bytes
     */
    public Sqe read(Descriptor fd, MemorySegment buffer, long from, int length, long offset) {
        NativeMemory.checkRange(buffer, from, length);
        return on(Opcode.IORING_OP_READ, fd, NativeMemory.writable(buffer) + from, length, offset);
    }

    /**
     * Writes a buffer. Result: bytes written, which may be fewer than asked. Mirrors {@code io_uring_prep_write}. Linux 5.6.
     *
     * @param buffer native memory; all of it is written
     * @param offset in the file, in bytes; -1 for the file's own position, and for what has none (pipes, sockets)
     */
    public Sqe write(Descriptor fd, MemorySegment buffer, long offset) {
        return on(
                Opcode.IORING_OP_WRITE, fd, NativeMemory.readable(buffer), NativeMemory.transferLength(buffer), offset);
    }

    /**
     * Writes a part of a buffer, as {@link #write(Descriptor, MemorySegment, long)}.
     *
     * @param from first byte of the part, from 0
     * @param length of the part, in bytes
     */
    public Sqe write(Descriptor fd, MemorySegment buffer, long from, int length, long offset) {
        NativeMemory.checkRange(buffer, from, length);
        return on(Opcode.IORING_OP_WRITE, fd, NativeMemory.readable(buffer) + from, length, offset);
    }

    /**
     * Reads into several buffers, one after the other. Result: bytes read. Mirrors {@code io_uring_prep_readv}. Linux 5.1.
     *
     * @param count how many of the array's pieces, from its first
     * @param offset in the file, in bytes; -1 for the file's own position
     */
    public Sqe readv(Descriptor fd, IovecArray pieces, int count, long offset) {
        return on(Opcode.IORING_OP_READV, fd, address(pieces, count), count, offset);
    }

    /**
     * Writes several buffers, one after the other. Result: bytes written. Mirrors {@code io_uring_prep_writev}. Linux 5.1.
     *
     * @param count how many of the array's pieces, from its first
     * @param offset in the file, in bytes; -1 for the file's own position
     */
    public Sqe writev(Descriptor fd, IovecArray pieces, int count, long offset) {
        return on(Opcode.IORING_OP_WRITEV, fd, address(pieces, count), count, offset);
    }

    /**
     * Reads into a registered buffer, as {@link #read(Descriptor, MemorySegment, long)}. Result: -EFAULT when the memory does not lie inside that
     * buffer. Mirrors {@code io_uring_prep_read_fixed}. Linux 5.1.
     *
     * @param buffer the registered buffer or a slice of it
     * @param index of the buffer among those registered, from 0
     */
    public Sqe readFixed(Descriptor fd, MemorySegment buffer, long offset, int index) {
        checkId(index);
        return on(
                        Opcode.IORING_OP_READ_FIXED,
                        fd,
                        NativeMemory.writable(buffer),
                        NativeMemory.transferLength(buffer),
                        offset)
                .bufferIndex(index);
    }

    /**
     * Writes a registered buffer, as {@link #write(Descriptor, MemorySegment, long)}. Result: -EFAULT when the memory does not lie inside that
     * buffer. Mirrors {@code io_uring_prep_write_fixed}. Linux 5.1.
     *
     * @param buffer the registered buffer or a slice of it
     * @param index of the buffer among those registered, from 0
     */
    public Sqe writeFixed(Descriptor fd, MemorySegment buffer, long offset, int index) {
        checkId(index);
        return on(
                        Opcode.IORING_OP_WRITE_FIXED,
                        fd,
                        NativeMemory.readable(buffer),
                        NativeMemory.transferLength(buffer),
                        offset)
                .bufferIndex(index);
    }

    /**
     * Brings what was written to the device. It is not ordered after writes in flight: link it to them, or wait for them first. Result: 0. Mirrors
     * {@code io_uring_prep_fsync}. Linux 5.1.
     *
     * @param flags 0 or {@link UringFlags#IORING_FSYNC_DATASYNC}
     */
    public Sqe fsync(Descriptor fd, int flags) {
        return on(Opcode.IORING_OP_FSYNC, fd, 0, 0, 0).opFlags(flags);
    }

    /**
     * Opens a file. Result: its descriptor. Mirrors {@code io_uring_prep_openat}. Linux 5.6.
     *
     * @param directory where a relative path starts; {@link Fd#CWD} for the working directory
     * @param path ends in NUL, as {@code arena.allocateFrom(string)} makes it
     * @param flags {@code O_RDONLY} and its like; O_CLOEXEC is not added
     * @param mode permission bits of a file that is created
     */
    public Sqe openat(Fd directory, MemorySegment path, int flags, int mode) {
        return prep(Opcode.IORING_OP_OPENAT, directory.number(), NativeMemory.path(path), mode, 0)
                .opFlags(flags);
    }

    /**
     * Closes a descriptor, which is thereby no longer the caller's: {@code fd} is closed as an object at once. Requests in flight on it go on.
     * Result: 0. Mirrors {@code io_uring_prep_close}. Linux 5.6.
     */
    public Sqe close(Fd fd) {
        prep(Opcode.IORING_OP_CLOSE, fd.number(), 0, 0, 0);
        try {
            fd.release(); // last, so that a refused entry does not lose the descriptor
        } catch (IllegalStateException e) {
            state = BLANK;
            throw e;
        }
        return this;
    }

    /**
     * Asks for a file's attributes. Result: 0. Mirrors {@code io_uring_prep_statx}. Linux 5.6.
     *
     * @param directory where a relative path starts; {@link Fd#CWD} for the working directory
     * @param path ends in NUL, as {@code arena.allocateFrom(string)} makes it
     * @param flags {@code AT_SYMLINK_NOFOLLOW} and its like
     * @param mask which attributes: {@code STATX_BASIC_STATS} and its like
     * @param status where the kernel writes {@code struct statx}: 256 bytes
     */
    public Sqe statx(Fd directory, MemorySegment path, int flags, int mask, MemorySegment status) {
        return prep(
                        Opcode.IORING_OP_STATX,
                        directory.number(),
                        NativeMemory.path(path),
                        mask,
                        sized(status, STATX_SIZE, "struct statx"))
                .opFlags(flags);
    }

    /**
     * Waits for one of these events on a descriptor, once. Result: the events that are there. Mirrors {@code io_uring_prep_poll_add}. Linux 5.1.
     *
     * @param events {@code POLLIN} and its like; errors and hang-ups are always reported
     */
    public Sqe pollAdd(Descriptor fd, int events) {
        return on(Opcode.IORING_OP_POLL_ADD, fd, 0, 0, 0).opFlags(events);
    }

    /**
     * Takes back a poll; the poll itself completes with -ECANCELED. Result: 0; -ENOENT when there is none; -EALREADY when it is just completing.
     * Mirrors {@code io_uring_prep_poll_remove}. Linux 5.1.
     *
     * @param target the poll's user data
     */
    public Sqe pollRemove(long target) {
        return prep(Opcode.IORING_OP_POLL_REMOVE, NO_FD, target, 0, 0);
    }

    /**
     * Completes after a time, or earlier, when a number of other requests have completed. Result: -ETIME when the time is up; 0 when the number
     * came first; -ECANCELED when removed. Mirrors {@code io_uring_prep_timeout}, with the time kept by the ring. Linux 5.4.
     *
     * @param nanos from now; with {@link UringFlags#IORING_TIMEOUT_ABS}, on the clock
     * @param count of completions that end it early; 0 for none
     * @param flags {@code IORING_TIMEOUT_...}, CLOCK_MONOTONIC unless they say otherwise
     */
    public Sqe timeout(long nanos, int count, int flags) {
        if (count < 0) {
            throw new IllegalArgumentException("a count of completions is 0 or more, not " + count);
        }
        return prep(Opcode.IORING_OP_TIMEOUT, NO_FD, timespec(nanos), 1, count).opFlags(flags);
    }

    /**
     * Takes back a timeout; the timeout itself completes with -ECANCELED. Result: 0; -ENOENT when there is none; -EBUSY when it is just expiring.
     * Mirrors {@code io_uring_prep_timeout_remove}. Linux 5.5.
     *
     * @param target the timeout's user data
     */
    public Sqe timeoutRemove(long target) {
        return prep(Opcode.IORING_OP_TIMEOUT_REMOVE, NO_FD, target, 0, 0);
    }

    /**
     * Limits the time of the entry before it, which must be linked to this one. Result: -ETIME when it ran out (that request then completes with
     * -ECANCELED, unless it had just completed); -ECANCELED when the request came first. Mirrors {@code io_uring_prep_link_timeout}. Linux 5.5.
     *
     * @param nanos from when that request starts; with {@link UringFlags#IORING_TIMEOUT_ABS}, on the clock
     * @param flags {@code IORING_TIMEOUT_...}
     */
    public Sqe linkTimeout(long nanos, int flags) {
        return prep(Opcode.IORING_OP_LINK_TIMEOUT, NO_FD, timespec(nanos), 1, 0).opFlags(flags);
    }

    /**
     * Cancels requests by their user data. Result: 0, or with {@link UringFlags#IORING_ASYNC_CANCEL_ALL} how many (for waits for futexes and
     * processes, how many in any case); -ENOENT when none is found; -EALREADY when it is too late to tell. What became of a request, only its own
     * completion says. Mirrors {@code io_uring_prep_cancel64}. Linux 5.5.
     *
     * @param target the requests' user data
     * @param flags 0 or {@code IORING_ASYNC_CANCEL_...} (Linux 5.19)
     */
    public Sqe cancel(long target, int flags) {
        return prep(Opcode.IORING_OP_ASYNC_CANCEL, NO_FD, target, 0, 0).opFlags(flags);
    }

    /**
     * Cancels requests by the descriptor they work on, as {@link #cancel(long, int)}. Mirrors {@code io_uring_prep_cancel_fd}. Linux 5.19.
     *
     * @param flags 0 or {@link UringFlags#IORING_ASYNC_CANCEL_ALL}
     */
    public Sqe cancel(Descriptor fd, int flags) {
        int by = UringFlags.IORING_ASYNC_CANCEL_FD | (fd.isDirect() ? UringFlags.IORING_ASYNC_CANCEL_FD_FIXED : 0);
        return prep(Opcode.IORING_OP_ASYNC_CANCEL, fd.number(), 0, 0, 0).opFlags(flags | by);
    }

    /**
     * Cancels requests by the descriptor they work on and their user data, as {@link #cancel(long, int)}: both must match. Mirrors
     * {@code io_uring_prep_cancel_fd} with {@code IORING_ASYNC_CANCEL_USERDATA}. Linux 6.6.
     *
     * @param target the requests' user data
     * @param flags 0 or {@link UringFlags#IORING_ASYNC_CANCEL_ALL}
     */
    public Sqe cancel(Descriptor fd, long target, int flags) {
        return cancel(fd, flags | UringFlags.IORING_ASYNC_CANCEL_USERDATA).address(target);
    }

    // ---- files: reading and writing ----

    /**
     * Reads into several buffers with flags, as {@link #readv(Descriptor, IovecArray, int, long)}. Mirrors {@code io_uring_prep_readv2}. Linux 5.1.
     *
     * @param flags {@code RWF_NOWAIT} and its like, as in {@code preadv2(2)}
     */
    public Sqe readv(Descriptor fd, IovecArray pieces, int count, long offset, int flags) {
        return readv(fd, pieces, count, offset).opFlags(flags);
    }

    /**
     * Writes several buffers with flags, as {@link #writev(Descriptor, IovecArray, int, long)}. Mirrors {@code io_uring_prep_writev2}. Linux 5.1.
     *
     * @param flags {@code RWF_DSYNC} and its like, as in {@code pwritev2(2)}
     */
    public Sqe writev(Descriptor fd, IovecArray pieces, int count, long offset, int flags) {
        return writev(fd, pieces, count, offset).opFlags(flags);
    }

    /**
     * Reads into several parts of one registered buffer. Result: bytes read. Mirrors {@code io_uring_prep_readv_fixed}. Linux 6.15.
     *
     * @param pieces each within the registered buffer
     * @param count how many of the array's pieces, from its first
     * @param flags {@code RWF_NOWAIT} and its like, or 0
     * @param index of the buffer among those registered, from 0
     */
    public Sqe readvFixed(Descriptor fd, IovecArray pieces, int count, long offset, int flags, int index) {
        checkId(index);
        return on(Opcode.IORING_OP_READV_FIXED, fd, address(pieces, count), count, offset)
                .opFlags(flags)
                .bufferIndex(index);
    }

    /**
     * Writes several parts of one registered buffer. Result: bytes written. Mirrors {@code io_uring_prep_writev_fixed}. Linux 6.15.
     *
     * @param pieces each within the registered buffer
     * @param count how many of the array's pieces, from its first
     * @param flags {@code RWF_DSYNC} and its like, or 0
     * @param index of the buffer among those registered, from 0
     */
    public Sqe writevFixed(Descriptor fd, IovecArray pieces, int count, long offset, int flags, int index) {
        checkId(index);
        return on(Opcode.IORING_OP_WRITEV_FIXED, fd, address(pieces, count), count, offset)
                .opFlags(flags)
                .bufferIndex(index);
    }

    /**
     * Reads into a provided buffer, which the kernel picks when there is something: {@link CompletionQueue#bufferId}. Result: bytes read; 0 at the end;
     * -ENOBUFS when the group is empty. Mirrors {@code io_uring_prep_read}. Linux 5.7.
     *
     * @param length bytes at most; 0 for the buffer's size
     * @param offset in the file, in bytes; -1 for the file's own position, and for what has none (pipes, sockets)
     * @param group the buffers' group
     */
    public Sqe read(Descriptor fd, int length, long offset, int group) {
        checkId(group);
        return on(Opcode.IORING_OP_READ, fd, 0, length, offset).bufferGroup(group);
    }

    /**
     * Reads again and again into provided buffers, each time something is there: from pipes, sockets and other files that can be polled (-EBADFD
     * from others). Each completion's result: bytes read, as many at a time as the buffer holds at most; 0 at the end. It goes on while
     * {@link CompletionQueue#hasMore()}, and stops with -ENOBUFS when the group is empty. Mirrors {@code io_uring_prep_read_multishot}. Linux 6.7.
     *
     * @param length 0; the kernel takes no other yet (-EINVAL)
     * @param offset -1, or 0 for what has no position
     * @param group the buffers' group
     */
    public Sqe readMultishot(Descriptor fd, int length, long offset, int group) {
        checkId(group);
        return on(Opcode.IORING_OP_READ_MULTISHOT, fd, 0, length, offset).bufferGroup(group);
    }

    // ---- files: contents ----

    /**
     * Starts or awaits write-back of a range, without metadata: no substitute for {@link #fsync}. Result: 0. Mirrors
     * {@code io_uring_prep_sync_file_range}. Linux 5.2.
     *
     * @param length in bytes; 0 for up to the end
     * @param flags {@code SYNC_FILE_RANGE_...}, as in {@code sync_file_range(2)}
     */
    public Sqe syncFileRange(Descriptor fd, int length, long offset, int flags) {
        return on(Opcode.IORING_OP_SYNC_FILE_RANGE, fd, 0, length, offset).opFlags(flags);
    }

    /**
     * Allocates, punches or zeroes a range. Result: 0. Mirrors {@code io_uring_prep_fallocate}. Linux 5.6.
     *
     * @param mode 0 or {@code FALLOC_FL_...}
     * @param offset first byte
     * @param length in bytes
     */
    public Sqe fallocate(Descriptor fd, int mode, long offset, long length) {
        return on(Opcode.IORING_OP_FALLOCATE, fd, length, mode, offset);
    }

    /** Sets a file's size in bytes. Result: 0. Mirrors {@code io_uring_prep_ftruncate}. Linux 6.9. */
    public Sqe ftruncate(Descriptor fd, long size) {
        return on(Opcode.IORING_OP_FTRUNCATE, fd, 0, 0, size);
    }

    /**
     * Says how a range will be used. Result: 0. Mirrors {@code io_uring_prep_fadvise}, and beyond 4 GiB {@code io_uring_prep_fadvise64}. Linux 5.6.
     *
     * @param length in bytes; 0 for up to the end. 4 GiB and more: EINVAL before Linux 6.11
     * @param advice {@code POSIX_FADV_...}
     */
    public Sqe fadvise(Descriptor fd, long offset, long length, int advice) {
        boolean wide = isWide(length);
        return on(Opcode.IORING_OP_FADVISE, fd, wide ? length : 0, wide ? 0 : (int) length, offset)
                .opFlags(advice);
    }

    /**
     * Says how memory will be used. Result: 0. Mirrors {@code io_uring_prep_madvise}, and beyond 4 GiB {@code io_uring_prep_madvise64}. Linux 5.6.
     *
     * @param memory native, page-aligned. 4 GiB and more: EINVAL before Linux 6.11
     * @param advice {@code MADV_...}. Some of them discard what the memory holds
     */
    public Sqe madvise(MemorySegment memory, int advice) {
        long length = memory.byteSize();
        boolean wide = isWide(length);
        return prep(
                        Opcode.IORING_OP_MADVISE,
                        NO_FD,
                        NativeMemory.writable(memory),
                        wide ? 0 : (int) length,
                        wide ? length : 0)
                .opFlags(advice);
    }

    /** Whether it does not fit the entry's 32 bits for lengths, which are all that older kernels look at. */
    private static boolean isWide(long length) {
        return length >>> Integer.SIZE != 0;
    }

    /**
     * Moves bytes between two descriptors, one of them a pipe, without copying them through memory. Result: bytes moved, 0 at the end. Mirrors
     * {@code io_uring_prep_splice}. Linux 5.7.
     *
     * @param inOffset where to read in the file; -1 for a pipe, or the file's own position
     * @param outOffset where to write in the file; -1 for a pipe, or the file's own position
     * @param flags {@code SPLICE_F_MOVE}, {@code SPLICE_F_MORE}
     */
    public Sqe splice(Descriptor in, long inOffset, Descriptor out, long outOffset, int length, int flags) {
        int from = in.number();
        return on(Opcode.IORING_OP_SPLICE, out, inOffset, length, outOffset)
                .opFlags(flags | (in.isDirect() ? UringFlags.SPLICE_F_FD_IN_FIXED : 0))
                .fileIndex(from);
    }

    /**
     * Duplicates what is in a pipe into another, without consuming it. Result: bytes duplicated. Mirrors {@code io_uring_prep_tee}. Linux 5.8.
     *
     * @param flags {@code SPLICE_F_NONBLOCK} and its like
     */
    public Sqe tee(Descriptor in, Descriptor out, int length, int flags) {
        int from = in.number();
        return on(Opcode.IORING_OP_TEE, out, 0, length, 0)
                .opFlags(flags | (in.isDirect() ? UringFlags.SPLICE_F_FD_IN_FIXED : 0))
                .fileIndex(from);
    }

    // ---- files: opening and closing ----

    /**
     * Opens a file as a direct descriptor, as {@link #openat}. Result: 0, or the slot where {@link DirectDescriptor#ANY} was asked for; -ENFILE
     * when none is free. Mirrors {@code io_uring_prep_openat_direct}. Linux 5.15.
     *
     * @param slot where it goes; {@link DirectDescriptor#ANY} lets the kernel choose (Linux 5.19)
     */
    public Sqe openatDirect(Fd directory, MemorySegment path, int flags, int mode, DirectDescriptor slot) {
        int index = slotIndex(slot);
        return openat(directory, path, flags, mode).fileIndex(index);
    }

    /**
     * Opens a file with rules for how its path is resolved. Result: its descriptor. Mirrors {@code io_uring_prep_openat2}. Linux 5.6.
     *
     * @param how {@code struct open_how}: 24 bytes
     */
    public Sqe openat2(Fd directory, MemorySegment path, MemorySegment how) {
        return prep(
                Opcode.IORING_OP_OPENAT2,
                directory.number(),
                NativeMemory.path(path),
                NativeMemory.transferLength(how),
                NativeMemory.readable(how));
    }

    /**
     * Opens a file with rules for how its path is resolved, as a direct descriptor. Result: 0, or the slot where {@link DirectDescriptor#ANY} was
     * asked for. Mirrors {@code io_uring_prep_openat2_direct}. Linux 5.15.
     *
     * @param how {@code struct open_how}: 24 bytes
     */
    public Sqe openat2Direct(Fd directory, MemorySegment path, MemorySegment how, DirectDescriptor slot) {
        int index = slotIndex(slot);
        return openat2(directory, path, how).fileIndex(index);
    }

    /** Closes a direct descriptor: its slot is free again. Result: 0; -EBADF for an empty slot. Mirrors {@code io_uring_prep_close_direct}. Linux 5.15. */
    public Sqe close(DirectDescriptor slot) {
        int index = slotIndex(slot);
        return prep(Opcode.IORING_OP_CLOSE, 0, 0, 0, 0).fileIndex(index);
    }

    /**
     * Replaces files in the ring's table. Result: how many. Mirrors {@code io_uring_prep_files_update}. Linux 5.6.
     *
     * @param descriptors 4 bytes each: a descriptor, -1 to empty the slot, {@link UringFlags#IORING_REGISTER_FILES_SKIP} to leave it. The memory is
     *     read, and for ALLOC written, until the completion
     * @param offset the first slot; {@link UringFlags#IORING_FILE_INDEX_ALLOC} lets the kernel choose slots and write them back
     */
    public Sqe filesUpdate(MemorySegment descriptors, int offset) {
        return prep(
                Opcode.IORING_OP_FILES_UPDATE,
                NO_FD,
                NativeMemory.writable(descriptors),
                (int) (descriptors.byteSize() / Integer.BYTES),
                offset);
    }

    /**
     * Makes a descriptor of the process out of a direct one. Result: the descriptor, with O_CLOEXEC unless the flags say otherwise. Mirrors
     * {@code io_uring_prep_fixed_fd_install}. Linux 6.8.
     *
     * @param flags 0 or {@link UringFlags#IORING_FIXED_FD_NO_CLOEXEC}
     */
    public Sqe fixedFdInstall(DirectDescriptor slot, int flags) {
        return on(Opcode.IORING_OP_FIXED_FD_INSTALL, slot, 0, 0, 0).opFlags(flags);
    }

    /**
     * Makes a pipe. Result: 0. Mirrors {@code io_uring_prep_pipe}. Linux 6.16.
     *
     * @param ends where the kernel writes the reading and the writing descriptor: 8 bytes
     * @param flags {@code O_CLOEXEC}, {@code O_NONBLOCK}
     */
    public Sqe pipe(MemorySegment ends, int flags) {
        return prep(Opcode.IORING_OP_PIPE, 0, sized(ends, 2 * Integer.BYTES, "the two ends of a pipe"), 0, 0)
                .opFlags(flags);
    }

    /**
     * Makes a pipe of two direct descriptors. Result: 0. Mirrors {@code io_uring_prep_pipe_direct}. Linux 6.16.
     *
     * @param ends where the kernel writes the slots of the reading and the writing end: 8 bytes
     * @param slot where the reading end goes, the writing end to the next; {@link DirectDescriptor#ANY} lets the kernel choose
     */
    public Sqe pipeDirect(MemorySegment ends, int flags, DirectDescriptor slot) {
        int index = slotIndex(slot);
        return pipe(ends, flags).fileIndex(index);
    }

    // ---- directories and attributes. Paths end in NUL, as arena.allocateFrom(string) makes them ----

    /**
     * Renames. Result: 0. Mirrors {@code io_uring_prep_renameat}. Linux 5.11.
     *
     * @param flags 0 or {@code RENAME_NOREPLACE}, {@code RENAME_EXCHANGE}
     */
    public Sqe renameat(Fd fromDirectory, MemorySegment from, Fd toDirectory, MemorySegment to, int flags) {
        return prep(
                        Opcode.IORING_OP_RENAMEAT,
                        fromDirectory.number(),
                        NativeMemory.path(from),
                        toDirectory.number(),
                        NativeMemory.path(to))
                .opFlags(flags);
    }

    /**
     * Removes a file, or a directory. Result: 0. Mirrors {@code io_uring_prep_unlinkat}. Linux 5.11.
     *
     * @param flags 0, or {@code AT_REMOVEDIR} for a directory
     */
    public Sqe unlinkat(Fd directory, MemorySegment path, int flags) {
        return prep(Opcode.IORING_OP_UNLINKAT, directory.number(), NativeMemory.path(path), 0, 0)
                .opFlags(flags);
    }

    /**
     * Makes a directory. Result: 0. Mirrors {@code io_uring_prep_mkdirat}. Linux 5.15.
     *
     * @param mode permission bits
     */
    public Sqe mkdirat(Fd directory, MemorySegment path, int mode) {
        return prep(Opcode.IORING_OP_MKDIRAT, directory.number(), NativeMemory.path(path), mode, 0);
    }

    /** Makes a symbolic link at {@code path} that holds {@code target}. Result: 0. Mirrors {@code io_uring_prep_symlinkat}. Linux 5.15. */
    public Sqe symlinkat(MemorySegment target, Fd directory, MemorySegment path) {
        return prep(
                Opcode.IORING_OP_SYMLINKAT, directory.number(), NativeMemory.path(target), 0, NativeMemory.path(path));
    }

    /**
     * Makes another name for a file. Result: 0. Mirrors {@code io_uring_prep_linkat}. Linux 5.15.
     *
     * @param flags 0, {@code AT_SYMLINK_FOLLOW} or {@code AT_EMPTY_PATH}
     */
    public Sqe linkat(Fd fromDirectory, MemorySegment from, Fd toDirectory, MemorySegment to, int flags) {
        return prep(
                        Opcode.IORING_OP_LINKAT,
                        fromDirectory.number(),
                        NativeMemory.path(from),
                        toDirectory.number(),
                        NativeMemory.path(to))
                .opFlags(flags);
    }

    /**
     * Sets an extended attribute of an open file. Result: 0. Mirrors {@code io_uring_prep_fsetxattr}. Linux 5.19.
     *
     * @param name such as "user.origin", ending in NUL
     * @param value read by the time of the submit, as are the name and the path
     * @param flags 0, {@link UringFlags#XATTR_CREATE} or {@link UringFlags#XATTR_REPLACE}
     */
    public Sqe fsetxattr(Descriptor fd, MemorySegment name, MemorySegment value, int flags) {
        return on(
                        Opcode.IORING_OP_FSETXATTR,
                        fd,
                        NativeMemory.path(name),
                        NativeMemory.transferLength(value),
                        NativeMemory.readable(value))
                .opFlags(flags);
    }

    /**
     * Sets an extended attribute of the file at a path. Result: 0. Mirrors {@code io_uring_prep_setxattr}. Linux 5.19.
     *
     * @param name such as "user.origin", ending in NUL
     * @param value read by the time of the submit, as are the name and the path
     * @param flags 0, {@link UringFlags#XATTR_CREATE} or {@link UringFlags#XATTR_REPLACE}
     */
    public Sqe setxattr(MemorySegment path, MemorySegment name, MemorySegment value, int flags) {
        long where = NativeMemory.path(path);
        return prep(
                        Opcode.IORING_OP_SETXATTR,
                        0,
                        NativeMemory.path(name),
                        NativeMemory.transferLength(value),
                        NativeMemory.readable(value))
                .opFlags(flags)
                .address3(where);
    }

    /**
     * Reads an extended attribute of an open file. Result: its length in bytes; -ERANGE when the buffer is too small. Mirrors
     * {@code io_uring_prep_fgetxattr}. Linux 5.19.
     *
     * @param name such as "user.origin", ending in NUL
     * @param value where the kernel writes it
     */
    public Sqe fgetxattr(Descriptor fd, MemorySegment name, MemorySegment value) {
        return on(
                Opcode.IORING_OP_FGETXATTR,
                fd,
                NativeMemory.path(name),
                NativeMemory.transferLength(value),
                NativeMemory.writable(value));
    }

    /**
     * Reads an extended attribute of the file at a path. Result: its length in bytes; -ERANGE when the buffer is too small. Mirrors
     * {@code io_uring_prep_getxattr}. Linux 5.19.
     *
     * @param name such as "user.origin", ending in NUL
     * @param value where the kernel writes it
     */
    public Sqe getxattr(MemorySegment path, MemorySegment name, MemorySegment value) {
        long where = NativeMemory.path(path);
        return prep(
                        Opcode.IORING_OP_GETXATTR,
                        0,
                        NativeMemory.path(name),
                        NativeMemory.transferLength(value),
                        NativeMemory.writable(value))
                .address3(where);
    }

    // ---- sockets ----

    /**
     * Makes a socket. Result: its descriptor. Mirrors {@code io_uring_prep_socket}. Linux 5.19.
     *
     * @param domain {@code AF_INET} and its like
     * @param type {@code SOCK_STREAM} and its like, with {@code SOCK_CLOEXEC} and {@code SOCK_NONBLOCK}
     * @param protocol 0, or one of the domain's
     */
    public Sqe socket(int domain, int type, int protocol) {
        return prep(Opcode.IORING_OP_SOCKET, domain, 0, protocol, type);
    }

    /**
     * Makes a socket as a direct descriptor, as {@link #socket}. Result: 0, or the slot where {@link DirectDescriptor#ANY} was asked for; -ENFILE
     * when none is free. Mirrors {@code io_uring_prep_socket_direct} and {@code io_uring_prep_socket_direct_alloc}. Linux 5.19.
     */
    public Sqe socketDirect(int domain, int type, int protocol, DirectDescriptor slot) {
        int index = slotIndex(slot);
        return socket(domain, type, protocol).fileIndex(index);
    }

    /**
     * Gives a socket its address. Result: 0; -EADDRINUSE when another has it. Mirrors {@code io_uring_prep_bind}. Linux 6.11.
     *
     * @param address {@code struct sockaddr_in} or its like; its size is the address's length. It is read by the time of the submit
     */
    public Sqe bind(Descriptor socket, MemorySegment address) {
        return on(
                Opcode.IORING_OP_BIND, socket, NativeMemory.readable(address), 0, NativeMemory.transferLength(address));
    }

    /**
     * Makes a socket accept connections. Result: 0. Mirrors {@code io_uring_prep_listen}. Linux 6.11.
     *
     * @param backlog how many connections may wait to be accepted
     */
    public Sqe listen(Descriptor socket, int backlog) {
        return on(Opcode.IORING_OP_LISTEN, socket, 0, backlog, 0);
    }

    /**
     * Connects a socket. Result: 0; -ECONNREFUSED when nobody listens there. Mirrors {@code io_uring_prep_connect}. Linux 5.5.
     *
     * @param address {@code struct sockaddr_in} or its like; its size is the address's length. It is read by the time of the submit
     */
    public Sqe connect(Descriptor socket, MemorySegment address) {
        return on(
                Opcode.IORING_OP_CONNECT,
                socket,
                NativeMemory.readable(address),
                0,
                NativeMemory.transferLength(address));
    }

    /**
     * Accepts a connection. Result: its descriptor. Mirrors {@code io_uring_prep_accept}. Linux 5.5.
     *
     * @param flags {@code SOCK_CLOEXEC}, {@code SOCK_NONBLOCK}
     */
    public Sqe accept(Descriptor socket, int flags) {
        return on(Opcode.IORING_OP_ACCEPT, socket, 0, 0, 0).opFlags(flags);
    }

    /**
     * Accepts a connection and learns the peer's address, as {@link #accept(Descriptor, int)}.
     *
     * @param address where the kernel writes it, at the completion
     * @param length 4 bytes: in, the size of {@code address}; out, how much the address takes
     */
    public Sqe accept(Descriptor socket, MemorySegment address, MemorySegment length, int flags) {
        return on(Opcode.IORING_OP_ACCEPT, socket, NativeMemory.writable(address), 0, addressLength(address, length))
                .opFlags(flags);
    }

    /**
     * Accepts a connection as a direct descriptor. Result: 0, or the slot where {@link DirectDescriptor#ANY} was asked for; -ENFILE when none is
     * free. Mirrors {@code io_uring_prep_accept_direct}. Linux 5.15.
     */
    public Sqe acceptDirect(Descriptor socket, int flags, DirectDescriptor slot) {
        int index = slotIndex(slot);
        return accept(socket, flags).fileIndex(index);
    }

    /**
     * Accepts connection after connection. Each completion's result: a descriptor. It goes on while {@link CompletionQueue#hasMore()}. Mirrors
     * {@code io_uring_prep_multishot_accept}. Linux 5.19.
     */
    public Sqe acceptMultishot(Descriptor socket, int flags) {
        return accept(socket, flags).socketFlags(UringFlags.IORING_ACCEPT_MULTISHOT);
    }

    /**
     * Accepts connection after connection as direct descriptors, in slots that the kernel chooses. Each completion's result: a slot. Mirrors
     * {@code io_uring_prep_multishot_accept_direct}. Linux 5.19.
     */
    public Sqe acceptMultishotDirect(Descriptor socket, int flags) {
        return acceptMultishot(socket, flags).fileIndex(UringFlags.IORING_FILE_INDEX_ALLOC);
    }

    /**
     * Shuts down one or both directions of a connection. Result: 0. Mirrors {@code io_uring_prep_shutdown}. Linux 5.11.
     *
     * @param how {@code SHUT_RD}, {@code SHUT_WR}, {@code SHUT_RDWR}
     */
    public Sqe shutdown(Descriptor socket, int how) {
        return on(Opcode.IORING_OP_SHUTDOWN, socket, 0, how, 0);
    }

    /**
     * Sends. Result: bytes sent, which may be fewer than asked. Mirrors {@code io_uring_prep_send}. Linux 5.6.
     *
     * @param flags {@code MSG_NOSIGNAL}, {@code MSG_WAITALL} and their like
     */
    public Sqe send(Descriptor socket, MemorySegment buffer, int flags) {
        return on(Opcode.IORING_OP_SEND, socket, NativeMemory.readable(buffer), NativeMemory.transferLength(buffer), 0)
                .opFlags(flags);
    }

    /**
     * Sends several buffers, one after the other, as {@link #send(Descriptor, MemorySegment, int)}; {@link #sendmsg} does the same on older kernels. The
     * array may be used again once it has been submitted, the buffers when the request has completed. Result: bytes sent; -EINVAL where the kernel
     * lacks {@link UringFlags#IORING_SEND_VECTORIZED}, for which liburing has no function. Linux 6.17.
     *
     * @param count how many of the array's pieces, from its first
     * @param flags {@code MSG_NOSIGNAL}, {@code MSG_WAITALL} and their like
     */
    public Sqe send(Descriptor socket, IovecArray pieces, int count, int flags) {
        return on(Opcode.IORING_OP_SEND, socket, address(pieces, count), count, 0)
                .opFlags(flags)
                .socketFlags(UringFlags.IORING_SEND_VECTORIZED);
    }

    /**
     * Sends to an address, as {@link #send}. Mirrors {@code io_uring_prep_sendto}. Linux 6.1.
     *
     * @param address {@code struct sockaddr_in} or its like; its size is the address's length. It stays until the completion
     */
    public Sqe sendTo(Descriptor socket, MemorySegment buffer, int flags, MemorySegment address) {
        long where = NativeMemory.readable(address);
        int length = NativeMemory.transferLength(address);
        return send(socket, buffer, flags).destination(where, length);
    }

    /**
     * Sends the provided buffers of a group with one request, as they lie in it, bundle after bundle. Each completion's result: bytes sent, over
     * consecutive buffers from its buffer id on. It goes on while {@link CompletionQueue#hasMore()}, until the group is empty. Mirrors
     * {@code io_uring_prep_send_bundle}. Linux 6.10.
     *
     * @param length bytes of one bundle at most, not of them all; 0 for no limit
     * @param group the buffers' group
     */
    public Sqe sendBundle(Descriptor socket, int length, int flags, int group) {
        checkId(group);
        return on(Opcode.IORING_OP_SEND, socket, 0, length, 0)
                .opFlags(flags)
                .socketFlags(UringFlags.IORING_RECVSEND_BUNDLE)
                .bufferGroup(group);
    }

    /**
     * Sends without copying. Two completions: the result (bytes sent), and when that has {@link CompletionQueue#IORING_CQE_F_MORE}, a notification
     * ({@link CompletionQueue#IORING_CQE_F_NOTIF}) once the memory is free. Over TCP that is when the peer has acknowledged the bytes: with one that
     * reads nothing, the notification and with it {@link IoUring#close} may take for ever, for no cancelling ends it. Mirrors
     * {@code io_uring_prep_send_zc}. Linux 6.0.
     *
     * @param flags {@code MSG_NOSIGNAL} and its like
     * @param zeroCopyFlags 0 or {@code IORING_RECVSEND_...}, {@link UringFlags#IORING_SEND_ZC_REPORT_USAGE}
     */
    public Sqe sendZc(Descriptor socket, MemorySegment buffer, int flags, int zeroCopyFlags) {
        return on(
                        Opcode.IORING_OP_SEND_ZC,
                        socket,
                        NativeMemory.readable(buffer),
                        NativeMemory.transferLength(buffer),
                        0)
                .opFlags(flags)
                .socketFlags(zeroCopyFlags);
    }

    /**
     * Sends to an address without copying, as {@link #sendZc(Descriptor, MemorySegment, int, int)}. Mirrors {@code io_uring_prep_send_zc} with
     * {@code io_uring_prep_send_set_addr}. Linux 6.0.
     *
     * @param address {@code struct sockaddr_in} or its like; its size is the address's length. It stays until the first completion
     */
    public Sqe sendZcTo(Descriptor socket, MemorySegment buffer, int flags, int zeroCopyFlags, MemorySegment address) {
        long where = NativeMemory.readable(address);
        int length = NativeMemory.transferLength(address);
        return sendZc(socket, buffer, flags, zeroCopyFlags).destination(where, length);
    }

    /**
     * Sends several buffers without copying, with the completions of {@link #sendZc(Descriptor, MemorySegment, int, int)}; {@link #sendmsgZc} does the
     * same on older kernels. The array may be used again once it has been submitted, the buffers with the notification. Result: -EINVAL where the
     * kernel lacks {@link UringFlags#IORING_SEND_VECTORIZED}, for which liburing has no function. Linux 6.17.
     *
     * @param count how many of the array's pieces, from its first
     * @param flags {@code MSG_NOSIGNAL} and its like
     * @param zeroCopyFlags 0 or {@code IORING_RECVSEND_...}, {@link UringFlags#IORING_SEND_ZC_REPORT_USAGE}
     */
    public Sqe sendZc(Descriptor socket, IovecArray pieces, int count, int flags, int zeroCopyFlags) {
        return on(Opcode.IORING_OP_SEND_ZC, socket, address(pieces, count), count, 0)
                .opFlags(flags)
                .socketFlags(zeroCopyFlags | UringFlags.IORING_SEND_VECTORIZED);
    }

    /**
     * Sends from a registered buffer without copying, as {@link #sendZc}. Mirrors {@code io_uring_prep_send_zc_fixed}. Linux 6.0.
     *
     * @param index of the buffer among those registered, from 0
     */
    public Sqe sendZcFixed(Descriptor socket, MemorySegment buffer, int flags, int zeroCopyFlags, int index) {
        checkId(index);
        return sendZc(socket, buffer, flags, zeroCopyFlags | UringFlags.IORING_RECVSEND_FIXED_BUF)
                .bufferIndex(index);
    }

    /**
     * Sends a message with an address, several pieces or control data. Result: bytes sent. Mirrors {@code io_uring_prep_sendmsg}. Linux 5.3.
     *
     * @param message {@code struct msghdr}; it and what it points to, other than the data, is read by the time of the submit
     */
    public Sqe sendmsg(Descriptor socket, MemorySegment message, int flags) {
        return on(Opcode.IORING_OP_SENDMSG, socket, message(message), 1, 0).opFlags(flags);
    }

    /** Sends a message without copying its data: {@link #sendmsg} with the completions of {@link #sendZc}. Mirrors {@code io_uring_prep_sendmsg_zc}. Linux 6.1. */
    public Sqe sendmsgZc(Descriptor socket, MemorySegment message, int flags) {
        return on(Opcode.IORING_OP_SENDMSG_ZC, socket, message(message), 1, 0).opFlags(flags);
    }

    /**
     * Sends a message from a registered buffer without copying, as {@link #sendmsgZc}. Mirrors {@code io_uring_prep_sendmsg_zc_fixed}. Linux 6.15.
     *
     * @param index of the buffer among those registered, from 0
     */
    public Sqe sendmsgZcFixed(Descriptor socket, MemorySegment message, int flags, int index) {
        checkId(index);
        return sendmsgZc(socket, message, flags)
                .socketFlags(UringFlags.IORING_RECVSEND_FIXED_BUF)
                .bufferIndex(index);
    }

    /**
     * Receives. Result: bytes received; 0 when the peer has shut down. Mirrors {@code io_uring_prep_recv}. Linux 5.6.
     *
     * @param flags {@code MSG_WAITALL}, {@code MSG_PEEK} and their like
     */
    public Sqe recv(Descriptor socket, MemorySegment buffer, int flags) {
        return on(Opcode.IORING_OP_RECV, socket, NativeMemory.writable(buffer), NativeMemory.transferLength(buffer), 0)
                .opFlags(flags);
    }

    /**
     * Receives into a provided buffer, which the kernel picks when there is something. Result: bytes received; -ENOBUFS when the group is empty. With
     * {@link UringFlags#IORING_RECVSEND_BUNDLE} in {@link #socketFlags}, into several. Linux 5.7.
     *
     * @param length bytes at most; 0 for the buffer's size, from Linux 6.0 on
     * @param group the buffers' group
     */
    public Sqe recv(Descriptor socket, int length, int flags, int group) {
        checkId(group);
        return on(Opcode.IORING_OP_RECV, socket, 0, length, 0).opFlags(flags).bufferGroup(group);
    }

    /**
     * Receives again and again into provided buffers. Each completion's result: bytes received; 0 when the peer has shut down. It goes on while
     * {@link CompletionQueue#hasMore()}, and stops with -ENOBUFS when the group is empty. Mirrors {@code io_uring_prep_recv_multishot}. Linux 6.0.
     *
     * @param group the buffers' group
     */
    public Sqe recvMultishot(Descriptor socket, int flags, int group) {
        return recv(socket, 0, flags, group).socketFlags(UringFlags.IORING_RECV_MULTISHOT);
    }

    /**
     * Receives a message with its address and control data. Result: bytes received. Mirrors {@code io_uring_prep_recvmsg}. Linux 5.3.
     *
     * @param message {@code struct msghdr}; the kernel writes to it and to what it points to
     */
    public Sqe recvmsg(Descriptor socket, MemorySegment message, int flags) {
        return on(Opcode.IORING_OP_RECVMSG, socket, message(message), 1, 0).opFlags(flags);
    }

    /**
     * Receives message after message into provided buffers, each of which then begins with {@code struct io_uring_recvmsg_out}, the address and the
     * control data. It goes on while {@link CompletionQueue#hasMore()}. Mirrors {@code io_uring_prep_recvmsg_multishot}. Linux 6.0.
     *
     * @param message {@code struct msghdr}: how much room address and control data get. It stays until the last completion. {@link ReceivedMessage}
     *     takes the messages apart
     * @param group the buffers' group
     */
    public Sqe recvmsgMultishot(Descriptor socket, MemorySegment message, int flags, int group) {
        checkId(group);
        return recvmsg(socket, message, flags)
                .socketFlags(UringFlags.IORING_RECV_MULTISHOT)
                .bufferGroup(group);
    }

    /**
     * Receives again and again without copying, into the area of a registered zero-copy receive queue; needs CQE32 or CQE_MIXED. Linux 6.15.
     *
     * @param length bytes in all at most; 0 for no limit
     * @param queue the id that its registration returned
     */
    public Sqe recvZc(Descriptor socket, int length, int queue) {
        return on(Opcode.IORING_OP_RECV_ZC, socket, 0, length, 0)
                .socketFlags(UringFlags.IORING_RECV_MULTISHOT)
                .fileIndex(queue);
    }

    // ---- other rings, processes, futexes ----

    /**
     * Posts a completion on another ring. Result here: 0; -EOVERFLOW or -EBADFD when it cannot. Mirrors {@code io_uring_prep_msg_ring}. Linux 5.18.
     *
     * @param ring the other ring's descriptor
     * @param result what its completion's result will be
     * @param userData what its completion's user data will be
     */
    public Sqe messageRing(Descriptor ring, int result, long userData) {
        return on(Opcode.IORING_OP_MSG_RING, ring, 0, result, userData);
    }

    /**
     * Posts a completion with flags on another ring, as {@link #messageRing(Descriptor, int, long)}. Mirrors
     * {@code io_uring_prep_msg_ring_cqe_flags}. Linux 6.3.
     *
     * @param flags what its completion's flags will be
     */
    public Sqe messageRing(Descriptor ring, int result, long userData, int flags) {
        return messageRing(ring, result, userData)
                .opFlags(UringFlags.IORING_MSG_RING_FLAGS_PASS)
                .fileIndex(flags);
    }

    /**
     * Passes a direct descriptor to another ring. Result here: 0, or the slot where {@link DirectDescriptor#ANY} was asked for; -EBADF when it is
     * not there; -ENFILE when no slot is free. Mirrors {@code io_uring_prep_msg_ring_fd} and {@code io_uring_prep_msg_ring_fd_alloc}. Linux 6.0.
     *
     * @param ring the other ring's descriptor
     * @param descriptor in this ring
     * @param slot in the other
     * @param userData what the other's completion's user data will be
     * @param flags 0, or {@link UringFlags#IORING_MSG_RING_CQE_SKIP} for no completion there
     */
    public Sqe messageRingDescriptor(
            Descriptor ring, DirectDescriptor descriptor, DirectDescriptor slot, long userData, int flags) {
        int source = descriptor.number();
        int index = slotIndex(slot);
        return on(Opcode.IORING_OP_MSG_RING, ring, UringFlags.IORING_MSG_SEND_FD, 0, userData)
                .opFlags(flags)
                .address3(source)
                .fileIndex(index);
    }

    /**
     * Waits for a child process. Result: 0. Mirrors {@code io_uring_prep_waitid}. Linux 6.7.
     *
     * @param type {@code P_PID}, {@code P_PIDFD}, {@code P_ALL}, {@code P_PGID}
     * @param id as the type says
     * @param info where the kernel writes {@code siginfo_t}: 128 bytes
     * @param options {@code WEXITED} and its like
     */
    public Sqe waitid(int type, int id, MemorySegment info, int options) {
        return prep(Opcode.IORING_OP_WAITID, id, 0, type, sized(info, SIGINFO_SIZE, "siginfo_t"))
                .fileIndex(options);
    }

    /**
     * Waits for a futex. Result: 0 when woken; -EAGAIN when its value differs. Mirrors {@code io_uring_prep_futex_wait}. Linux 6.7.
     *
     * @param futex 4 bytes, which stay until the completion
     * @param value what it is expected to hold
     * @param mask which wakers count: {@code FUTEX_BITSET_MATCH_ANY} for all
     * @param futexFlags {@code FUTEX2_SIZE_U32} and its like
     */
    public Sqe futexWait(MemorySegment futex, long value, long mask, int futexFlags) {
        return prep(Opcode.IORING_OP_FUTEX_WAIT, futexFlags, sized(futex, Integer.BYTES, "a futex"), 0, value)
                .address3(mask);
    }

    /**
     * Wakes waiters of a futex. Result: how many. Mirrors {@code io_uring_prep_futex_wake}. Linux 6.7.
     *
     * @param futex 4 bytes
     * @param count how many at most
     * @param mask which waiters count: {@code FUTEX_BITSET_MATCH_ANY} for all
     * @param futexFlags {@code FUTEX2_SIZE_U32} and its like
     */
    public Sqe futexWake(MemorySegment futex, long count, long mask, int futexFlags) {
        return prep(Opcode.IORING_OP_FUTEX_WAKE, futexFlags, sized(futex, Integer.BYTES, "a futex"), 0, count)
                .address3(mask);
    }

    /**
     * Waits for any of several futexes. Result: the index of the one woken. Mirrors {@code io_uring_prep_futex_waitv}. Linux 6.7.
     *
     * @param waiters {@code struct futex_waitv}, 24 bytes each. They are read by the time of the submit; the futexes they point to stay until the
     *     completion
     */
    public Sqe futexWaitv(MemorySegment waiters) {
        return prep(
                Opcode.IORING_OP_FUTEX_WAITV,
                0,
                NativeMemory.readable(waiters),
                (int) (waiters.byteSize() / FUTEX_WAITV_SIZE),
                0);
    }

    // ---- polling ----

    /**
     * Waits for these events again and again. Each completion's result: the events that are there. It goes on while
     * {@link CompletionQueue#hasMore()}. Mirrors {@code io_uring_prep_poll_multishot}. Linux 5.13.
     *
     * @param events {@code POLLIN} and its like; errors and hang-ups are always reported
     */
    public Sqe pollMultishot(Descriptor fd, int events) {
        return on(Opcode.IORING_OP_POLL_ADD, fd, 0, UringFlags.IORING_POLL_ADD_MULTI, 0)
                .opFlags(events);
    }

    /**
     * Changes a poll that is under way. Result: 0; -ENOENT when there is none; -EALREADY when it is just completing. Mirrors
     * {@code io_uring_prep_poll_update}. Linux 5.13.
     *
     * @param target the poll's user data
     * @param userData its new user data, with {@link UringFlags#IORING_POLL_UPDATE_USER_DATA}
     * @param events its new events, with {@link UringFlags#IORING_POLL_UPDATE_EVENTS}
     * @param flags which of them. A poll stays for once or multishot, as it was made, whatever they say
     */
    public Sqe pollUpdate(long target, long userData, int events, int flags) {
        return prep(Opcode.IORING_OP_POLL_REMOVE, NO_FD, target, flags, userData)
                .opFlags(events);
    }

    /**
     * Changes an interest list. Result: 0. Mirrors {@code io_uring_prep_epoll_ctl}. Linux 5.6.
     *
     * @param operation {@code EPOLL_CTL_ADD} and its like
     * @param event {@code struct epoll_event}, read by the time of the submit
     */
    public Sqe epollCtl(Fd epoll, Fd fd, int operation, MemorySegment event) {
        return prep(
                Opcode.IORING_OP_EPOLL_CTL,
                epoll.number(),
                sized(event, EPOLL_EVENT_SIZE, "struct epoll_event"),
                operation,
                fd.number());
    }

    /**
     * Waits for events of an interest list. Result: how many. Mirrors {@code io_uring_prep_epoll_wait}. Linux 6.15.
     *
     * @param events where the kernel writes them: {@code struct epoll_event} each
     */
    public Sqe epollWait(Descriptor epoll, MemorySegment events) {
        return on(
                Opcode.IORING_OP_EPOLL_WAIT,
                epoll,
                sized(events, EPOLL_EVENT_SIZE, "struct epoll_event"),
                (int) Math.min(Integer.MAX_VALUE, events.byteSize() / EPOLL_EVENT_SIZE),
                0);
    }

    // ---- timeouts and cancelling ----

    /**
     * Changes the time of a timeout that is under way. Result: 0; -ENOENT when there is none; -EALREADY when it is just expiring. Mirrors
     * {@code io_uring_prep_timeout_update}. Linux 5.11.
     *
     * @param target the timeout's user data
     * @param nanos from now; with {@link UringFlags#IORING_TIMEOUT_ABS}, on the clock
     * @param flags {@code IORING_TIMEOUT_...}; {@link UringFlags#IORING_LINK_TIMEOUT_UPDATE} for a link timeout (Linux 5.15)
     */
    public Sqe timeoutUpdate(long target, long nanos, int flags) {
        return prep(Opcode.IORING_OP_TIMEOUT_REMOVE, NO_FD, target, 0, timespec(nanos))
                .opFlags(flags | UringFlags.IORING_TIMEOUT_UPDATE);
    }

    /**
     * Cancels requests by their operation, as {@link #cancel(long, int)}. Linux 6.6.
     *
     * @param flags 0 or {@link UringFlags#IORING_ASYNC_CANCEL_ALL}
     */
    public Sqe cancel(Opcode operation, int flags) {
        return prep(Opcode.IORING_OP_ASYNC_CANCEL, NO_FD, 0, operation.number(), 0)
                .opFlags(flags | UringFlags.IORING_ASYNC_CANCEL_OP);
    }

    // ---- provided buffers, the older way (see BufferRing) ----

    /**
     * Adds buffers to a group. Result: 0, or on older kernels the group's count. Mirrors {@code io_uring_prep_provide_buffers}. Linux 5.7.
     *
     * @param buffers all of them, one after the other. Each stays until a request has used it up or it has been taken out of the group
     * @param size of each, in bytes
     * @param group 0 to 65,535
     * @param firstId of the first buffer; the others count up from it
     */
    public Sqe provideBuffers(MemorySegment buffers, int size, int group, int firstId) {
        checkId(group);
        if (size < 1 || buffers.byteSize() / size > MAX_ID || buffers.byteSize() % size != 0) {
            throw new IllegalArgumentException("a segment of " + buffers.byteSize()
                    + " bytes holds no whole number of buffers of " + size + " bytes, up to " + MAX_ID);
        }
        return prep(
                        Opcode.IORING_OP_PROVIDE_BUFFERS,
                        (int) (buffers.byteSize() / size),
                        NativeMemory.writable(buffers),
                        size,
                        firstId)
                .bufferIndex(group);
    }

    /**
     * Takes buffers out of a group. Result: how many; -ENOENT when the group is empty. Mirrors {@code io_uring_prep_remove_buffers}. Linux 5.7.
     *
     * @param count how many at most
     */
    public Sqe removeBuffers(int count, int group) {
        checkId(group);
        return prep(Opcode.IORING_OP_REMOVE_BUFFERS, count, 0, 0, 0).bufferIndex(group);
    }

    // ---- commands ----

    /**
     * A command that a file's driver defines. Result: as it says. On a ring with SQE128, up to 80 bytes of
     * {@link #command} go with it, otherwise 16. Mirrors {@code io_uring_prep_uring_cmd}. Linux 5.19.
     *
     * @param flags 0 or {@code IORING_URING_CMD_...}
     */
    public Sqe uringCommand(Descriptor fd, int command, int flags) {
        return on(Opcode.IORING_OP_URING_CMD, fd, 0, 0, Integer.toUnsignedLong(command))
                .opFlags(flags);
    }

    /** A command in a 128-byte entry, as {@link #uringCommand}. Mirrors {@code io_uring_prep_uring_cmd128}. Linux 6.19. */
    public Sqe uringCommand128(Descriptor fd, int command, int flags) {
        return on(Opcode.IORING_OP_URING_CMD128, fd, 0, 0, Integer.toUnsignedLong(command))
                .opFlags(flags);
    }

    /**
     * Reads a socket's option, or how much is unread or unsent. Result: the option's length, or the number of bytes. Mirrors
     * {@code io_uring_prep_cmd_sock}. Linux 6.7.
     *
     * @param command {@code SOCKET_URING_OP_...}
     * @param level {@code SOL_SOCKET}; for reading options the kernel takes no other
     * @param option {@code SO_...}
     * @param value where the option is, or goes; the memory is used until the completion
     */
    public Sqe socketCommand(Descriptor socket, int command, int level, int option, MemorySegment value) {
        int length = NativeMemory.transferLength(value);
        long where = NativeMemory.writable(value);
        return uringCommand(socket, command, 0)
                .address(Integer.toUnsignedLong(level) | (long) option << Integer.SIZE)
                .fileIndex(length)
                .address3(where);
    }

    /**
     * Asks for a socket's own address, or its peer's. Result: 0. Mirrors {@code io_uring_prep_cmd_getsockname}. Linux 6.19.
     *
     * @param address where the kernel writes it
     * @param length 4 bytes: in, the size of {@code address}; out, how much the address takes
     * @param peer true for the peer's
     */
    public Sqe socketName(Descriptor socket, MemorySegment address, MemorySegment length, boolean peer) {
        long where = NativeMemory.writable(address);
        long lengthWhere = addressLength(address, length);
        return uringCommand(socket, UringFlags.SOCKET_URING_OP_GETSOCKNAME, 0)
                .address(where)
                .address3(lengthWhere)
                .fileIndex(peer ? 1 : 0);
    }

    /** Discards a range of a block device, in bytes. Result: 0. Mirrors {@code io_uring_prep_cmd_discard}. Linux 6.12. */
    public Sqe discard(Descriptor device, long offset, long length) {
        return uringCommand(device, BLOCK_URING_CMD_DISCARD, 0).address(offset).address3(length);
    }

    /**
     * Resets all zones of a zoned block device. Result: 0; -EOPNOTSUPP or -EINVAL where kernel or device cannot. Mirrors
     * {@code io_uring_prep_cmd_zone_reset_all} of liburing 2.16, whose manual leaves the release of Linux open: after 7.2.
     */
    public Sqe zoneResetAll(Descriptor device) {
        return uringCommand(device, BLOCK_URING_CMD_ZONE_RESET_ALL, 0);
    }

    /** Does nothing, in a 128-byte entry. Result: 0. Mirrors {@code io_uring_prep_nop128}. Linux 6.19. */
    public Sqe nop128() {
        return prep(Opcode.IORING_OP_NOP128, NO_FD, 0, 0, 0);
    }

    /**
     * Does nothing but complete with this result; for tests. Linux 6.10.
     *
     * @param flags {@code IORING_NOP_...}; {@link UringFlags#IORING_NOP_INJECT_RESULT} for the result to count
     */
    public Sqe nop(int result, int flags) {
        return prep(Opcode.IORING_OP_NOP, NO_FD, 0, result, 0).opFlags(flags);
    }

    /**
     * An operation that this version of Ferrule has no method for. Nothing is checked: addresses must be native memory that outlives the request.
     * Mirrors {@code io_uring_prep_rw}.
     *
     * @param opcode the kernel's number, 0 to 255
     * @param fd the number as the operation takes it; {@link #flags} makes it a direct one
     * @param address the field {@code addr}
     * @param length the field {@code len}
     * @param offset the field {@code off}
     */
    public Sqe raw(int opcode, int fd, long address, int length, long offset) {
        Objects.checkIndex(opcode, 1 << Byte.SIZE);
        return prep(opcode, fd, address, length, offset);
    }

    // ---- options ----

    /** The 64 bits that come back in each of the request's completions. Mirrors {@code io_uring_sqe_set_data64}. */
    public Sqe userData(long userData) {
        MEMORY.set(JAVA_LONG, current() + SQE_USER_DATA, userData);
        return this;
    }

    /** Holds the next entry back until this one has succeeded: {@link #IOSQE_IO_LINK}. {@link SubmissionQueue#reserve} keeps a chain together. */
    public Sqe link() {
        return flag(IOSQE_IO_LINK);
    }

    /**
     * Holds the next entry back until this one has completed, with success or not: {@link #IOSQE_IO_HARDLINK}. An entry that the kernel refuses at its
     * submission ends the chain all the same: one with an argument that it does not take, and without {@link Feature#IORING_FEAT_LINKED_FILE} one
     * with a descriptor that is not open.
     */
    public Sqe hardLink() {
        return flag(IOSQE_IO_HARDLINK);
    }

    /**
     * Orders this entry after all earlier ones and before all later ones: {@link #IOSQE_IO_DRAIN}. Before Linux 6.16 the later ones wait for the earlier
     * ones, but need not wait for this one.
     *
     * <p>On a ring with {@code IORING_SETUP_DEFER_TASKRUN}, as rings are by default, wait for no more completions than come before this entry, and for the
     * rest in another wait: seen on Linux 6.18, one wait for all of them never ends when the earlier ones are done by a device.
     */
    public Sqe drain() {
        return flag(IOSQE_IO_DRAIN);
    }

    /** Hands this entry to a worker thread at once: {@link #IOSQE_ASYNC}. */
    public Sqe async() {
        return flag(IOSQE_ASYNC);
    }

    /**
     * No completion when this succeeds: {@link #IOSQE_CQE_SKIP_SUCCESS}. When it fails inside a chain, the entries after it are cancelled without a
     * completion. Nothing tells when the memory of such a request is free, short of {@link IoUring#close}, which takes a little longer then.
     */
    public Sqe skipSuccess() {
        flag(IOSQE_CQE_SKIP_SUCCESS);
        silent = true;
        return this;
    }

    /** The credentials to act with: an id that {@code io_uring_register_personality} returned. Linux 5.6. */
    public Sqe personality(int id) {
        MEMORY.set(JAVA_SHORT, current() + SQE_PERSONALITY, unsignedShort(id));
        return this;
    }

    /** The I/O priority, as in {@code ioprio_set(2)}. */
    public Sqe ioPriority(int priority) {
        MEMORY.set(JAVA_SHORT, current() + SQE_IOPRIO, unsignedShort(priority));
        return this;
    }

    /**
     * Picks the buffer from a group of provided ones when the data is there: {@link #IOSQE_BUFFER_SELECT}. Linux 5.7.
     *
     * @param group 0 to 65,535
     */
    public Sqe bufferGroup(int group) {
        return bufferIndex(group).flag(IOSQE_BUFFER_SELECT);
    }

    /**
     * Adds flags of sending, receiving and accepting: {@code IORING_RECVSEND_...}, {@code IORING_ACCEPT_...} of {@link UringFlags}. They share their
     * place with {@link #ioPriority}.
     */
    public Sqe socketFlags(int flags) {
        long from = current();
        MEMORY.set(JAVA_SHORT, from + SQE_IOPRIO, (short) (MEMORY.get(JAVA_SHORT, from + SQE_IOPRIO) | flags));
        return this;
    }

    /**
     * Adds flags that any request may carry: {@code IOSQE_...}.
     *
     * @throws IllegalArgumentException for {@link #IOSQE_CQE_SKIP_SUCCESS}, which {@link #skipSuccess} sets and counts
     */
    public Sqe flags(int flags) {
        if ((flags & IOSQE_CQE_SKIP_SUCCESS) != 0) {
            throw new IllegalArgumentException("skipSuccess() sets IOSQE_CQE_SKIP_SUCCESS");
        }
        return flag(flags);
    }

    /** The operation's own flags, as liburing's {@code sqe->rw_flags} and its namesakes; for {@link #raw}. */
    public Sqe operationFlags(int flags) {
        return opFlags(flags);
    }

    /**
     * Data for a command, in the last bytes of the entry.
     *
     * @param data at most 16 bytes, or 80 in an entry of 128; heap memory is fine, it is copied
     */
    public Sqe command(MemorySegment data) {
        long room = stride - SQE_ADDR3;
        if (data.byteSize() > room) {
            throw new IllegalArgumentException(
                    "a command has room for " + room + " bytes here, not for " + data.byteSize());
        }
        MemorySegment.copy(data, 0, MEMORY, current() + SQE_ADDR3, data.byteSize());
        return this;
    }

    /** Flags of {@code preadv2(2)} for a read or write: {@code RWF_NOWAIT}, {@code RWF_DSYNC} and their like. */
    public Sqe rwFlags(int flags) {
        return opFlags(flags);
    }

    // ---- the slot ----

    /** Writes the whole entry, so that nothing of the slot's last use remains. In whole words: so there is one store for each. */
    private Sqe prep(int opcode, int fd, long address, int length, long offset) {
        checkBlank();
        long entry = at;
        MEMORY.set(JAVA_LONG, entry + SQE_OPCODE, opcode | (long) fd << FD_SHIFT);
        MEMORY.set(JAVA_LONG, entry + SQE_OFF, offset);
        MEMORY.set(JAVA_LONG, entry + SQE_ADDR, address);
        MEMORY.set(JAVA_LONG, entry + SQE_LEN, Integer.toUnsignedLong(length));
        MEMORY.set(JAVA_LONG, entry + SQE_USER_DATA, 0);
        MEMORY.set(JAVA_LONG, entry + SQE_BUF_INDEX, 0);
        MEMORY.set(JAVA_LONG, entry + SQE_ADDR3, 0);
        MEMORY.set(JAVA_LONG, entry + SQE_LAST_WORD, 0);
        if (stride != SQE_SIZE) {
            for (long word = at + SQE_SIZE; word < at + stride; word += Long.BYTES) {
                MEMORY.set(JAVA_LONG, word, 0);
            }
        }
        state = FILLED;
        return this;
    }

    private Sqe prep(Opcode opcode, int fd, long address, int length, long offset) {
        return prep(opcode.number(), fd, address, length, offset);
    }

    private Sqe on(Opcode opcode, Descriptor fd, long address, int length, long offset) {
        prep(opcode, fd.number(), address, length, offset);
        return fd.isDirect() ? flag(IOSQE_FIXED_FILE) : this;
    }

    private Sqe flag(int bit) {
        long from = current();
        byte flags = MEMORY.get(JAVA_BYTE, from + SQE_FLAGS);
        MEMORY.set(JAVA_BYTE, from + SQE_FLAGS, (byte) (flags | bit));
        return this;
    }

    /** Where the current entry lies; an option needs an operation to belong to, which would wipe it out if it came later. */
    private long current() {
        ring.checkOwner();
        if (state != FILLED) {
            throw new IllegalStateException(
                    state == BLANK
                            ? "choose the operation first, then its options: sq.next().nop().userData(1)"
                            : "this entry has been submitted, an option comes too late; take another with sq.next()");
        }
        return at;
    }

    /** An operation needs a slot of its own. */
    private void checkBlank() {
        ring.checkOwner();
        if (state != BLANK) {
            throw new IllegalStateException(
                    state == FILLED
                            ? "this entry holds an operation already; take another with sq.next()"
                            : "this entry has been submitted; take another with sq.next()");
        }
    }

    private Sqe opFlags(int flags) {
        MEMORY.set(JAVA_INT, current() + SQE_OP_FLAGS, flags);
        return this;
    }

    /** The registered buffer to use, 0 to 65,535; for {@link #raw}. */
    public Sqe bufferIndex(int index) {
        MEMORY.set(JAVA_SHORT, current() + SQE_BUF_INDEX, unsignedShort(index));
        return this;
    }

    /** Before an operation is chosen, so that a refused argument leaves no entry behind. */
    private static void checkId(int id) {
        Objects.checkIndex(id, 1 << Short.SIZE);
    }

    private static short unsignedShort(int value) {
        return (short) Objects.checkIndex(value, 1 << Short.SIZE);
    }

    private long timespec(long nanos) {
        if (nanos < 0) {
            throw new IllegalArgumentException("a time is 0 nanoseconds or more, not " + nanos);
        }
        checkBlank(); // before the time of an operation chosen earlier is overwritten
        return timespecs.set((at - entries) / stride, nanos);
    }

    private Sqe address(long address) {
        MEMORY.set(JAVA_LONG, current() + SQE_ADDR, address);
        return this;
    }

    private Sqe address3(long address) {
        MEMORY.set(JAVA_LONG, current() + SQE_ADDR3, address);
        return this;
    }

    /** Where a send goes: the address, and its length in 16 bits where others have the slot. */
    private Sqe destination(long address, int length) {
        MEMORY.set(JAVA_LONG, current() + SQE_OFF, address);
        return fileIndex(length);
    }

    private Sqe fileIndex(int index) {
        MEMORY.set(JAVA_INT, current() + SQE_FILE_INDEX, index);
        return this;
    }

    /** The slot for a new direct descriptor, counted from 1: 0 means none. Before an operation is chosen, as {@link #checkId}. */
    private static int slotIndex(DirectDescriptor slot) {
        return slot == DirectDescriptor.ANY ? UringFlags.IORING_FILE_INDEX_ALLOC : slot.number() + 1;
    }

    /** The address of a structure that the kernel writes. */
    private static long sized(MemorySegment memory, long size, String what) {
        if (memory.byteSize() < size) {
            throw new IllegalArgumentException(
                    what + " takes " + size + " bytes, the segment has " + memory.byteSize());
        }
        return NativeMemory.writable(memory);
    }

    private static long message(MemorySegment message) {
        return sized(message, MSGHDR_SIZE, "struct msghdr");
    }

    /** The address of an address's length, which must not promise more room than there is. */
    private static long addressLength(MemorySegment address, MemorySegment length) {
        long where = sized(length, Integer.BYTES, "an address's length");
        int room = length.get(JAVA_INT, 0);
        if (room < 0 || room > address.byteSize()) {
            throw new IllegalArgumentException(
                    "the address's length says " + room + " bytes, its segment has " + address.byteSize());
        }
        return where;
    }

    private static long address(IovecArray pieces, int count) {
        Objects.checkFromIndexSize(0, count, pieces.capacity());
        return NativeMemory.readable(pieces.segment());
    }
}

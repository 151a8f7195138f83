package io.ferrule.uring;

import static io.ferrule.uring.RingLayout.SQE_ADDR;
import static io.ferrule.uring.RingLayout.SQE_BUF_INDEX;
import static io.ferrule.uring.RingLayout.SQE_FD;
import static io.ferrule.uring.RingLayout.SQE_FLAGS;
import static io.ferrule.uring.RingLayout.SQE_IOPRIO;
import static io.ferrule.uring.RingLayout.SQE_LEN;
import static io.ferrule.uring.RingLayout.SQE_OFF;
import static io.ferrule.uring.RingLayout.SQE_OPCODE;
import static io.ferrule.uring.RingLayout.SQE_OP_FLAGS;
import static io.ferrule.uring.RingLayout.SQE_PERSONALITY;
import static io.ferrule.uring.RingLayout.SQE_USER_DATA;
import static io.ferrule.uring.RingLayout.TIMESPEC_NSEC;
import static io.ferrule.uring.RingLayout.TIMESPEC_SEC;
import static io.ferrule.uring.RingLayout.TIMESPEC_SIZE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.ferrule.sys.Abi;
import io.ferrule.sys.Descriptor;
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

    /** For {@link #fsync}: as {@code fdatasync(2)}, without metadata that reading back does not need. */
    public static final int IORING_FSYNC_DATASYNC = 1;

    /** For {@link #timeout}: the time is absolute. Linux 5.5. */
    public static final int IORING_TIMEOUT_ABS = 1;

    /** For {@link #timeout}: by {@code CLOCK_BOOTTIME}, which counts sleep. Linux 5.15. */
    public static final int IORING_TIMEOUT_BOOTTIME = 1 << 2;

    /** For {@link #timeout}: by {@code CLOCK_REALTIME}. Linux 5.15. */
    public static final int IORING_TIMEOUT_REALTIME = 1 << 3;

    /** For {@link #timeout}: expiry counts as success, so that a link goes on. Linux 5.16. */
    public static final int IORING_TIMEOUT_ETIME_SUCCESS = 1 << 5;

    /** For cancelling: all that match; the result is their number. Linux 5.19. */
    public static final int IORING_ASYNC_CANCEL_ALL = 1;

    /** For cancelling: whatever is in flight matches. Linux 5.19. */
    public static final int IORING_ASYNC_CANCEL_ANY = 1 << 2;

    private static final int IOSQE_FIXED_FILE = 1;
    private static final int IORING_ASYNC_CANCEL_FD = 1 << 1;
    private static final int IORING_ASYNC_CANCEL_FD_FIXED = 1 << 3;
    private static final int CHAINED = IOSQE_IO_LINK | IOSQE_IO_HARDLINK;
    private static final int NO_FD = -1;

    /** Where the descriptor lies in the entry's first word. */
    private static final int FD_SHIFT = 8 * (int) SQE_FD;

    private static final long NANOS = 1_000_000_000L;
    private static final long STATX_SIZE = Abi.value("sizeof statx");

    private final MemorySegment entries;
    private final MemorySegment timespecs;
    private final long stride;
    private int silent;
    private int slot;
    private long at;

    /** Whether the current slot has been given an operation. */
    private boolean chosen = true;

    /**
     * @param timespecs a {@code struct __kernel_timespec} for each slot: the kernel has read it by the time it frees the slot
     */
    Sqe(MemorySegment entries, MemorySegment timespecs, long stride) {
        this.entries = entries;
        this.timespecs = timespecs;
        this.stride = stride;
    }

    /** Moves to a slot. What the slot holds from its last use stays until an operation is chosen. */
    Sqe moveTo(int slot) {
        this.slot = slot;
        this.at = slot * stride;
        this.chosen = false;
        return this;
    }

    /** Makes the current slot a NOP if no operation was chosen: nothing of its last use is ever submitted again. */
    void settle() {
        if (!chosen) {
            nop();
        }
    }

    /** Whether the entry in a slot holds the one after it to itself. */
    boolean isChained(int slot) {
        return (entries.get(JAVA_BYTE, slot * stride + SQE_FLAGS) & CHAINED) != 0;
    }

    /** How many entries have been marked to stay silent on success. */
    int silent() {
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
        return transfer(
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
        return transfer(Opcode.IORING_OP_READ, fd, NativeMemory.writable(buffer) + from, length, offset);
    }

    /**
     * Writes a buffer. Result: bytes written, which may be fewer than asked. Mirrors {@code io_uring_prep_write}. Linux 5.6.
     *
     * @param buffer native memory; all of it is written
     * @param offset in the file, in bytes; -1 for the file's own position, and for what has none (pipes, sockets)
     */
    public Sqe write(Descriptor fd, MemorySegment buffer, long offset) {
        return transfer(
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
        return transfer(Opcode.IORING_OP_WRITE, fd, NativeMemory.readable(buffer) + from, length, offset);
    }

    /**
     * Reads into several buffers, one after the other. Result: bytes read. Mirrors {@code io_uring_prep_readv}. Linux 5.1.
     *
     * @param count how many of the array's pieces, from its first
     * @param offset in the file, in bytes; -1 for the file's own position
     */
    public Sqe readv(Descriptor fd, IovecArray pieces, int count, long offset) {
        return transfer(Opcode.IORING_OP_READV, fd, address(pieces, count), count, offset);
    }

    /**
     * Writes several buffers, one after the other. Result: bytes written. Mirrors {@code io_uring_prep_writev}. Linux 5.1.
     *
     * @param count how many of the array's pieces, from its first
     * @param offset in the file, in bytes; -1 for the file's own position
     */
    public Sqe writev(Descriptor fd, IovecArray pieces, int count, long offset) {
        return transfer(Opcode.IORING_OP_WRITEV, fd, address(pieces, count), count, offset);
    }

    /**
     * Reads into a registered buffer, as {@link #read(Descriptor, MemorySegment, long)}. Result: -EFAULT when the memory does not lie inside that
     * buffer. Mirrors {@code io_uring_prep_read_fixed}. Linux 5.1.
     *
     * @param buffer the registered buffer or a slice of it
     * @param index of the buffer among those registered, from 0
     */
    public Sqe readFixed(Descriptor fd, MemorySegment buffer, long offset, int index) {
        return transfer(
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
        return transfer(
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
     * @param flags 0 or {@link #IORING_FSYNC_DATASYNC}
     */
    public Sqe fsync(Descriptor fd, int flags) {
        return transfer(Opcode.IORING_OP_FSYNC, fd, 0, 0, 0).opFlags(flags);
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
        return prep(Opcode.IORING_OP_CLOSE, fd.release(), 0, 0, 0);
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
        if (status.byteSize() < STATX_SIZE) {
            throw new IllegalArgumentException(
                    "struct statx takes " + STATX_SIZE + " bytes, the segment has " + status.byteSize());
        }
        return prep(
                        Opcode.IORING_OP_STATX,
                        directory.number(),
                        NativeMemory.path(path),
                        mask,
                        NativeMemory.writable(status))
                .opFlags(flags);
    }

    /**
     * Waits for one of these events on a descriptor, once. Result: the events that are there. Mirrors {@code io_uring_prep_poll_add}. Linux 5.1.
     *
     * @param events {@code POLLIN} and its like; errors and hang-ups are always reported
     */
    public Sqe pollAdd(Descriptor fd, int events) {
        return transfer(Opcode.IORING_OP_POLL_ADD, fd, 0, 0, 0).opFlags(events);
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
     * @param nanos from now; with {@link #IORING_TIMEOUT_ABS}, on the clock
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
     * @param nanos from when that request starts; with {@link #IORING_TIMEOUT_ABS}, on the clock
     * @param flags {@code IORING_TIMEOUT_...}
     */
    public Sqe linkTimeout(long nanos, int flags) {
        return prep(Opcode.IORING_OP_LINK_TIMEOUT, NO_FD, timespec(nanos), 1, 0).opFlags(flags);
    }

    /**
     * Cancels requests by their user data. Result: 0, or with {@link #IORING_ASYNC_CANCEL_ALL} how many; -ENOENT when none is found; -EALREADY when
     * it is too late to tell. What became of a request, only its own completion says. Mirrors {@code io_uring_prep_cancel64}. Linux 5.5.
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
     * @param flags 0 or {@link #IORING_ASYNC_CANCEL_ALL}
     */
    public Sqe cancel(Descriptor fd, int flags) {
        int by = fd.isDirect() ? IORING_ASYNC_CANCEL_FD | IORING_ASYNC_CANCEL_FD_FIXED : IORING_ASYNC_CANCEL_FD;
        return prep(Opcode.IORING_OP_ASYNC_CANCEL, fd.number(), 0, 0, 0).opFlags(flags | by);
    }

    // ---- options ----

    /** The 64 bits that come back in each of the request's completions. Mirrors {@code io_uring_sqe_set_data64}. */
    public Sqe userData(long userData) {
        entries.set(JAVA_LONG, current() + SQE_USER_DATA, userData);
        return this;
    }

    /** Holds the next entry back until this one has succeeded: {@link #IOSQE_IO_LINK}. {@link SubmissionQueue#reserve} keeps a chain together. */
    public Sqe link() {
        return flag(IOSQE_IO_LINK);
    }

    /** Holds the next entry back until this one has completed: {@link #IOSQE_IO_HARDLINK}. */
    public Sqe hardLink() {
        return flag(IOSQE_IO_HARDLINK);
    }

    /** Orders this entry after all earlier ones and before all later ones: {@link #IOSQE_IO_DRAIN}. */
    public Sqe drain() {
        return flag(IOSQE_IO_DRAIN);
    }

    /** Hands this entry to a worker thread at once: {@link #IOSQE_ASYNC}. */
    public Sqe async() {
        return flag(IOSQE_ASYNC);
    }

    /**
     * No completion when this succeeds: {@link #IOSQE_CQE_SKIP_SUCCESS}. A request that leaves no trace cannot be waited for, not by
     * {@link IoUring#close} either: its memory must outlive the ring.
     */
    public Sqe skipSuccess() {
        silent++;
        return flag(IOSQE_CQE_SKIP_SUCCESS);
    }

    /** The credentials to act with: an id that {@code io_uring_register_personality} returned. Linux 5.6. */
    public Sqe personality(int id) {
        entries.set(JAVA_SHORT, current() + SQE_PERSONALITY, (short) id);
        return this;
    }

    /** The I/O priority, as in {@code ioprio_set(2)}. */
    public Sqe ioPriority(int priority) {
        entries.set(JAVA_SHORT, current() + SQE_IOPRIO, (short) priority);
        return this;
    }

    /** Flags of {@code preadv2(2)} for a read or write: {@code RWF_NOWAIT}, {@code RWF_DSYNC} and their like. */
    public Sqe rwFlags(int flags) {
        return opFlags(flags);
    }

    // ---- the slot ----

    /** Writes the whole entry, so that nothing of the slot's last use remains. Whole words, for each store is checked by the runtime. */
    private Sqe prep(Opcode opcode, int fd, long address, int length, long offset) {
        if (chosen) {
            throw new IllegalStateException("this entry holds an operation already; take another with sq.next()");
        }
        chosen = true;
        MemorySegment e = entries;
        long from = at;
        e.set(JAVA_LONG, from + SQE_OPCODE, opcode.number() | (long) fd << FD_SHIFT);
        e.set(JAVA_LONG, from + SQE_OFF, offset);
        e.set(JAVA_LONG, from + SQE_ADDR, address);
        e.set(JAVA_LONG, from + SQE_LEN, Integer.toUnsignedLong(length));
        for (long word = from + SQE_USER_DATA; word < from + stride; word += Long.BYTES) {
            e.set(JAVA_LONG, word, 0);
        }
        return this;
    }

    private Sqe transfer(Opcode opcode, Descriptor fd, long address, int length, long offset) {
        prep(opcode, fd.number(), address, length, offset);
        return fd.isDirect() ? flag(IOSQE_FIXED_FILE) : this;
    }

    private Sqe flag(int bit) {
        long from = current();
        byte flags = entries.get(JAVA_BYTE, from + SQE_FLAGS);
        entries.set(JAVA_BYTE, from + SQE_FLAGS, (byte) (flags | bit));
        return this;
    }

    /** Where the current entry lies; an option needs an operation to belong to, which would wipe it out if it came later. */
    private long current() {
        if (!chosen) {
            throw new IllegalStateException(
                    "choose the operation first, then its options: sq.next().nop().userData(1)");
        }
        return at;
    }

    private Sqe opFlags(int flags) {
        entries.set(JAVA_INT, current() + SQE_OP_FLAGS, flags);
        return this;
    }

    private Sqe bufferIndex(int index) {
        Objects.checkIndex(index, 1 << 16);
        entries.set(JAVA_SHORT, current() + SQE_BUF_INDEX, (short) index);
        return this;
    }

    private long timespec(long nanos) {
        if (nanos < 0) {
            throw new IllegalArgumentException("a time is 0 nanoseconds or more, not " + nanos);
        }
        long own = slot * TIMESPEC_SIZE;
        timespecs.set(JAVA_LONG, own + TIMESPEC_SEC, nanos / NANOS);
        timespecs.set(JAVA_LONG, own + TIMESPEC_NSEC, nanos % NANOS);
        return timespecs.address() + own;
    }

    private static long address(IovecArray pieces, int count) {
        Objects.checkFromIndexSize(0, count, pieces.capacity());
        return NativeMemory.readable(pieces.segment());
    }
}

package io.ferrule.uring;

import io.ferrule.bindings.libc.iovec;
import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.bindings.liburing.__kernel_timespec;
import io.ferrule.bindings.liburing.io_uring_clock_register;
import io.ferrule.bindings.liburing.io_uring_napi;
import io.ferrule.bindings.liburing.io_uring_sqe;
import io.ferrule.bindings.liburing.io_uring_sync_cancel_reg;
import io.ferrule.sys.Descriptor;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;
import io.ferrule.sys.NativeLibrary;
import io.ferrule.sys.NativeMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * What a ring is told once: buffers that stay pinned, files that stay looked up, limits and habits. Each method is one {@code io_uring_register}
 * operation; where the kernel lacks it, it throws {@link ErrnoException} with EINVAL and says so. Used by the ring's thread.
 */
public final class Registration {
    private static final long NANOS = 1_000_000_000L;
    private static final int MAX_REGISTERED = 1 << 14;

    private final IoUring ring;
    private final MemorySegment struct;

    Registration(IoUring ring, MemorySegment struct) {
        this.ring = ring;
        this.struct = struct;
    }

    // ---- buffers ----

    /**
     * Registers buffers for {@link Sqe#readFixed} and its like: the kernel pins their pages, which count against the memory-lock limit. Mirrors
     * {@code io_uring_register_buffers}. Linux 5.1.
     *
     * @param buffers native memory, at most 1 GiB each, 16,384 in all; their order gives their index, from 0
     * @throws IOException EBUSY when buffers are registered already, ENOMEM beyond the memory-lock limit
     */
    public void buffers(MemorySegment... buffers) throws IOException {
        taggedBuffers(null, buffers);
    }

    /**
     * Registers buffers with tags, as {@link #buffers}: when a buffer has been replaced (from Linux 6.13 on, or unregistered) and its last request has
     * ended, a completion with its tag as user data is posted. Mirrors {@code io_uring_register_buffers_tags}. Linux 5.13.
     *
     * @param tags one for each buffer, 0 for none; null for none at all
     */
    public void taggedBuffers(long @Nullable [] tags, MemorySegment... buffers) throws IOException {
        expect(tags);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pieces = pieces(arena, buffers);
            int result = tags == null
                    ? LibUring.io_uring_register_buffers(struct, pieces, buffers.length)
                    : LibUring.io_uring_register_buffers_tags(
                            struct, pieces, tags(arena, tags, buffers.length), buffers.length);
            check(result, "BUFFERS");
        }
    }

    /**
     * Registers empty places for buffers, to be filled by {@link #updateBuffers}. Mirrors {@code io_uring_register_buffers_sparse}. Linux 5.19.
     *
     * @param count 1 to 16,384
     */
    public void sparseBuffers(int count) throws IOException {
        ring.checkOwner();
        checkCount(count);
        check(LibUring.io_uring_register_buffers_sparse(struct, count), "BUFFERS2");
    }

    /**
     * Replaces registered buffers. Mirrors {@code io_uring_register_buffers_update_tag}. Linux 5.13.
     *
     * @param offset index of the first to replace
     * @param tags one for each buffer, 0 for none; null for none at all
     * @param buffers the new ones; {@link MemorySegment#NULL} empties a place
     * @return how many were replaced
     * @throws ErrnoException ENXIO when there is no table, EINVAL beyond its end
     */
    public int updateBuffers(int offset, long @Nullable [] tags, MemorySegment... buffers) throws IOException {
        expect(tags);
        try (Arena arena = Arena.ofConfined()) {
            return check(
                    LibUring.io_uring_register_buffers_update_tag(
                            struct,
                            offset,
                            pieces(arena, buffers),
                            tags(arena, tags == null ? new long[buffers.length] : tags, buffers.length),
                            buffers.length),
                    "BUFFERS_UPDATE");
        }
    }

    /**
     * Takes registered buffers back. Requests in flight go on with theirs, and the kernel lets go of each buffer after its last one; before Linux
     * 6.13 the call itself waits until every request that uses something registered has ended, which nobody but another thread may bring about.
     * Mirrors {@code io_uring_unregister_buffers}. Linux 5.1.
     */
    public void unregisterBuffers() throws IOException {
        ring.checkOwner();
        check(LibUring.io_uring_unregister_buffers(struct), "UNREGISTER_BUFFERS");
    }

    /**
     * Shares all registered buffers of another ring, under the same numbers. They stay pinned until the last ring that shares them lets go. Mirrors
     * {@code io_uring_clone_buffers}. Linux 6.12.
     *
     * @param source another ring. It may be another thread's, which must not close it meanwhile, unless it has
     *     {@link SetupFlag#IORING_SETUP_SINGLE_ISSUER} or no descriptor ({@link SetupFlag#IORING_SETUP_REGISTERED_FD_ONLY})
     * @throws ErrnoException EBUSY when this ring has registered buffers already, ENXIO when the other has none, EEXIST when it is single-issuer and
     *     another thread's
     */
    public void cloneBuffers(IoUring source) throws IOException {
        cloneBuffers(source, 0, 0, 0, 0);
    }

    /**
     * Shares some registered buffers of another ring, as {@link #cloneBuffers(IoUring)}. Mirrors {@code io_uring_clone_buffers_offset}. Linux 6.13.
     *
     * @param sourceOffset index of the first, there
     * @param offset index of the first, here
     * @param count how many; 0 for all
     * @param flags 0 or {@link UringFlags#IORING_REGISTER_DST_REPLACE}
     * @throws ErrnoException EBUSY when this ring has registered buffers already and they are not to be replaced, EINVAL or EOVERFLOW for places that
     *     are not there
     */
    public void cloneBuffers(IoUring source, int sourceOffset, int offset, int count, int flags) throws IOException {
        ring.checkOwner();
        check(
                LibUring.__io_uring_clone_buffers_offset(
                        struct, source.struct(), offset, sourceOffset, count, flags | howToFind(source)),
                "CLONE_BUFFERS");
    }

    /** The kernel finds a ring by its descriptor, or else by its place among those that the calling thread has registered. */
    private static int howToFind(IoUring source) {
        if (source.isClosed()) {
            throw new IllegalStateException("the ring to share buffers of is closed");
        }
        if (!source.setupFlags().contains(SetupFlag.IORING_SETUP_REGISTERED_FD_ONLY)) {
            return 0;
        }
        source.checkOwner();
        return UringFlags.IORING_REGISTER_SRC_REGISTERED;
    }

    // ---- files ----

    /**
     * Registers files: the {@code i}-th becomes direct descriptor {@code i}. The ring holds them open by itself, so that the caller may close
     * them. Mirrors {@code io_uring_register_files}. Linux 5.1.
     *
     * @throws ErrnoException EBUSY when there is a table already, EMFILE beyond the descriptor limit (ulimit -n), EBADF for a ring, which takes no rings
     */
    public void files(Fd... files) throws IOException {
        taggedFiles(null, files);
    }

    /**
     * Registers files with tags, as {@link #files} and {@link #taggedBuffers}. Mirrors {@code io_uring_register_files_tags}. Linux 5.13.
     *
     * @param tags one for each file, 0 for none; null for none at all
     */
    public void taggedFiles(long @Nullable [] tags, Fd... files) throws IOException {
        expect(tags);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = numbers(arena, files);
            int result = tags == null
                    ? LibUring.io_uring_register_files(struct, numbers, files.length)
                    : LibUring.io_uring_register_files_tags(
                            struct, numbers, tags(arena, tags, files.length), files.length);
            check(result, "FILES");
        }
    }

    /**
     * Makes a table of empty slots for direct descriptors. Mirrors {@code io_uring_register_files_sparse}. Linux 5.19.
     *
     * @param count how many; the descriptor limit (ulimit -n) bounds it
     */
    public void sparseFiles(int count) throws IOException {
        ring.checkOwner();
        check(LibUring.io_uring_register_files_sparse(struct, count), "FILES2");
    }

    /**
     * Puts files into slots. Mirrors {@code io_uring_register_files_update}. Linux 5.5.
     *
     * @param offset the first slot
     * @return how many were put
     * @throws ErrnoException ENXIO when there is no table, EINVAL beyond its end
     */
    public int updateFiles(int offset, Fd... files) throws IOException {
        ring.checkOwner();
        try (Arena arena = Arena.ofConfined()) {
            return check(
                    LibUring.io_uring_register_files_update(struct, offset, numbers(arena, files), files.length),
                    "FILES_UPDATE");
        }
    }

    /**
     * Puts files into slots by their numbers, as {@link #updateFiles(int, Fd...)}, and takes files out.
     *
     * @param offset the first slot
     * @param numbers file descriptors; -1 empties a slot, {@link UringFlags#IORING_REGISTER_FILES_SKIP} leaves it as it is (Linux 5.12)
     * @return how many slots were gone through
     */
    public int updateFiles(int offset, int[] numbers) throws IOException {
        ring.checkOwner();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocate(ValueLayout.JAVA_INT, Math.max(1, numbers.length));
            MemorySegment.copy(numbers, 0, copy, ValueLayout.JAVA_INT, 0, numbers.length);
            return check(LibUring.io_uring_register_files_update(struct, offset, copy, numbers.length), "FILES_UPDATE");
        }
    }

    /**
     * Puts files with tags into slots. Mirrors {@code io_uring_register_files_update_tag}. Linux 5.13.
     *
     * @param tags one for each file, 0 for none
     * @return how many were put
     */
    public int updateTaggedFiles(int offset, long[] tags, Fd... files) throws IOException {
        expect(tags);
        try (Arena arena = Arena.ofConfined()) {
            return check(
                    LibUring.io_uring_register_files_update_tag(
                            struct, offset, numbers(arena, files), tags(arena, tags, files.length), files.length),
                    "FILES_UPDATE2");
        }
    }

    /**
     * Takes registered files back. Requests in flight go on with theirs; before Linux 6.13 the call waits for them, as {@link #unregisterBuffers}.
     * Mirrors {@code io_uring_unregister_files}. Linux 5.1.
     */
    public void unregisterFiles() throws IOException {
        ring.checkOwner();
        check(LibUring.io_uring_unregister_files(struct), "UNREGISTER_FILES");
    }

    /**
     * Limits the slots that {@link io.ferrule.sys.DirectDescriptor#ANY} is chosen from. Mirrors {@code io_uring_register_file_alloc_range}. Linux 6.0.
     *
     * @param offset the first slot
     * @param count how many
     */
    public void fileAllocationRange(int offset, int count) throws IOException {
        ring.checkOwner();
        check(LibUring.io_uring_register_file_alloc_range(struct, offset, count), "FILE_ALLOC_RANGE");
    }

    // ---- provided buffers ----

    /**
     * Makes a ring of provided buffers. Mirrors {@code io_uring_setup_buf_ring}. Linux 5.19.
     *
     * @param group its number, 0 to 65,535
     * @param entries a power of two, 1 to 32,768
     * @param flags 0 or {@link UringFlags#IOU_PBUF_RING_INC} (Linux 6.12), {@link UringFlags#IOU_PBUF_RING_MMAP} (Linux 6.4)
     * @throws ErrnoException EEXIST when there is such a group already
     */
    public BufferRing bufferRing(int group, int entries, int flags) throws IOException {
        ring.checkOwner();
        return BufferRing.open(ring, group, entries, flags);
    }

    // ---- events ----

    /**
     * Signals an eventfd at each completion. Mirrors {@code io_uring_register_eventfd}. Linux 5.2.
     *
     * @param eventfd made by {@code eventfd(2)}
     * @throws ErrnoException EBUSY when one is registered already, EINVAL when it is no eventfd
     */
    public void eventDescriptor(Fd eventfd) throws IOException {
        ring.checkOwner();
        check(LibUring.io_uring_register_eventfd(struct, eventfd.number()), "EVENTFD");
    }

    /**
     * Signals an eventfd at each completion that comes from a worker thread. What completes at its submission, or once its descriptor has become
     * ready, does not count. Mirrors {@code io_uring_register_eventfd_async}. Linux 5.6.
     */
    public void asyncEventDescriptor(Fd eventfd) throws IOException {
        ring.checkOwner();
        check(LibUring.io_uring_register_eventfd_async(struct, eventfd.number()), "EVENTFD_ASYNC");
    }

    /** Signals no eventfd any more. Mirrors {@code io_uring_unregister_eventfd}. Linux 5.2. */
    public void unregisterEventDescriptor() throws IOException {
        ring.checkOwner();
        check(LibUring.io_uring_unregister_eventfd(struct), "UNREGISTER_EVENTFD");
    }

    /**
     * Whether completions signal the registered eventfd; they do at first. No system call. Mirrors
     * {@code io_uring_cq_eventfd_toggle} ({@code IORING_CQ_EVENTFD_DISABLED}). Linux 5.8.
     */
    public void signalEvents(boolean signal) throws IOException {
        ring.checkOwner();
        check(LibUring.io_uring_cq_eventfd_toggle(struct, signal), "EVENTFD");
    }

    // ---- who, and what is allowed ----

    /** Keeps the calling thread's credentials. Returns the id for {@link Sqe#personality}. Mirrors {@code io_uring_register_personality}. Linux 5.6. */
    public int personality() throws IOException {
        ring.checkOwner();
        return check(LibUring.io_uring_register_personality(struct), "PERSONALITY");
    }

    /** Forgets credentials. Mirrors {@code io_uring_unregister_personality}. Linux 5.6. */
    public void unregisterPersonality(int id) throws IOException {
        ring.checkOwner();
        check(LibUring.io_uring_unregister_personality(struct, id), "UNREGISTER_PERSONALITY");
    }

    /**
     * Allows what is listed and nothing else, for good. The ring must be disabled still. Mirrors {@code io_uring_register_restrictions}. Linux 5.10.
     *
     * @throws ErrnoException EBADFD when the ring is enabled, EBUSY when it has restrictions already
     */
    public void restrictions(Restrictions restrictions) throws IOException {
        ring.checkOwner();
        check(restrictions.register(struct), "RESTRICTIONS");
    }

    /**
     * Attaches a classic BPF filter to the ring. Mirrors {@code io_uring_register_bpf_filter}. Linux 7.0.
     *
     * @param filter {@code struct io_uring_bpf}
     */
    public void bpfFilter(MemorySegment filter) throws IOException {
        ring.checkOwner();
        check(LibUring.io_uring_register_bpf_filter(struct, filter), "BPF_FILTER");
    }

    /**
     * Attaches a classic BPF filter to all rings that the calling thread makes from now on. Mirrors {@code io_uring_register_bpf_filter_task}. Linux
     * 7.0.
     *
     * @param filter {@code struct io_uring_bpf}
     */
    public static void bpfFilterForThread(MemorySegment filter) throws IOException {
        NativeLibrary.load();
        checkResult(LibUring.io_uring_register_bpf_filter_task(filter), "BPF_FILTER", "this thread");
    }

    // ---- workers ----

    /**
     * Keeps the worker threads to these processors. They are the thread's, and serve all its rings. Mirrors {@code io_uring_register_iowq_aff}.
     * Linux 5.14.
     *
     * @param processors their numbers, one at least; the kernel passes over those it does not have
     */
    public void workerAffinity(BitSet processors) throws IOException {
        ring.checkOwner();
        if (processors.isEmpty()) {
            throw new IllegalArgumentException("no processors: workers have to run somewhere");
        }
        try (Arena arena = Arena.ofConfined()) {
            byte[] mask = processors.toByteArray();
            MemorySegment copy = arena.allocate(Math.max(Long.BYTES, mask.length), Long.BYTES);
            MemorySegment.copy(mask, 0, copy, ValueLayout.JAVA_BYTE, 0, mask.length);
            check(LibUring.io_uring_register_iowq_aff(struct, copy.byteSize(), copy), "IOWQ_AFF");
        }
    }

    /** Lets the ring's worker threads run anywhere again. Mirrors {@code io_uring_unregister_iowq_aff}. Linux 5.14. */
    public void resetWorkerAffinity() throws IOException {
        ring.checkOwner();
        check(LibUring.io_uring_unregister_iowq_aff(struct), "UNREGISTER_IOWQ_AFF");
    }

    /** Limits of worker threads for each NUMA node: those for bounded work (regular files) and those for unbounded (sockets, pipes). */
    public record WorkerLimits(int bounded, int unbounded) {}

    /**
     * Limits the ring's worker threads. Mirrors {@code io_uring_register_iowq_max_workers}. Linux 5.15.
     *
     * @param limits 0 leaves one as it is
     * @return what they were before
     */
    public WorkerLimits workerLimits(WorkerLimits limits) throws IOException {
        ring.checkOwner();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocateFrom(ValueLayout.JAVA_INT, limits.bounded(), limits.unbounded());
            check(LibUring.io_uring_register_iowq_max_workers(struct, values), "IOWQ_MAX_WORKERS");
            return new WorkerLimits(
                    values.getAtIndex(ValueLayout.JAVA_INT, 0), values.getAtIndex(ValueLayout.JAVA_INT, 1));
        }
    }

    // ---- cancelling, without a request ----

    /**
     * Cancels requests and waits until they have ended. Mirrors {@code io_uring_register_sync_cancel}. Linux 6.0.
     *
     * @param target the requests' user data
     * @param flags 0 or {@code IORING_ASYNC_CANCEL_...}
     * @param timeoutNanos how long to wait at most; negative for ever
     * @return how many with {@link UringFlags#IORING_ASYNC_CANCEL_ALL}, otherwise 0
     * @throws ErrnoException ENOENT when there is none, or on older kernels (6.1) none to be found while a worker thread takes it over; ETIME when one
     *     did not end in time
     */
    public int cancel(long target, int flags, long timeoutNanos) throws IOException {
        return cancel(target, -1, flags, timeoutNanos);
    }

    /** Cancels requests by the descriptor they work on, as {@link #cancel(long, int, long)}. Mirrors {@code io_uring_register_sync_cancel}. Linux 6.0. */
    public int cancel(Descriptor fd, int flags, long timeoutNanos) throws IOException {
        int by = UringFlags.IORING_ASYNC_CANCEL_FD | (fd.isDirect() ? UringFlags.IORING_ASYNC_CANCEL_FD_FIXED : 0);
        return cancel(0, fd.number(), flags | by, timeoutNanos);
    }

    private int cancel(long target, int descriptor, int flags, long timeoutNanos) throws IOException {
        ring.checkOwner();
        return check(tryCancel(target, descriptor, flags, timeoutNanos), "SYNC_CANCEL");
    }

    /** As {@link #cancel(long, int, long)}, but returns the kernel's answer. */
    int tryCancel(long target, int descriptor, int flags, long timeoutNanos) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = io_uring_sync_cancel_reg.allocate(arena);
            io_uring_sync_cancel_reg.addr(request, target);
            io_uring_sync_cancel_reg.fd(request, descriptor);
            io_uring_sync_cancel_reg.flags(request, flags);
            MemorySegment timeout = io_uring_sync_cancel_reg.timeout(request);
            __kernel_timespec.tv_sec(timeout, timeoutNanos < 0 ? -1 : timeoutNanos / NANOS);
            __kernel_timespec.tv_nsec(timeout, timeoutNanos < 0 ? -1 : timeoutNanos % NANOS);
            return LibUring.io_uring_register_sync_cancel(struct, request);
        }
    }

    // ---- waiting ----

    /**
     * Busy-polls network devices while waiting. Mirrors {@code io_uring_register_napi}. Linux 6.9.
     *
     * @param microseconds how long at most
     * @param prefer whether to ask the devices to leave interrupts off meanwhile
     */
    public void napi(int microseconds, boolean prefer) throws IOException {
        napi(UringFlags.IO_URING_NAPI_REGISTER_OP, microseconds, prefer, UringFlags.IO_URING_NAPI_TRACKING_DYNAMIC);
    }

    /**
     * Busy-polls, while waiting, those network devices only that {@link #addNapi} names: the kernel need not find out which of them the ring's sockets
     * use. liburing 2.15 has no function for it. Linux 6.13.
     *
     * @param microseconds how long at most
     * @param prefer whether to ask the devices to leave interrupts off meanwhile
     * @throws ErrnoException EINVAL where the kernel cannot, EOPNOTSUPP where it was built without busy-polling
     */
    public void staticNapi(int microseconds, boolean prefer) throws IOException {
        napi(UringFlags.IO_URING_NAPI_REGISTER_OP, microseconds, prefer, UringFlags.IO_URING_NAPI_TRACKING_STATIC);
    }

    /**
     * Has a queue of a network device busy-polled, after {@link #staticNapi}. Linux 6.13.
     *
     * @param id the queue's NAPI id, as the socket option {@code SO_INCOMING_NAPI_ID} tells it
     * @throws ErrnoException EEXIST when it is there already, EINVAL when it is no such id or {@link #staticNapi} has not been called
     */
    public void addNapi(int id) throws IOException {
        napi(UringFlags.IO_URING_NAPI_STATIC_ADD_ID, 0, false, id);
    }

    /**
     * Has a queue of a network device polled no more. Linux 6.13.
     *
     * @param id as given to {@link #addNapi}
     * @throws ErrnoException ENOENT when it is not there
     */
    public void removeNapi(int id) throws IOException {
        napi(UringFlags.IO_URING_NAPI_STATIC_DEL_ID, 0, false, id);
    }

    /** With the two fields that the kernel's own header has where liburing 2.15 still has padding. */
    private void napi(int operation, int microseconds, boolean prefer, int parameter) throws IOException {
        ring.checkOwner();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment napi = io_uring_napi.allocate(arena);
            io_uring_napi.busy_poll_to(napi, microseconds);
            io_uring_napi.prefer_busy_poll(napi, (byte) (prefer ? 1 : 0));
            napi.set(ValueLayout.JAVA_BYTE, io_uring_napi.pad$offset(), (byte) operation);
            napi.set(ValueLayout.JAVA_INT, io_uring_napi.resv$offset(), parameter);
            check(LibUring.io_uring_register_napi(struct, napi), "NAPI");
        }
    }

    /** Busy-polls no more. Mirrors {@code io_uring_unregister_napi}. Linux 6.9. */
    public void unregisterNapi() throws IOException {
        ring.checkOwner();
        try (Arena arena = Arena.ofConfined()) {
            check(LibUring.io_uring_unregister_napi(struct, io_uring_napi.allocate(arena)), "UNREGISTER_NAPI");
        }
    }

    /**
     * The clock that waits with a timeout go by. Mirrors {@code io_uring_register_clock}. Linux 6.12.
     *
     * @param clock {@code CLOCK_MONOTONIC} or {@code CLOCK_BOOTTIME}
     */
    public void clock(int clock) throws IOException {
        ring.checkOwner();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = io_uring_clock_register.allocate(arena);
            io_uring_clock_register.clockid(request, clock);
            check(LibUring.io_uring_register_clock(struct, request), "CLOCK");
        }
    }

    /**
     * Registers memory for wait arguments, so that waiting copies none: see {@link WaitRegion}. The ring must be disabled still. Mirrors
     * {@code io_uring_register_region}. Linux 6.13.
     *
     * @param count how many different arguments, 1 to 63
     */
    public WaitRegion waitRegion(int count) throws IOException {
        ring.checkOwner();
        return WaitRegion.register(struct, ring.toString(), count);
    }

    // ---- messages and zero-copy receive ----

    /**
     * Posts a completion on a ring without having one. Mirrors {@code io_uring_register_sync_msg}. Linux 6.13.
     *
     * @param ring the ring's descriptor
     * @param result what the completion's result will be
     * @param userData what its user data will be
     */
    public static void message(Fd ring, int result, long userData) throws IOException {
        NativeLibrary.load();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sqe = io_uring_sqe.allocate(arena);
            LibUring.io_uring_prep_msg_ring(sqe, ring.number(), result, userData, 0);
            checkResult(LibUring.io_uring_register_sync_msg(sqe), "SEND_MSG_RING", ring.toString());
        }
    }

    /**
     * Registers a zero-copy receive queue of a network device, or with {@link UringFlags#ZCRX_REG_NODEV} of none, which copies. Mirrors
     * {@code io_uring_register_ifq}. Linux 6.15. The ring needs DEFER_TASKRUN, and CQE32 or CQE_MIXED.
     *
     * @param queue {@code struct io_uring_zcrx_ifq_reg}, whose pointers must outlive the ring; the kernel writes offsets and an id into it
     */
    public void zeroCopyReceiveQueue(MemorySegment queue) throws IOException {
        ring.checkOwner();
        check(LibUring.io_uring_register_ifq(struct, queue), "ZCRX_IFQ");
    }

    /**
     * Controls a zero-copy receive queue. Mirrors {@code io_uring_register_zcrx_ctrl}. Linux 6.19.
     *
     * @param control {@code struct zcrx_ctrl}
     */
    public void zeroCopyReceiveControl(MemorySegment control) throws IOException {
        ring.checkOwner();
        check(LibUring.io_uring_register_zcrx_ctrl(struct, control), "ZCRX_CTRL");
    }

    // ---- arguments and answers ----

    /** Tags come back as completions that belong to no request. */
    private void expect(long @Nullable [] tags) {
        ring.checkOwner();
        if (tags != null) {
            ring.expectPosted();
        }
    }

    /** More of them than a vectored call takes, so no {@link io.ferrule.sys.IovecArray}. */
    private static MemorySegment pieces(Arena arena, MemorySegment... buffers) {
        checkCount(buffers.length);
        MemorySegment pieces = iovec.allocateArray(buffers.length, arena);
        for (int i = 0; i < buffers.length; i++) {
            NativeMemory.writable(buffers[i]);
            iovec.iov_base(iovec.asSlice(pieces, i), buffers[i]);
            iovec.iov_len(iovec.asSlice(pieces, i), buffers[i].byteSize());
        }
        return pieces;
    }

    private static MemorySegment numbers(Arena arena, Fd... files) {
        MemorySegment numbers = arena.allocate(ValueLayout.JAVA_INT, Math.max(1, files.length));
        for (int i = 0; i < files.length; i++) {
            numbers.setAtIndex(ValueLayout.JAVA_INT, i, files[i].number());
        }
        return numbers;
    }

    private static MemorySegment tags(Arena arena, long[] tags, int count) {
        if (tags.length != count) {
            throw new IllegalArgumentException(
                    tags.length + " tags for " + count + " resources: there must be one for each");
        }
        return arena.allocateFrom(ValueLayout.JAVA_LONG, tags);
    }

    private static void checkCount(int count) {
        if (count < 1 || count > MAX_REGISTERED) {
            throw new IllegalArgumentException("a ring registers 1 to " + MAX_REGISTERED + " buffers, not " + count);
        }
    }

    private int check(int result, String operation) throws IOException {
        return checkResult(result, operation, ring.toString());
    }

    static int checkResult(int result, String operation, String subject) throws IOException {
        Errno errno = Errno.of(result);
        if (result >= 0) {
            return result;
        }
        String advice = switch (errno == null ? Errno.EIO : errno) {
            case EBUSY -> "Some are registered already: unregister them first";
            case ENXIO -> "None are registered";
            case ENOMEM ->
                "Registered memory counts against the memory-lock limit: raise it (ulimit -l, LimitMEMLOCK=), or register less";
            case EMFILE ->
                "The table is bounded by the descriptor limit: raise it (ulimit -n, LimitNOFILE=), or register fewer";
            case EINVAL -> "An argument is out of range, or this kernel does not have the operation";
            case EBADFD ->
                "The ring must be disabled for this: open it with IORING_SETUP_R_DISABLED, and enable() it afterwards";
            case EACCES -> "The ring's restrictions do not allow it";
            default -> null;
        };
        throw new ErrnoException(result, "io_uring_register " + operation, subject, advice);
    }
}

package io.ferrule.uring;

import static io.ferrule.uring.RingLayout.BUF_ADDR;
import static io.ferrule.uring.RingLayout.BUF_ID;
import static io.ferrule.uring.RingLayout.BUF_LEN;
import static io.ferrule.uring.RingLayout.BUF_RING_TAIL;
import static io.ferrule.uring.RingLayout.BUF_SIZE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.bindings.liburing.io_uring_buf_reg;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.NativeMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * A ring of provided buffers: the kernel takes one from its head when data has come for a request that names the group, and says which by the id in
 * the completion ({@link CompletionQueue#bufferId}). We put buffers in at its tail, and again when we are done with them.
 *
 * <p>Of the shared memory, we write the entries and the tail; our release store of the tail makes the entries before it visible. Belongs to the ring's
 * thread. What the caller must guarantee: a buffer that has been put in stays allocated until it has come back in a completion or this object is
 * closed with nothing in flight.
 */
public final class BufferRing implements AutoCloseable {
    private static final int MOST_ENTRIES = 1 << 15;
    private static final long MAP_FAILED = -1;
    private static final VarHandle TAIL = ValueLayout.JAVA_SHORT.varHandle();

    private final IoUring ring;
    private final MemorySegment address;
    private final int group;
    private final int entries;
    private final Arena view = Arena.ofConfined();
    private final MemorySegment memory;

    /** Buffers put in so far, published or not; the shared tail is its low 16 bits. */
    private int tail;

    private boolean closed;

    private BufferRing(IoUring ring, MemorySegment address, int group, int entries) {
        this.ring = ring;
        this.address = address;
        this.group = group;
        this.entries = entries;
        this.memory = address.reinterpret(entries * BUF_SIZE, view, null);
    }

    static BufferRing open(IoUring ring, int group, int entries, int flags) throws IOException {
        Objects.checkIndex(group, 1 << Short.SIZE);
        if (entries < 1 || entries > MOST_ENTRIES || Integer.bitCount(entries) != 1) {
            throw new IllegalArgumentException(
                    "a buffer ring has a power of two of entries, 1 to " + MOST_ENTRIES + ", not " + entries);
        }
        boolean kernelMemory = (flags & UringFlags.IOU_PBUF_RING_MMAP) != 0;
        MemorySegment address = kernelMemory ? map(ring, group, entries, flags) : allocate(ring, group, entries, flags);
        return new BufferRing(ring, address, group, entries);
    }

    /** Registers memory of ours. */
    private static MemorySegment allocate(IoUring ring, int group, int entries, int flags) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment error = arena.allocate(JAVA_INT);
            MemorySegment address = LibUring.io_uring_setup_buf_ring(ring.struct(), entries, group, flags, error);
            if (address.address() == 0) {
                Registration.checkResult(error.get(JAVA_INT, 0), "PBUF_RING", "group " + group);
            }
            return address;
        }
    }

    /** Has the kernel allocate the memory, and maps it. */
    private static MemorySegment map(IoUring ring, int group, int entries, int flags) throws IOException {
        int descriptor = ring.descriptor();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = io_uring_buf_reg.allocate(arena);
            io_uring_buf_reg.ring_entries(request, entries);
            io_uring_buf_reg.bgid(request, (short) group);
            Registration.checkResult(
                    LibUring.io_uring_register_buf_ring(ring.struct(), request, flags), "PBUF_RING", "group " + group);
        }
        MemorySegment address = LibC.mmap(
                MemorySegment.NULL,
                entries * BUF_SIZE,
                LibC.PROT_READ() | LibC.PROT_WRITE(),
                LibC.MAP_SHARED() | LibC.MAP_POPULATE(),
                descriptor,
                LibUring.IORING_OFF_PBUF_RING() | (long) group << LibUring.IORING_OFF_PBUF_SHIFT());
        if (address.address() == MAP_FAILED) {
            LibUring.io_uring_unregister_buf_ring(ring.struct(), group);
            throw new ErrnoException(
                    Errno.ENOMEM.number(), "mmap", "group " + group, "Leave IOU_PBUF_RING_MMAP out, or free memory");
        }
        return address;
    }

    /**
     * Puts a buffer in, for the kernel to see at the next {@link #publish}. Mirrors {@code io_uring_buf_ring_add}.
     *
     * @param buffer native memory
     * @param id 0 to 65,535: what completions will call it
     */
    public void add(MemorySegment buffer, int id) {
        checkOpen();
        Objects.checkIndex(id, 1 << Short.SIZE);
        long at = (tail & (entries - 1)) * BUF_SIZE;
        memory.set(JAVA_LONG, at + BUF_ADDR, NativeMemory.writable(buffer));
        memory.set(JAVA_INT, at + BUF_LEN, NativeMemory.transferLength(buffer));
        memory.set(JAVA_SHORT, at + BUF_ID, (short) id); // the tail lies beside it, in the first entry
        tail++;
    }

    /** Shows the kernel what has been put in. Mirrors {@code io_uring_buf_ring_advance}. */
    public void publish() {
        checkOpen();
        TAIL.setRelease(memory, BUF_RING_TAIL, (short) tail);
    }

    /**
     * How many buffers the kernel has not taken yet. Mirrors {@code io_uring_buf_ring_available}. Linux 6.8.
     *
     * @throws io.ferrule.sys.ErrnoException EINVAL on older kernels
     */
    public int available() throws IOException {
        checkOpen();
        return Registration.checkResult(
                LibUring.io_uring_buf_ring_available(ring.struct(), address, (short) group), "PBUF_STATUS", toString());
    }

    /** The group's number, for {@link Sqe#bufferGroup}. */
    public int group() {
        return group;
    }

    /** How many buffers it holds. */
    public int entries() {
        return entries;
    }

    /** Unregisters the group and frees the ring; the buffers are the caller's. A second close does nothing. Mirrors {@code io_uring_free_buf_ring}. */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        if (!ring.isClosed()) {
            ring.checkOwner();
        }
        closed = true;
        view.close();
        if (ring.isClosed()) {
            LibC.munmap(address, entries * BUF_SIZE); // the group ended with the ring
            return;
        }
        Registration.checkResult(
                LibUring.io_uring_free_buf_ring(ring.struct(), address, entries, group),
                "UNREGISTER_PBUF_RING",
                toString());
    }

    @Override
    public String toString() {
        return "buffer ring of group " + group;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the " + this + " is closed");
        }
        ring.checkOwner();
    }
}

package io.ferrule.uring;

import io.ferrule.bindings.liburing.LibUring;
import io.ferrule.sys.Errno;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import io.ferrule.sys.NativeMemory;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** What a ring is told once so that each request is cheaper: buffers that stay pinned, files that stay looked up. */
public final class Registration {
    private final IoUring ring;
    private final MemorySegment struct;

    Registration(IoUring ring, MemorySegment struct) {
        this.ring = ring;
        this.struct = struct;
    }

    /**
     * Registers buffers for {@link Sqe#readFixed} and {@link Sqe#writeFixed}: the kernel pins their pages, which count against the memory-lock
     * limit. Mirrors {@code io_uring_register_buffers}. Linux 5.1.
     *
     * @param buffers native memory, at most 1 GiB each; their order gives their index, from 0
     * @throws IOException EBUSY when buffers are registered already, ENOMEM beyond the memory-lock limit
     */
    public void buffers(MemorySegment... buffers) throws IOException {
        ring.checkOwner();
        try (Arena arena = Arena.ofConfined()) {
            for (MemorySegment buffer : buffers) {
                NativeMemory.writable(buffer);
            }
            IovecArray pieces = IovecArray.of(arena, buffers);
            check(LibUring.io_uring_register_buffers(struct, pieces.segment(), buffers.length), "BUFFERS");
        }
    }

    /** Takes registered buffers back, once requests in flight on them have ended. Mirrors {@code io_uring_unregister_buffers}. Linux 5.1. */
    public void unregisterBuffers() throws IOException {
        ring.checkOwner();
        check(LibUring.io_uring_unregister_buffers(struct), "UNREGISTER_BUFFERS");
    }

    /**
     * Registers files: the {@code i}-th becomes direct descriptor {@code i}. The ring holds them open by itself, so that the caller may close
     * them. Mirrors {@code io_uring_register_files}. Linux 5.1.
     */
    public void files(Fd... files) throws IOException {
        ring.checkOwner();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(ValueLayout.JAVA_INT, Math.max(1, files.length));
            for (int i = 0; i < files.length; i++) {
                numbers.setAtIndex(ValueLayout.JAVA_INT, i, files[i].number());
            }
            check(LibUring.io_uring_register_files(struct, numbers, files.length), "FILES");
        }
    }

    /** Takes registered files back, once requests in flight on them have ended. Mirrors {@code io_uring_unregister_files}. Linux 5.1. */
    public void unregisterFiles() throws IOException {
        ring.checkOwner();
        check(LibUring.io_uring_unregister_files(struct), "UNREGISTER_FILES");
    }

    private void check(int result, String operation) throws IOException {
        if (result >= 0) {
            return;
        }
        String advice = null;
        if (result == -Errno.EBUSY.number()) {
            advice = "Some are registered already: unregister them first";
        } else if (result == -Errno.ENXIO.number()) {
            advice = "None are registered";
        } else if (result == -Errno.ENOMEM.number()) {
            advice =
                    "Registered buffers count against the memory-lock limit: raise it (ulimit -l, LimitMEMLOCK=), or register less";
        }
        throw new ErrnoException(result, "io_uring_register " + operation, ring.toString(), advice);
    }
}

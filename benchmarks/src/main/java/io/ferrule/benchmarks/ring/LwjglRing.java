package io.ferrule.benchmarks.ring;

import static org.lwjgl.system.linux.liburing.LibIOURing.*;
import static org.lwjgl.system.linux.liburing.LibURing.*;

import java.io.IOException;
import org.lwjgl.PointerBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;
import org.lwjgl.system.linux.liburing.IOURing;
import org.lwjgl.system.linux.liburing.IOURingCQE;
import org.lwjgl.system.linux.liburing.IOURingParams;
import org.lwjgl.system.linux.liburing.IOURingSQE;

/** A ring of LWJGL, set up and turned as those in C: see {@code ring.h}. */
public final class LwjglRing implements AutoCloseable {
    private final IOURing ring = IOURing.calloc();
    private final PointerBuffer completions = MemoryUtil.memAllocPointer(Rings.ENTRIES);

    public LwjglRing(boolean sqPoll) throws IOException {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IOURingParams params = IOURingParams.calloc(stack)
                    .flags(
                            sqPoll
                                    ? IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_SQPOLL
                                    : IORING_SETUP_SUBMIT_ALL
                                            | IORING_SETUP_SINGLE_ISSUER
                                            | IORING_SETUP_DEFER_TASKRUN
                                            | IORING_SETUP_TASKRUN_FLAG);
            checked("io_uring_queue_init_params", io_uring_queue_init_params(Rings.ENTRIES, ring, params));
        }
        checked("io_uring_register_ring_fd", io_uring_register_ring_fd(ring));
        io_uring_set_iowait(ring, false); // where the kernel can
    }

    public IOURing address() {
        return ring;
    }

    public IOURingSQE next() {
        IOURingSQE sqe = io_uring_get_sqe(ring);
        if (sqe == null) {
            throw new IllegalStateException("the queue is full");
        }
        return sqe;
    }

    /** As {@link Rings#complete}. */
    public void complete(int count, int result) throws IOException {
        checked("io_uring_submit_and_wait", io_uring_submit_and_wait(ring, count));
        int seen = io_uring_peek_batch_cqe(ring, completions);
        for (int i = 0; i < seen; i++) {
            int res = IOURingCQE.nres(completions.get(i));
            if (res != result) {
                throw new IOException("a request's result is " + res + ", not " + result);
            }
        }
        io_uring_cq_advance(ring, seen);
        if (seen != count) {
            throw new IOException(seen + " completions of " + count);
        }
    }

    public static void checked(String call, int result) throws IOException {
        if (result < 0) {
            throw new IOException(call + ": errno " + -result);
        }
    }

    @Override
    public void close() {
        io_uring_queue_exit(ring);
        MemoryUtil.memFree(completions);
        ring.free();
    }
}

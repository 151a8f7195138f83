package io.ferrule.benchmarks.file;

import static org.lwjgl.system.linux.liburing.LibIOURing.IOSQE_FIXED_FILE;
import static org.lwjgl.system.linux.liburing.LibURing.*;

import io.ferrule.benchmarks.ring.LwjglRing;
import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Fd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.linux.IOVec;
import org.lwjgl.system.linux.liburing.IOURingSQE;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** LWJGL's binding of liburing, used as {@code read.c} uses liburing. */
public class LwjglReads extends BlockReads {
    private static final int FILE_SLOT = 0;

    @Param({"false", "true"})
    public boolean fixed;

    private LwjglRing ring;
    private ByteBuffer[] buffers;

    @Setup
    public void open() throws IOException {
        ring = new LwjglRing(false);
        buffers = byteBuffers();
        try (MemoryStack stack = MemoryStack.stackPush();
                Fd fd = Fd.open(file(), LibC.O_RDONLY() | (direct ? LibC.O_DIRECT() : 0), 0)) {
            IntBuffer files = stack.ints(fd.number());
            LwjglRing.checked("io_uring_register_files", io_uring_register_files(ring.address(), files));
        }
        if (fixed) {
            registerBuffers();
        }
    }

    private void registerBuffers() throws IOException {
        try (IOVec.Buffer pieces = IOVec.calloc(depth)) {
            for (int i = 0; i < depth; i++) {
                pieces.get(i).iov_base(buffers[i]).iov_len(BlockFile.BLOCK);
            }
            LwjglRing.checked("io_uring_register_buffers", io_uring_register_buffers(ring.address(), pieces));
        }
    }

    @TearDown
    public void close() {
        ring.close();
    }

    @Override
    @Benchmark
    public void turn() throws IOException {
        for (int i = 0; i < depth; i++) {
            IOURingSQE sqe = ring.next();
            if (fixed) {
                io_uring_prep_read_fixed(sqe, FILE_SLOT, buffers[i], nextOffset(), i);
            } else {
                io_uring_prep_read(sqe, FILE_SLOT, buffers[i], nextOffset());
            }
            io_uring_sqe_set_flags(sqe, IOSQE_FIXED_FILE);
            io_uring_sqe_set_data64(sqe, i);
        }
        ring.complete(depth, BlockFile.BLOCK);
    }
}

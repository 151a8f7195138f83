package io.ferrule.benchmarks.file;

import static org.lwjgl.system.linux.liburing.LibIOURing.IOSQE_FIXED_FILE;
import static org.lwjgl.system.linux.liburing.LibURing.*;

import io.ferrule.benchmarks.ring.LwjglRing;
import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Fd;
import java.io.IOException;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.linux.liburing.IOURingSQE;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** LWJGL's binding of liburing, used as {@code write.c} uses liburing. */
public class LwjglWrites extends BlockWrites {
    private static final int FILE_SLOT = 0;

    private LwjglRing ring;

    @Setup
    public void open() throws IOException {
        ring = new LwjglRing(false);
        try (MemoryStack stack = MemoryStack.stackPush();
                Fd fd = Fd.open(file(), LibC.O_RDWR() | (direct ? LibC.O_DIRECT() : 0), 0)) {
            LwjglRing.checked(
                    "io_uring_register_files", io_uring_register_files(ring.address(), stack.ints(fd.number())));
        }
    }

    @TearDown
    public void close() {
        ring.close();
    }

    @Override
    @Benchmark
    public void turn() throws IOException {
        long offset = nextRun();
        for (int i = 0; i < RUN; i++) {
            IOURingSQE sqe = ring.next();
            io_uring_prep_write(sqe, FILE_SLOT, buffers[i], offset + (long) i * bytes);
            io_uring_sqe_set_flags(sqe, IOSQE_FIXED_FILE);
            io_uring_sqe_set_data64(sqe, i);
        }
        ring.complete(RUN, bytes);
        IOURingSQE sqe = ring.next();
        io_uring_prep_fsync(sqe, FILE_SLOT, 0);
        io_uring_sqe_set_flags(sqe, IOSQE_FIXED_FILE);
        ring.complete(1, 0);
    }
}

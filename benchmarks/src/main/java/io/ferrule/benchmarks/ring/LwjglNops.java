package io.ferrule.benchmarks.ring;

import static org.lwjgl.system.linux.liburing.LibURing.*;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.lwjgl.system.linux.liburing.IOURingSQE;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** {@link NopBenchmark} through LWJGL's binding of liburing, used as {@code nop.c} uses liburing. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LwjglNops {
    @Param({"1", "32", "256"})
    public int batch;

    @Param({"false", "true"})
    public boolean sqPoll;

    private LwjglRing ring;

    @Setup
    public void open() throws IOException {
        ring = new LwjglRing(sqPoll);
    }

    @TearDown
    public void close() {
        ring.close();
    }

    @Benchmark
    public void turn() throws IOException {
        for (int i = 0; i < batch; i++) {
            IOURingSQE sqe = ring.next();
            io_uring_prep_nop(sqe);
            io_uring_sqe_set_data64(sqe, i);
        }
        ring.complete(batch, 0);
    }
}

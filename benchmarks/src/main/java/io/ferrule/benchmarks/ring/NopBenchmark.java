package io.ferrule.benchmarks.ring;

import io.ferrule.uring.IoUring;
import io.ferrule.uring.SubmissionQueue;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A batch of NOPs there and back, with one system call: what the ring itself costs. Its twin in C: {@code nop.c}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NopBenchmark {
    @Param({"1", "32", "256"})
    public int batch;

    /** Whether a thread of the kernel takes them, without a system call. */
    @Param({"false", "true"})
    public boolean sqPoll;

    private IoUring ring;

    @Setup
    public void open() throws IOException {
        ring = IoUring.open(Rings.ENTRIES, Rings.options(sqPoll));
    }

    @TearDown
    public void close() {
        ring.close();
    }

    @Benchmark
    @CompilerControl(CompilerControl.Mode.INLINE)
    public void turn() throws IOException {
        SubmissionQueue sq = ring.sq();
        for (int i = 0; i < batch; i++) {
            sq.next().nop().userData(i);
        }
        Rings.complete(ring, batch, 0);
    }
}

package io.ferrule.benchmarks.epoll;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Waits for pipes of which some are ready, and tells each of those. They stay ready, or else each turn writes a byte into them and reads it. The twin in C:
 * {@code dispatch.c}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public abstract class ReadyPipes {
    /** How many are ready. */
    @Param({"1", "32", "256"})
    public int ready;

    /** Of how many. */
    @Param({"256", "1000"})
    public int all;

    /** Whether each is told once, when something new has come, rather than as long as there is something. */
    @Param({"false", "true"})
    public boolean edge;

    /** By pipe, how many events it had. */
    long[] events;

    /** Waits once for all that are ready. */
    public abstract void turn() throws IOException;

    /** Those that are ready lie among the others at equal distances. */
    final int nthReady(int n) {
        return n * (all / ready);
    }

    /** In every turn, each that was ready had an event, and none that was not. */
    @TearDown
    public void check() {
        long each = events[nthReady(0)];
        boolean same = IntStream.range(0, ready).allMatch(n -> events[nthReady(n)] == each);
        if (each == 0 || !same || LongStream.of(events).sum() != each * ready) {
            throw new IllegalStateException("not every event was told once, and to whom it was for");
        }
    }

    static void checkOne(int bytes, byte found, byte expected) throws IOException {
        if (bytes != 1 || found != expected) {
            throw new IOException(bytes + " bytes read, the first of them " + found + " and not " + expected);
        }
    }
}

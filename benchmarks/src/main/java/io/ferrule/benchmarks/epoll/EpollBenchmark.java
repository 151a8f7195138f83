package io.ferrule.benchmarks.epoll;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.epoll.Epoll;
import io.ferrule.sys.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** Ferrule's interest list. */
public class EpollBenchmark extends ReadyPipes {
    private static final int BATCH = 1024;

    private Arena arena;
    private MemorySegment mark;
    private MemorySegment found;
    private Watched[] pipes;
    private Epoll epoll;

    /** What a pipe's registration carries. */
    private record Watched(int number, Pipe pipe) {}

    @Setup
    public void open() throws IOException {
        arena = Arena.ofConfined();
        mark = arena.allocate(1);
        found = arena.allocate(1);
        epoll = Epoll.open(BATCH);
        events = new long[all];
        pipes = new Watched[all];
        for (int i = 0; i < all; i++) {
            pipes[i] = new Watched(i, Pipe.open(LibC.O_NONBLOCK()));
            epoll.add(pipes[i].pipe().reader(), Epoll.EPOLLIN | (edge ? Epoll.EPOLLET : 0), pipes[i]);
        }
        if (!edge) {
            write();
        }
    }

    @TearDown
    public void close() throws IOException {
        epoll.close();
        for (Watched each : pipes) {
            each.pipe().close();
        }
        arena.close();
    }

    @Override
    @Benchmark
    public void turn() throws IOException {
        if (edge) {
            mark.set(ValueLayout.JAVA_BYTE, 0, (byte) (mark.get(ValueLayout.JAVA_BYTE, 0) + 1));
            write();
        }
        int seen = 0;
        while (seen < ready) {
            epoll.await(-1);
            while (epoll.next()) {
                dispatch((Watched) epoll.registration().attachment());
                seen++;
            }
        }
    }

    private void dispatch(Watched watched) throws IOException {
        if ((epoll.events() & Epoll.EPOLLIN) == 0) {
            throw new IOException("an event of another kind");
        }
        events[watched.number()]++;
        if (edge) {
            int bytes = watched.pipe().reader().read(found);
            checkOne(bytes, found.get(ValueLayout.JAVA_BYTE, 0), mark.get(ValueLayout.JAVA_BYTE, 0));
        }
    }

    private void write() throws IOException {
        for (int n = 0; n < ready; n++) {
            int result = pipes[nthReady(n)].pipe().writer().write(mark);
            if (result != 1) {
                throw new IOException("a write's result is " + result);
            }
        }
    }
}

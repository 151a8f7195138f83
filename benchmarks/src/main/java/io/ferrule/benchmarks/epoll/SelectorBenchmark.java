package io.ferrule.benchmarks.epoll;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** The JDK's {@link Selector}, which is level-triggered. */
public class SelectorBenchmark extends ReadyPipes {
    private final ByteBuffer mark = ByteBuffer.allocateDirect(1);
    private final ByteBuffer found = ByteBuffer.allocateDirect(1);
    private final Consumer<SelectionKey> dispatch = this::dispatch;
    private Pipe[] pipes;
    private Selector selector;
    private IOException failure;

    @Setup
    public void open() throws IOException {
        selector = Selector.open();
        events = new long[all];
        pipes = new Pipe[all];
        for (int i = 0; i < all; i++) {
            pipes[i] = Pipe.open();
            pipes[i].source().configureBlocking(false);
            pipes[i].source().register(selector, SelectionKey.OP_READ, i);
        }
        if (!edge) {
            write();
        }
    }

    @TearDown
    public void close() throws IOException {
        selector.close();
        for (Pipe pipe : pipes) {
            pipe.source().close();
            pipe.sink().close();
        }
    }

    @Override
    @Benchmark
    public void turn() throws IOException {
        if (edge) {
            mark.put(0, (byte) (mark.get(0) + 1));
            write();
        }
        int seen = 0;
        while (seen < ready) {
            seen += selector.select(dispatch);
            if (failure != null) {
                throw failure;
            }
        }
    }

    private void dispatch(SelectionKey key) {
        if (!key.isReadable()) {
            throw new IllegalStateException("an event of another kind");
        }
        events[(Integer) key.attachment()]++;
        if (edge) {
            try {
                int bytes = ((ReadableByteChannel) key.channel()).read(found.clear());
                checkOne(bytes, found.get(0), mark.get(0));
            } catch (IOException e) {
                failure = e;
            }
        }
    }

    private void write() throws IOException {
        for (int n = 0; n < ready; n++) {
            int result = pipes[nthReady(n)].sink().write(mark.clear());
            if (result != 1) {
                throw new IOException("a write's result is " + result);
            }
        }
    }
}

package io.ferrule.examples.compare;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.ferrule.Buffer;
import io.ferrule.Connection;
import io.ferrule.Loop;
import io.ferrule.LoopOptions;
import io.ferrule.TransferCallback;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Does {@link WebWork} with callbacks: one request after the other on each connection. Looks at every byte of the answers. */
final class WebLoad implements Work.Load {
    /** More than the header of an answer has. */
    private static final int HEADER = 4 << 10;

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);
    private static final String GOOD = "HTTP/1.1 200 ";
    private static final String END_OF_HEADER = "\r\n\r\n";

    private final Loop loop;
    private final MemorySegment content;
    private final Buffer request;
    private final int requestLength;
    private final List<Client> clients = new ArrayList<>();
    private Histogram nanos = Figures.histogram();
    private boolean timeIsUp;
    private int asking;
    private @Nullable IOException failure;

    private WebLoad(WebWork work, Loop loop) {
        this.loop = loop;
        this.content = MemorySegment.ofArray(work.content());
        byte[] words = ("GET /" + work.name() + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(US_ASCII);
        this.requestLength = words.length;
        this.request = Buffer.allocate(words.length).put(0, words, 0, words.length);
    }

    static WebLoad open(WebWork work, LoopOptions options, InetSocketAddress server) throws IOException {
        Loop loop = Loop.open(options);
        try {
            WebLoad load = new WebLoad(work, loop);
            for (int i = 0; i < WebWork.CONNECTIONS; i++) {
                load.clients.add(load.new Client(loop.connect(server).await()));
            }
            return load;
        } catch (IOException | RuntimeException e) {
            loop.close();
            throw e;
        }
    }

    @Override
    public Figures run(long length) throws IOException {
        nanos = Figures.histogram();
        timeIsUp = false;
        long start = System.nanoTime();
        clients.forEach(Client::ask);
        for (long passed = 0; asking > 0 && failure == null; passed = System.nanoTime() - start) {
            timeIsUp = passed >= length;
            if (passed > length + PATIENCE) {
                throw new IOException(asking + " answers have not come");
            }
            loop.turn(timeIsUp ? PATIENCE : length - passed);
        }
        if (failure != null) {
            throw failure;
        }
        return Figures.of(nanos, (System.nanoTime() - start) / 1e9);
    }

    @Override
    public void close() {
        loop.close();
    }

    /** One connection. */
    private final class Client implements TransferCallback {
        private final Connection connection;
        private final Buffer answer = Buffer.allocate(HEADER + (int) content.byteSize());
        private long begun;
        private int filled;

        /** Of the answers on this connection, which are all alike; 0 while it is not known. */
        private int headerLength;

        Client(Connection connection) {
            this.connection = connection;
        }

        void ask() {
            asking++;
            filled = 0;
            begun = System.nanoTime();
            connection.sendFully(request, 0, requestLength).start(this::sent);
        }

        private void sent(int bytes, @Nullable IOException error) {
            if (error != null) {
                fail(error);
            } else {
                receive();
            }
        }

        private void receive() {
            connection.receive(answer, filled, answer.size() - filled).start(this);
        }

        /** A piece of the answer has come. */
        @Override
        public void done(int bytes, @Nullable IOException error) {
            try {
                if (error != null) {
                    throw error;
                }
                if (bytes == 0) {
                    throw new EOFException("the server ended the connection after " + filled + " bytes of an answer");
                }
                filled += bytes;
                if (isWhole()) {
                    check();
                    Figures.record(nanos, System.nanoTime() - begun);
                    asking--;
                    if (!timeIsUp) {
                        ask();
                    }
                } else {
                    receive();
                }
            } catch (IOException e) {
                fail(e);
            }
        }

        private boolean isWhole() throws IOException {
            if (headerLength == 0) {
                int end =
                        answer.getString(0, Math.min(filled, HEADER), US_ASCII).indexOf(END_OF_HEADER);
                if (end < 0) {
                    if (filled >= HEADER) {
                        throw new IOException("an answer whose header does not end");
                    }
                    return false;
                }
                headerLength = end + END_OF_HEADER.length();
            }
            return filled >= headerLength + content.byteSize();
        }

        private void check() throws IOException {
            long size = content.byteSize();
            MemorySegment bytes = answer.segment();
            if (!answer.getString(0, GOOD.length(), US_ASCII).equals(GOOD)
                    || filled != headerLength + size
                    || MemorySegment.mismatch(bytes, headerLength, filled, content, 0, size) >= 0) {
                throw new IOException("not the answer that was expected: "
                        + answer.getString(0, headerLength, US_ASCII)
                                .lines()
                                .findFirst()
                                .orElse(""));
            }
        }

        private void fail(IOException error) {
            if (failure == null) {
                failure = error;
            }
        }
    }
}

package io.ferrule.examples.echo;

import io.ferrule.Buffer;
import io.ferrule.Connection;
import io.ferrule.Loop;
import io.ferrule.Timer;
import io.ferrule.TransferCallback;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Sends bytes over many connections, waits on each until they have come back, compares them, and begins again. On one thread, which turns its loop.
 */
public final class EchoClient {
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PATIENCE_AFTER_STOP = Duration.ofSeconds(5);
    private static final int CONNECTING_AT_ONCE = 64;
    private static final long LONGEST_LATENCY = TimeUnit.HOURS.toNanos(1);
    private static final int DIGITS = 3;

    /** What is sent lies somewhere in so many random bytes, elsewhere each time: bytes of others, or of earlier, are noticed. */
    private static final int PLACES = 64 << 10;

    private static final int STEP = 4099;

    /**
     * What to do.
     *
     * @param size bytes that are sent and come back each time
     */
    public record Plan(SocketAddress address, int connections, int size, Duration duration) {
        /** Checks them. */
        public Plan {
            if (connections < 1 || size < 1 || duration.isNegative() || duration.isZero()) {
                throw new IllegalArgumentException("connections, size and duration are 1 or more; not " + connections
                        + ", " + size + ", " + duration);
            }
        }
    }

    /**
     * What came of it.
     *
     * @param nanos from a round trip's begin to its end
     */
    public record Figures(long roundTrips, double seconds, Histogram nanos) {}

    private final Plan plan;
    private final Loop loop;

    /** Between round trips of a connection. */
    private final Duration pause;

    private final MemorySegment bytes;

    /** All connections send from it, at the same time. */
    private final Buffer pattern;

    private final List<Conversation> conversations = new ArrayList<>();
    private Histogram nanos = new Histogram(LONGEST_LATENCY, DIGITS);
    private int connecting;
    private int talking;
    private boolean timeIsUp;
    private boolean stopped;
    private @Nullable IOException failure;

    /** With a loop of the calling thread, which is its own. Each round trip begins when the one before has ended. */
    public EchoClient(Plan plan, Loop loop) {
        this(plan, loop, Duration.ZERO);
    }

    /** The same, with a pause in between, which is not part of any round trip. */
    public EchoClient(Plan plan, Loop loop, Duration pause) {
        this.plan = plan;
        this.loop = loop;
        this.pause = pause;
        byte[] random = new byte[PLACES + plan.size()];
        new Random(1).nextBytes(random);
        this.bytes = Arena.ofAuto().allocate(random.length);
        MemorySegment.copy(random, 0, bytes, ValueLayout.JAVA_BYTE, 0, random.length);
        this.pattern = Buffer.wrap(bytes);
    }

    /** Does it. The connections stay open until the loop is closed. */
    public Figures measure() throws IOException {
        return measure(plan.duration());
    }

    /** Does it for so long, over the same connections each time. */
    public Figures measure(Duration duration) throws IOException {
        connectAll();
        nanos = new Histogram(LONGEST_LATENCY, DIGITS);
        timeIsUp = false;
        long start = System.nanoTime();
        conversations.forEach(Conversation::begin);
        long limit = duration.toNanos();
        long passed = 0;
        while (goesOn() && passed < limit) {
            loop.turn(limit - passed);
            passed = System.nanoTime() - start;
        }
        timeIsUp = true;
        finishRoundTrips();
        return new Figures(nanos.getTotalCount(), (System.nanoTime() - start) / 1e9, nanos);
    }

    /** Ends the measurement early. Any thread. */
    void stop() {
        try {
            loop.post(() -> stopped = true);
        } catch (IllegalStateException e) {
            // it has ended
        }
    }

    /** Has those under way end: slow ones count too, and the server sees a good end. */
    private void finishRoundTrips() throws IOException {
        long start = System.nanoTime();
        Duration patience = stopped ? PATIENCE_AFTER_STOP : PATIENCE;
        for (long left = patience.toNanos(); talking > 0 && failure == null && left > 0; ) {
            loop.turn(left);
            left = patience.toNanos() - (System.nanoTime() - start);
        }
        checkFailure();
        if (talking > 0) {
            throw new IOException(talking + " of " + plan.connections() + " round trips to " + plan.address()
                    + " did not end within " + patience.toSeconds() + " s");
        }
    }

    private boolean goesOn() {
        return !stopped && failure == null;
    }

    private void connectAll() throws IOException {
        while (goesOn() && conversations.size() < plan.connections()) {
            while (connecting < CONNECTING_AT_ONCE && connecting + conversations.size() < plan.connections()) {
                connecting++;
                loop.connect(plan.address()).within(CONNECT_LIMIT).start(this::connected);
            }
            loop.turn(-1);
        }
        checkFailure();
    }

    private void connected(@Nullable Connection connection, @Nullable IOException error) {
        connecting--;
        if (connection != null) {
            conversations.add(new Conversation(connection, conversations.size()));
        } else if (error != null) {
            fail(error);
        }
    }

    private void fail(IOException error) {
        if (failure == null) {
            failure = error;
        }
    }

    private void checkFailure() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    /** One round trip after the other. */
    private final class Conversation implements TransferCallback {
        private final Connection connection;
        private final Buffer back = Buffer.allocate(plan.size());
        private final @Nullable Timer timer = pause.isZero() ? null : loop.timer(this::next);
        private int place;
        private long begun;
        private int pending;

        Conversation(Connection connection, int number) {
            this.connection = connection;
            this.place = number * STEP % PLACES;
        }

        /** Sends and receives at the same time: more may be under way than the sockets hold. */
        void begin() {
            talking++;
            send();
        }

        private void send() {
            pending = 2;
            begun = System.nanoTime();
            connection.receiveFully(back, 0, plan.size()).start(this);
            connection.sendFully(pattern, place, plan.size()).start(this);
        }

        @Override
        public void done(int count, @Nullable IOException error) {
            if (error != null) {
                fail(error);
            }
            if (--pending > 0) {
                return;
            }
            if (failure != null) {
                talking--;
                return;
            }
            long wrong = MemorySegment.mismatch(bytes, place, place + plan.size(), back.segment(), 0, plan.size());
            if (wrong >= 0) {
                talking--;
                fail(new IOException(
                        "byte " + wrong + " that came back on " + connection + " is not the one that was sent"));
            } else {
                nanos.recordValue(Math.min(System.nanoTime() - begun, LONGEST_LATENCY));
                place = (place + STEP) % PLACES;
                if (timer == null) {
                    next();
                } else {
                    timer.setAfter(pause);
                }
            }
        }

        private void next() {
            if (timeIsUp || stopped) {
                talking--;
            } else {
                send();
            }
        }
    }
}

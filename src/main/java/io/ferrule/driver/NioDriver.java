package io.ferrule.driver;

import io.ferrule.sys.Errno;
import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The portable one: the JDK's channels and selector, files by helper threads; no system call of ours. Its descriptors are numbers of its own. What the
 * JDK has nothing for it does not do: {@link #can}.
 */
public final class NioDriver extends ReadinessDriver {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Selector selector;
    private final NioTable table;

    /** Beside the selector's own state, which looking without waiting forgets. */
    private final AtomicBoolean woken = new AtomicBoolean();

    private NioDriver(Selector selector, NioTable table, int helperLimit) {
        super(helperLimit, () -> new NioCalls(table));
        this.selector = selector;
        this.table = table;
    }

    /** For the calling thread; with up to four helper threads. */
    public static NioDriver open() throws IOException {
        NativeLibrary.isThere(); // says first what forbids native access, which the memory of operations needs
        return new NioDriver(Selector.open(), new NioTable(), HelperThreads.DEFAULT_LIMIT);
    }

    @Override
    public String name() {
        return "nio";
    }

    @Override
    public boolean can(OperationKind kind) {
        return !NioCalls.LACKING.contains(kind);
    }

    @Override
    public void wakeUp() {
        if (!woken.getAndSet(true)) {
            selector.wakeup();
        }
    }

    @Override
    public int descriptor() {
        throw new UnsupportedOperationException("a selector of the JDK has no descriptor to wait on: embed the loop by "
                + "turning it with a time limit, or take the uring or epoll driver");
    }

    // ---- readiness ----

    /** What the selector is to look for, for POLLIN and POLLOUT. */
    static int interest(SelectableChannel channel, int events) {
        int input = SelectionKey.OP_READ | SelectionKey.OP_ACCEPT;
        int output = SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;
        int wanted = ((events & Watch.POLLIN) != 0 ? input : 0) | ((events & Watch.POLLOUT) != 0 ? output : 0);
        return wanted & channel.validOps();
    }

    /** What the selector has found, as POLLIN and POLLOUT. */
    static int events(int readyOps) {
        int input = SelectionKey.OP_READ | SelectionKey.OP_ACCEPT;
        int output = SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;
        return ((readyOps & input) != 0 ? Watch.POLLIN : 0) | ((readyOps & output) != 0 ? Watch.POLLOUT : 0);
    }

    @Override
    int watch(Watch watch, int events) {
        if (!(table.get(watch.fd) instanceof SelectableChannel channel)) {
            return -Errno.EBADF.number();
        }
        try {
            watch.registration = channel.register(selector, interest(channel, events), watch);
            return 0;
        } catch (ClosedChannelException e) {
            return -Errno.EBADF.number();
        }
    }

    /** The system's descriptor is closed, and its port free, only when the selector has forgotten it. */
    @Override
    void unwatch(Watch watch) {
        if (watch.registration instanceof SelectionKey key) {
            watch.registration = null;
            key.cancel();
            try {
                selector.selectNow();
            } catch (IOException e) {
                // then the next wait fails, and says so
            }
        }
    }

    @Override
    void await(long timeoutNanos) throws IOException {
        if (timeoutNanos == 0 || woken.get()) {
            selector.selectNow();
        } else {
            // A selector counts in milliseconds: rather late than early, which would be a loop that spins.
            long millis = timeoutNanos < 0 ? 0 : Math.ceilDiv(timeoutNanos, NANOS_PER_MILLI);
            selector.select(Math.min(millis, TimeUnit.DAYS.toMillis(1)));
        }
        woken.set(false); // what was left for this thread by now, it will find after this
        Iterator<SelectionKey> keys = selector.selectedKeys().iterator();
        while (keys.hasNext()) {
            SelectionKey key = keys.next();
            keys.remove();
            if (key.isValid() && key.attachment() instanceof Watch watch) {
                ready(watch, events(key.readyOps()));
            }
        }
    }

    @Override
    void closeModel() {
        try {
            for (Channel each : table.all()) {
                each.close();
            }
            selector.close();
        } catch (IOException e) {
            // Nothing is written to it, so nothing is lost.
        }
    }
}

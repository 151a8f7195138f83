package io.ferrule.driver;

import io.ferrule.epoll.Epoll;
import io.ferrule.epoll.Registration;
import io.ferrule.sys.ErrnoException;
import io.ferrule.sys.Fd;
import io.ferrule.sys.NativeLibrary;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Multiplexed I/O on epoll: sockets and pipes by readiness, files by helper threads, unless they are in memory.
 *
 * <p>Level-triggered, the interest list is changed only when something waits that it does not watch for, or it tells of what nobody waits for.
 * Edge-triggered, a descriptor is registered once for everything.
 */
public final class EpollDriver extends ReadinessDriver {
    private static final int EDGES = Epoll.EPOLLIN | Epoll.EPOLLPRI | Epoll.EPOLLOUT | Epoll.EPOLLRDHUP | Epoll.EPOLLET;

    private final Epoll epoll;
    private final boolean edge;

    private EpollDriver(Epoll epoll, boolean edge, int helperLimit) {
        super(helperLimit, () -> new Calls(true));
        this.epoll = epoll;
        this.edge = edge;
    }

    /** Level-triggered, for the calling thread, a platform thread; with up to four helper threads. */
    public static EpollDriver level() throws IOException {
        return open(false, HelperThreads.DEFAULT_LIMIT);
    }

    /** Edge-triggered, for the calling thread, a platform thread; with up to four helper threads. */
    public static EpollDriver edge() throws IOException {
        return open(true, HelperThreads.DEFAULT_LIMIT);
    }

    /**
     * For the calling thread, a platform thread.
     *
     * @param edge whether edge-triggered
     * @param helperLimit how many helper threads there may be, 1 or more; none is started before it is needed
     */
    public static EpollDriver open(boolean edge, int helperLimit) throws IOException {
        NativeLibrary.load();
        Epoll epoll = Epoll.open();
        try {
            return new EpollDriver(epoll, edge, helperLimit);
        } catch (IllegalArgumentException e) {
            epoll.close();
            throw e;
        }
    }

    @Override
    public String name() {
        return edge ? "epoll-edge" : "epoll";
    }

    @Override
    public void wakeUp() {
        epoll.wakeUp();
    }

    @Override
    public int descriptor() {
        embedded = true;
        return epoll.descriptor().number();
    }

    @Override
    public boolean sharesReads() {
        return true;
    }

    @Override
    int watch(Watch watch, int events) {
        try {
            Registration registration = (Registration) watch.registration;
            if (registration == null) {
                watch.registration = epoll.add(Fd.borrow(watch.fd), edge ? EDGES : events, watch);
            } else if (!edge) {
                registration.modify(events);
            }
            return 0;
        } catch (ErrnoException e) {
            return -e.number();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    void unwatch(Watch watch) {
        Registration registration = (Registration) watch.registration;
        watch.registration = null;
        try {
            delete(registration);
        } catch (IOException e) {
            // Somebody else has closed it, and the kernel has forgotten it.
        }
    }

    private static void delete(@Nullable Registration registration) throws IOException {
        if (registration != null) {
            registration.delete();
        }
    }

    /** Changes are told once, wanted or not. */
    @Override
    void needless(Watch watch) {
        if (!edge) {
            super.needless(watch);
        }
    }

    @Override
    boolean tellsOfErrors() {
        return true;
    }

    @Override
    void await(long timeoutNanos) throws IOException {
        epoll.await(timeoutNanos);
        while (epoll.next()) {
            if (epoll.registration().attachment() instanceof Watch watch) {
                ready(watch, epoll.events());
            }
        }
        counters.stale = epoll.staleEvents();
    }

    @Override
    void closeModel() {
        try {
            epoll.close();
        } catch (IOException e) {
            // Nothing is written to it, so nothing is lost.
        }
    }
}

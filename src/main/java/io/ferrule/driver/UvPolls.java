package io.ferrule.driver;

import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * Descriptors that libuv polls, each by a handle. A handle polls one descriptor for the same events all its life; libuv then closes it, and calls back
 * when its memory may be used for another. On the loop's thread.
 *
 * <p>Other events could be had from the same handle. But libuv aborts the process when the kernel says that the descriptor is not the one it was, which
 * is so when somebody else has closed it; a new handle finds that out, and returns an error.
 */
final class UvPolls {
    private final long loop;
    private final long events;
    private final long closed;

    /** Those that poll, each with its descriptor's watch. One that is being closed has none, and is not free yet. */
    private final UvPool<Watch> handles;

    /**
     * @param events called with a handle, an error or 0, and events
     * @param closed called with a handle that is closed, which then is for {@link #takeBack}
     */
    UvPolls(long loop, long events, long closed, Arena arena) {
        this.loop = loop;
        this.events = events;
        this.closed = closed;
        this.handles = new UvPool<>(arena, Uv.handleSize(Uv.POLL));
    }

    /** Polls a descriptor for these events, {@code POLLIN} and the like, and no others. Returns 0 or a negative errno: then it is polled for none. */
    int start(Watch watch, int wanted) {
        stop(watch);
        if (wanted == 0) {
            return 0;
        }
        UvPool.Piece<Watch> handle = handles.take();
        int error = Uv.pollInit(loop, handle.address, watch.fd);
        if (error < 0) {
            handles.giveBack(handle); // nothing has been made of it
            return error;
        }
        Uv.setHandleData(handle.address, handle.number);
        handle.user = watch;
        watch.registration = handle;
        error = Uv.pollStart(handle.address, toUv(wanted), events);
        if (error < 0) {
            stop(watch);
        }
        return error;
    }

    /** Polls a descriptor no more. From here on it may be closed. */
    void stop(Watch watch) {
        if (watch.registration instanceof UvPool.Piece<?> handle) {
            watch.registration = null;
            handle.user = null;
            Uv.close(handle.address, closed);
        }
    }

    /** Whose handle this is; null when it has been closed since. */
    @Nullable
    Watch watch(long address) {
        return handles.get(Uv.handleData(address)).user;
    }

    /** Takes the memory of a handle back that is closed. */
    void takeBack(long address) {
        handles.giveBack(handles.get(Uv.handleData(address)));
    }

    /** Stops all. */
    void stopAll() {
        for (UvPool.Piece<Watch> each : handles.all()) {
            if (each.user != null) {
                stop(each.user);
            }
        }
    }

    /** Errors and hang-ups need not be asked for; but something has to. */
    private static int toUv(int poll) {
        int uv = ((poll & Watch.POLLIN) != 0 ? Uv.READABLE : 0)
                | ((poll & Watch.POLLOUT) != 0 ? Uv.WRITABLE : 0)
                | ((poll & Watch.POLLPRI) != 0 ? Uv.PRIORITIZED : 0)
                | ((poll & Watch.POLLRDHUP) != 0 ? Uv.DISCONNECT : 0);
        return uv == 0 ? Uv.DISCONNECT : uv;
    }

    /** Libuv tells a hang-up as whatever was asked for. */
    static int fromUv(int uv) {
        return ((uv & Uv.READABLE) != 0 ? Watch.POLLIN : 0)
                | ((uv & Uv.WRITABLE) != 0 ? Watch.POLLOUT : 0)
                | ((uv & Uv.PRIORITIZED) != 0 ? Watch.POLLPRI : 0)
                | ((uv & Uv.DISCONNECT) != 0 ? Watch.POLLRDHUP : 0);
    }
}

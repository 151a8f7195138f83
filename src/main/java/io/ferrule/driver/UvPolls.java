package io.ferrule.driver;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
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
    private final Arena arena;

    /** By the number that libuv keeps for us. */
    private final List<Handle> handles = new ArrayList<>();

    private @Nullable Handle free;

    private static final class Handle {
        final int number;
        final long address;

        /** Null when it is free or being closed. */
        @Nullable
        Watch watch;

        /** The next that is free. */
        @Nullable
        Handle next;

        Handle(int number, long address) {
            this.number = number;
            this.address = address;
        }
    }

    /**
     * @param events called with a handle, an error or 0, and events
     * @param closed called with a handle that is closed, which then is for {@link #takeBack}
     */
    UvPolls(long loop, long events, long closed, Arena arena) {
        this.loop = loop;
        this.events = events;
        this.closed = closed;
        this.arena = arena;
    }

    /** Polls a descriptor for these events, {@code POLLIN} and the like, and no others. Returns 0 or a negative errno: then it is polled for none. */
    int start(Watch watch, int wanted) {
        stop(watch);
        if (wanted == 0) {
            return 0;
        }
        Handle handle = take();
        int error = Uv.pollInit(loop, handle.address, watch.fd);
        if (error < 0) {
            giveBack(handle); // nothing has been made of it
            return error;
        }
        Uv.setHandleData(handle.address, handle.number);
        handle.watch = watch;
        watch.registration = handle;
        error = Uv.pollStart(handle.address, toUv(wanted), events);
        if (error < 0) {
            stop(watch);
        }
        return error;
    }

    /** Polls a descriptor no more. From here on it may be closed. */
    void stop(Watch watch) {
        if (watch.registration instanceof Handle handle) {
            watch.registration = null;
            handle.watch = null;
            Uv.close(handle.address, closed);
        }
    }

    /** Whose handle this is; null when it has been closed since. */
    @Nullable
    Watch watch(long address) {
        return handles.get((int) Uv.handleData(address) - 1).watch;
    }

    /** Takes the memory of a handle back that is closed. */
    void takeBack(long address) {
        giveBack(handles.get((int) Uv.handleData(address) - 1));
    }

    /** Stops all. */
    void stopAll() {
        for (Handle each : handles) {
            if (each.watch != null) {
                stop(each.watch);
            }
        }
    }

    private Handle take() {
        Handle handle = free;
        if (handle == null) {
            long address = arena.allocate(Uv.handleSize(Uv.POLL), Long.BYTES).address();
            handle = new Handle(handles.size() + 1, address);
            handles.add(handle);
        } else {
            free = handle.next;
        }
        return handle;
    }

    private void giveBack(Handle handle) {
        handle.next = free;
        free = handle;
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

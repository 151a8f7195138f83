package io.ferrule.driver;

import org.jspecify.annotations.Nullable;

/** Watches whose descriptors are ready, each once, first in, first out, linked through themselves. */
final class ReadyList {
    private @Nullable Watch first;
    private @Nullable Watch last;

    boolean isEmpty() {
        return first == null;
    }

    /** The last, or null. */
    @Nullable
    Watch last() {
        return last;
    }

    /** Notes events of a watch, and puts it last unless it is here already. */
    void add(Watch watch, int events) {
        watch.ready |= events;
        if (watch.listed) {
            return;
        }
        watch.listed = true;
        if (last == null) {
            first = watch;
        } else {
            last.next = watch;
        }
        last = watch;
    }

    /** Takes the first out, with its events; null when there is none. */
    @Nullable
    Watch poll() {
        Watch watch = first;
        if (watch != null) {
            first = watch.next;
            if (first == null) {
                last = null;
            }
            watch.next = null;
            watch.listed = false;
        }
        return watch;
    }
}

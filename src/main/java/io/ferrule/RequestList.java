package io.ferrule;

import org.jspecify.annotations.Nullable;

/** Requests in flight, linked through their neighbours: adding and removing one allocates nothing. Belongs to the loop's thread. */
final class RequestList {
    private @Nullable Request first;

    boolean isEmpty() {
        return first == null;
    }

    void add(Request request) {
        Request neighbour = first;
        request.previous = null;
        request.following = neighbour;
        if (neighbour != null) {
            neighbour.previous = request;
        }
        first = request;
    }

    /** Removes a request; one that is not here stays as it is. */
    void remove(Request request) {
        Request before = request.previous;
        Request after = request.following;
        if (before == null && first != request) {
            return;
        }
        if (before == null) {
            first = after;
        } else {
            before.following = after;
        }
        if (after != null) {
            after.previous = before;
        }
        request.previous = null;
        request.following = null;
    }

    /** Asks for the end of all, the oldest first, as drivers that queue them have them. None of them ends meanwhile. */
    void cancelAll() {
        Request oldest = first;
        while (oldest != null && oldest.following != null) {
            oldest = oldest.following;
        }
        for (Request request = oldest; request != null; request = request.previous) {
            request.cancelHere();
        }
    }
}

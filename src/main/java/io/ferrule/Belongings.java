package io.ferrule;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What is open on a loop, and in flight: it is over before the loop is. On the loop's thread. */
final class Belongings {
    private final Set<Handle> handles = new LinkedHashSet<>();
    private final Set<BufferLeases> leases = new LinkedHashSet<>();

    /** Those that no descriptor is left for. */
    private final Set<Subscription> awaitingDescriptor = new LinkedHashSet<>();

    /** Those that belong to no handle. */
    private final RequestList requests = new RequestList();

    /** Requests in flight, of handles or not. */
    private int running;

    // ---- requests ----

    void begun(Request request) {
        running++;
        if (request.handle == null) {
            requests.add(request);
        }
    }

    void ended(Request request) {
        running--;
        if (request.handle == null) {
            requests.remove(request);
        }
    }

    // ---- what is open ----

    void opened(Handle handle) {
        handles.add(handle);
    }

    void closed(Handle handle) {
        handles.remove(handle);
        if (!awaitingDescriptor.isEmpty()) {
            List<Subscription> all = List.copyOf(awaitingDescriptor);
            awaitingDescriptor.clear();
            all.forEach(Subscription::supplied);
        }
    }

    /** Has a subscription go on when a descriptor has been closed. */
    void awaitDescriptor(Subscription subscription) {
        awaitingDescriptor.add(subscription);
    }

    void opened(BufferLeases group) {
        leases.add(group);
    }

    void closed(BufferLeases group) {
        leases.remove(group);
    }

    // ---- the end ----

    /** Asks for the end of everything, which comes in later turns: {@link #areGone} tells. */
    void giveUp() {
        // All before the first is closed: or who waits at its other end would be told of that, as chance has it.
        handles.forEach(Handle::cancelRequests);
        requests.cancelAll();
        for (Handle handle : new ArrayList<>(handles)) {
            handle.giveUp();
        }
    }

    /** Whether nothing is open and nothing in flight, so that the kernel uses no memory. */
    boolean areGone() {
        return handles.isEmpty() && running == 0;
    }

    void closeLeases() {
        for (BufferLeases each : leases) {
            each.closeWithLoop();
        }
    }
}

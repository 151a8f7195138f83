package io.ferrule.examples.serve;

import java.time.Duration;

/**
 * What a client may take, so that the others have the rest.
 *
 * @param headBytes of a request's line and header, at most
 * @param headFields header fields of a request, at most
 * @param bodyBytes of a request's body, which nobody wants and which is thrown away, at most
 * @param headTime from a request's first byte to its last, at most
 * @param idleTime between requests, at most
 * @param sendTime for a client to take one more {@link Session#PIECE} of its answer, at most
 * @param connections at the same time, at most
 */
record Limits(
        int headBytes,
        int headFields,
        int bodyBytes,
        Duration headTime,
        Duration idleTime,
        Duration sendTime,
        int connections) {
    /** Checks them. */
    Limits {
        if (headBytes < 1 || headFields < 1 || bodyBytes < 0 || connections < 1) {
            throw new IllegalArgumentException("limits are 1 or more, not " + headBytes + ", " + headFields + ", "
                    + bodyBytes + ", " + connections);
        }
        checkTime(headTime);
        checkTime(idleTime);
        checkTime(sendTime);
    }

    static Limits defaults() {
        return new Limits(
                8 << 10, 100, 64 << 10, Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(30), 1000);
    }

    Limits times(Duration head, Duration idle, Duration send) {
        return new Limits(headBytes, headFields, bodyBytes, head, idle, send, connections);
    }

    Limits connections(int most) {
        return new Limits(headBytes, headFields, bodyBytes, headTime, idleTime, sendTime, most);
    }

    private static void checkTime(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("a time limit is more than nothing, not " + time);
        }
    }
}

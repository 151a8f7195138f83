package io.ferrule;

import io.ferrule.Drivers.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Steps to take with a loop, one after the other, none of which may wait for another. */
record RandomProgram(List<Step> steps) {
    /** What a step does. */
    enum Action {
        OPEN,
        OPEN_NEW,
        OPEN_TO_READ,
        READ,
        READ_FULLY,
        READ_HERE,
        READ_SEVERAL,
        WRITE,
        WRITE_FULLY,
        WRITE_DURABLY,
        WRITE_HERE,
        WRITE_SEVERAL,
        SYNC,
        TRUNCATE,
        ALLOCATE(Feature.ALLOCATE),
        SIZE(Feature.STATX),
        CLOSE,
        MAKE_DIRECTORY,
        DELETE_FILE,
        DELETE_DIRECTORY,
        RENAME(Feature.RENAME_FLAGS),
        LINK,
        SYMBOLIC_LINK,
        STATUS(Feature.STATX),
        PIPE_WRITE(Feature.SOCKETS),
        PIPE_READ(Feature.SOCKETS),
        SEND(Feature.SOCKETS),
        SEND_SEVERAL(Feature.SOCKETS),
        RECEIVE(Feature.SOCKETS),
        RECEIVE_IN_TIME(Feature.SOCKETS),
        END_OUTPUT(Feature.SOCKETS),
        CONNECT_TO_NOBODY(Feature.SOCKETS),
        LISTEN_TWICE(Feature.SOCKETS),
        DATAGRAM(Feature.SOCKETS);

        private final @Nullable Feature needed;

        Action() {
            this(null);
        }

        Action(@Nullable Feature needed) {
            this.needed = needed;
        }
    }

    /**
     * One step; the machine makes of the numbers what it needs.
     *
     * @param which of several files, names or connections
     * @param other another one
     * @param offset in a file
     * @param length in bytes
     */
    record Step(Action action, int which, int other, int offset, int length) {}

    private static final int MOST_BYTES = 9000;

    static RandomProgram generate(long seed, int length, Set<Feature> lacking) {
        Random random = new Random(seed);
        List<Step> steps = new ArrayList<>();
        while (steps.size() < length) {
            Action action = Action.values()[random.nextInt(Action.values().length)];
            // The numbers are drawn in any case, so that a program differs as little as can be from that of another
            // driver.
            Step step = new Step(
                    action,
                    random.nextInt(3),
                    random.nextInt(3),
                    random.nextInt(2 * MOST_BYTES),
                    1 + random.nextInt(MOST_BYTES));
            if (action.needed == null || !lacking.contains(action.needed)) {
                steps.add(step);
            }
        }
        return new RandomProgram(steps);
    }
}

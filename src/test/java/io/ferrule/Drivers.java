package io.ferrule;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The drivers that every test of the safe layer runs on, and what each of them lacks: one that is new is added here. docs/drivers.md says the same to
 * users.
 */
final class Drivers {
    /** What a driver may lack, and then refuses in a type; a test that is about it says so with {@link #need}. */
    enum Feature {
        /** A descriptor to wait on in another loop. */
        DESCRIPTOR("embedding by descriptor"),
        /** Descriptors that somebody else opened, or that come with a message. */
        FOREIGN_DESCRIPTORS("descriptors of others"),
        /** {@code O_DIRECT}, {@code O_TMPFILE} and the like. */
        SPECIAL_FILES("O_DIRECT and other special flags"),
        /** Operations that no other system has. */
        SPLICE("splice and tee"),
        /** Waiting for events as such. */
        POLL("poll"),
        /** {@code fallocate}. */
        ALLOCATE("fallocate"),
        /** {@code statx}. */
        STATX("statx"),
        /** Renaming with flags. */
        RENAME_FLAGS("rename with flags"),
        /** Paths relative to an open directory. */
        DIRECTORY_HANDLES("paths relative to a directory's handle"),
        /** {@code openat2}. */
        OPEN_BENEATH("files beneath a directory, and nowhere else"),
        /** Datagrams on Unix sockets. */
        UNIX_DATAGRAMS("Unix datagrams"),
        /** Names of Unix sockets that are no paths. */
        ABSTRACT_ADDRESSES("abstract addresses"),
        /** Options by the kernel's numbers that {@link java.net.StandardSocketOptions} does not have. */
        KERNEL_OPTIONS("options beyond those of the JDK"),
        /** The length of a listener's queue. */
        BACKLOG("the backlog"),
        /** Sends that leave the bytes where they are. */
        ZERO_COPY("sends without a copy"),
        /** Closing a socket with {@code SO_LINGER} while others go on. */
        LINGERING("closing that waits for the peer without holding up the loop"),
        /** Sends that take what fits and leave the rest, as a non-blocking {@code send} does. */
        PARTIAL_SENDS("sends that take what fits"),
        /** A callback that costs no object. */
        NO_ALLOCATION("requests without allocation");

        private final String words;

        Feature(String words) {
            this.words = words;
        }

        /** As docs/drivers.md has it. */
        String words() {
            return words;
        }
    }

    private static final List<String> NAMES = List.of(
            "uring",
            "epoll",
            "epoll-edge",
            "nio",
            "select",
            "poll",
            "nonblocking",
            "sigio",
            "blocking",
            "linux-aio",
            "posix-aio");

    private static final Map<String, Set<Feature>> LACKING = Map.of(
            "nio", EnumSet.complementOf(EnumSet.of(Feature.LINGERING, Feature.PARTIAL_SENDS)),
            "select", EnumSet.of(Feature.DESCRIPTOR, Feature.ZERO_COPY),
            "poll", EnumSet.of(Feature.DESCRIPTOR),
            "nonblocking", EnumSet.of(Feature.DESCRIPTOR, Feature.ZERO_COPY, Feature.LINGERING),
            "sigio", EnumSet.of(Feature.DESCRIPTOR, Feature.ZERO_COPY),
            "blocking", EnumSet.of(Feature.PARTIAL_SENDS, Feature.ZERO_COPY),
            "linux-aio", EnumSet.of(Feature.ZERO_COPY),
            "posix-aio", EnumSet.of(Feature.PARTIAL_SENDS, Feature.ZERO_COPY, Feature.DESCRIPTOR));

    private Drivers() {}

    static List<String> all() {
        return NAMES;
    }

    /** Those that tests run on: all, unless {@code -Dferrule.test.drivers=epoll,blocking} names some. */
    static List<String> names() {
        String only = System.getProperty("ferrule.test.drivers");
        return only == null ? NAMES : List.of(only.split(","));
    }

    static boolean has(String driver, Feature feature) {
        return !lacking(driver).contains(feature);
    }

    static Set<Feature> lacking(String driver) {
        return LACKING.getOrDefault(driver, Set.of());
    }

    /** Skips the test on a driver that lacks something. */
    static void need(String driver, Feature feature) {
        assumeFalse(!has(driver, feature), () -> "the " + driver + " driver lacks " + feature.words());
    }
}

package io.ferrule;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.ferrule.driver.LibuvDriver;
import java.io.IOException;
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
        /** Whatever is not a file. */
        SOCKETS("sockets and pipes"),
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
            "posix-aio",
            "mmap",
            "libuv");

    private static final Map<String, Set<Feature>> LACKING = Map.of(
            "nio", EnumSet.complementOf(EnumSet.of(Feature.SOCKETS, Feature.LINGERING, Feature.PARTIAL_SENDS)),
            "select", EnumSet.of(Feature.DESCRIPTOR, Feature.ZERO_COPY),
            "poll", EnumSet.of(Feature.DESCRIPTOR),
            "nonblocking", EnumSet.of(Feature.DESCRIPTOR, Feature.ZERO_COPY, Feature.LINGERING),
            "sigio", EnumSet.of(Feature.DESCRIPTOR, Feature.ZERO_COPY),
            "blocking", EnumSet.of(Feature.PARTIAL_SENDS, Feature.ZERO_COPY),
            "linux-aio", EnumSet.of(Feature.ZERO_COPY),
            "posix-aio", EnumSet.of(Feature.PARTIAL_SENDS, Feature.ZERO_COPY, Feature.DESCRIPTOR),
            "mmap",
                    EnumSet.of(
                            Feature.SOCKETS,
                            Feature.FOREIGN_DESCRIPTORS,
                            Feature.SPECIAL_FILES,
                            Feature.SPLICE,
                            Feature.POLL),
            "libuv", EnumSet.of(Feature.ZERO_COPY));

    private Drivers() {}

    /**
     * Those that tests run on: of all, or of those that {@code -Dferrule.test.drivers=epoll,blocking} names, those that are on this machine. The others'
     * tests cannot be run, which {@link DriversTest} says.
     */
    static List<String> names() {
        String only = System.getProperty("ferrule.test.drivers");
        List<String> wanted = only == null ? NAMES : List.of(only.split(","));
        return wanted.stream().filter(Drivers::isThere).toList();
    }

    static List<String> all() {
        return NAMES;
    }

    /** Whether what the driver needs is installed. */
    static boolean isThere(String driver) {
        try {
            return !driver.equals("libuv") || !LibuvDriver.version().isEmpty();
        } catch (IOException e) {
            return false;
        }
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

    /** Skips a test of a class on a driver that lacks what the class {@link Needs}. */
    static void need(String driver, Class<?> test) {
        Needs needs = test.getAnnotation(Needs.class);
        if (needs != null) {
            for (Feature each : needs.value()) {
                need(driver, each);
            }
        }
    }
}

import org.jspecify.annotations.NullMarked;

/**
 * Linux I/O for Java: io_uring's rings and epoll's interest lists as plain objects over the Foreign Function and Memory API.
 *
 * <p>The floors, from the ground up; each uses those below it and nothing above: {@code io.ferrule.bindings} (generated), {@code io.ferrule.sys},
 * then {@code io.ferrule.uring} and {@code io.ferrule.epoll} side by side, {@code io.ferrule.driver} (I/O models
 * behind one contract), {@code io.ferrule}, the safe layer that programs are written with, and {@code io.ferrule.channel}, what Java already has on top of it.
 *
 * <p>Start the JVM with {@code --enable-native-access=io.ferrule} (on the class path: {@code --enable-native-access=ALL-UNNAMED}).
 */
@NullMarked
module io.ferrule {
    requires static jdk.jfr; // without it, there are no events
    requires static org.jspecify;

    exports io.ferrule;
    exports io.ferrule.bindings.helper;
    exports io.ferrule.bindings.libc;
    exports io.ferrule.bindings.liburing;
    exports io.ferrule.channel;
    exports io.ferrule.driver;
    exports io.ferrule.epoll;
    exports io.ferrule.sys;
    exports io.ferrule.uring;
}

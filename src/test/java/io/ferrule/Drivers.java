package io.ferrule;

import java.util.List;

/** The drivers that every test of the safe layer runs on: one that is new is added here. */
final class Drivers {
    private static final List<String> NAMES = List.of("uring", "epoll", "epoll-edge");

    private Drivers() {}

    static List<String> names() {
        return NAMES;
    }
}

package io.ferrule.driver;

import java.io.IOException;

/** The drivers that keep the contract: each test of it runs on each of them. */
enum DriverUnderTest {
    URING(() -> UringDriver.open(64)),
    EPOLL(EpollDriver::level),
    EPOLL_EDGE(EpollDriver::edge);

    private interface Opener {
        Driver open() throws IOException;
    }

    private final Opener opener;

    DriverUnderTest(Opener opener) {
        this.opener = opener;
    }

    /** Whether those that wait in one direction on one descriptor are served in the order they came. */
    boolean keepsOrder() {
        return this != URING;
    }

    /** Opens one for the calling thread. */
    Driver open() throws IOException {
        return opener.open();
    }
}

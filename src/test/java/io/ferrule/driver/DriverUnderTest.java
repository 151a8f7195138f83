package io.ferrule.driver;

import java.io.IOException;

/** The drivers that keep the contract: each test of it runs on each of them. */
enum DriverUnderTest {
    URING(() -> UringDriver.open(64)),
    EPOLL(EpollDriver::level),
    EPOLL_EDGE(EpollDriver::edge),
    SELECT(SelectDriver::open),
    POLL(PollDriver::open),
    NONBLOCKING(NonBlockingDriver::open),
    SIGIO(SigioDriver::open),
    BLOCKING(BlockingDriver::open),
    LINUX_AIO(LinuxAioDriver::open),
    POSIX_AIO(PosixAioDriver::open),
    MMAP(MmapDriver::open),
    LIBUV(LibuvDriver::open);

    private interface Opener {
        Driver open() throws IOException;
    }

    private final Opener opener;

    DriverUnderTest(Opener opener) {
        this.opener = opener;
    }

    /** Whether those that wait in one direction on one descriptor are served in the order they came. */
    boolean keepsOrder() {
        return this != URING && this != BLOCKING && this != POSIX_AIO;
    }

    /** Whether what is cancelled takes nothing that comes after the cancel. A thread that waits may have it before the signal that ends its call. */
    boolean cancelsAtOnce() {
        return this != BLOCKING && this != POSIX_AIO;
    }

    /** Whether another interest list can wait for it. */
    boolean hasDescriptor() {
        return switch (this) {
            case URING, EPOLL, EPOLL_EDGE, BLOCKING, LINUX_AIO, MMAP, LIBUV -> true;
            default -> false;
        };
    }

    /** Whether what its model says nothing about, such as files, is done by helper threads. */
    boolean hasHelpers() {
        return this != URING && this != NONBLOCKING && this != BLOCKING;
    }

    /** Whether reading a file is done by a helper thread, and counted as a fallback. */
    boolean readsFilesByHelpers() {
        return hasHelpers() && this != MMAP && this != LIBUV;
    }

    /** Opens one for the calling thread. */
    Driver open() throws IOException {
        return opener.open();
    }
}

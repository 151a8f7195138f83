package io.ferrule.sys;

import io.ferrule.bindings.helper.Helper;

/**
 * System calls that neither liburing nor the JDK covers, through the helper library. Each returns the kernel's own answer: a negative errno on
 * failure. Nothing is checked here: addresses and lengths must be right, so only the layers of Ferrule call this.
 */
public final class SystemCall {
    /** Numbers of the calls on this architecture. */
    public static final long CLOSE = Abi.value("SYS_close");

    public static final long DUP = Abi.value("SYS_dup");
    public static final long EPOLL_CREATE1 = Abi.value("SYS_epoll_create1");
    public static final long EPOLL_CTL = Abi.value("SYS_epoll_ctl");
    public static final long EPOLL_PWAIT = Abi.value("SYS_epoll_pwait");
    public static final long EPOLL_PWAIT2 = Abi.value("SYS_epoll_pwait2");
    public static final long EVENTFD2 = Abi.value("SYS_eventfd2");
    public static final long IO_URING_ENTER = Abi.value("SYS_io_uring_enter");
    public static final long LSEEK = Abi.value("SYS_lseek");
    public static final long OPENAT = Abi.value("SYS_openat");
    public static final long PIPE2 = Abi.value("SYS_pipe2");
    public static final long READ = Abi.value("SYS_read");
    public static final long SOCKETPAIR = Abi.value("SYS_socketpair");
    public static final long WRITE = Abi.value("SYS_write");

    private SystemCall() {}

    /** One system call with up to six arguments; unused ones are 0. */
    public static int invoke(long number, long a, long b, long c, long d, long e, long f) {
        return (int) Helper.ferrule_syscall(number, a, b, c, d, e, f);
    }

    /** One system call with up to three arguments; unused ones are 0. */
    public static int invoke(long number, long a, long b, long c) {
        return invoke(number, a, b, c, 0, 0, 0);
    }

    /** One system call with up to three arguments whose answer may be larger than an int: an offset in a file. */
    public static long invokeLong(long number, long a, long b, long c) {
        return Helper.ferrule_syscall(number, a, b, c, 0, 0, 0);
    }
}

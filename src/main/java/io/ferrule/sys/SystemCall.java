package io.ferrule.sys;

import io.ferrule.bindings.helper.Helper;

/**
 * System calls that neither liburing nor the JDK covers, through the helper library. Each returns the kernel's own answer: a negative errno on
 * failure. Nothing is checked here: addresses and lengths must be right, so only the layers of Ferrule call this.
 */
public final class SystemCall {
    /** Numbers of the calls on this architecture. */
    public static final long ACCEPT4 = Abi.value("SYS_accept4");

    public static final long BIND = Abi.value("SYS_bind");
    public static final long CLOSE = Abi.value("SYS_close");
    public static final long CONNECT = Abi.value("SYS_connect");
    public static final long DUP = Abi.value("SYS_dup");
    public static final long EPOLL_CREATE1 = Abi.value("SYS_epoll_create1");
    public static final long EPOLL_CTL = Abi.value("SYS_epoll_ctl");
    public static final long EPOLL_PWAIT2 = Abi.value("SYS_epoll_pwait2");

    /** On architectures that do not have it, {@code epoll_pwait}: its further arguments are 0. */
    public static final long EPOLL_WAIT = Abi.value("SYS_epoll_wait");

    public static final long EVENTFD2 = Abi.value("SYS_eventfd2");
    public static final long FALLOCATE = Abi.value("SYS_fallocate");
    public static final long FCNTL = Abi.value("SYS_fcntl");
    public static final long FDATASYNC = Abi.value("SYS_fdatasync");
    public static final long FSYNC = Abi.value("SYS_fsync");
    public static final long FTRUNCATE = Abi.value("SYS_ftruncate");
    public static final long GETPEERNAME = Abi.value("SYS_getpeername");
    public static final long GETSOCKNAME = Abi.value("SYS_getsockname");
    public static final long GETSOCKOPT = Abi.value("SYS_getsockopt");
    public static final long GETTID = Abi.value("SYS_gettid");
    public static final long IO_CANCEL = Abi.value("SYS_io_cancel");
    public static final long IO_DESTROY = Abi.value("SYS_io_destroy");
    public static final long IO_GETEVENTS = Abi.value("SYS_io_getevents");
    public static final long IO_SETUP = Abi.value("SYS_io_setup");
    public static final long IO_SUBMIT = Abi.value("SYS_io_submit");
    public static final long IO_URING_ENTER = Abi.value("SYS_io_uring_enter");
    public static final long LINKAT = Abi.value("SYS_linkat");
    public static final long LISTEN = Abi.value("SYS_listen");
    public static final long LSEEK = Abi.value("SYS_lseek");
    public static final long MINCORE = Abi.value("SYS_mincore");
    public static final long MKDIRAT = Abi.value("SYS_mkdirat");
    public static final long MMAP = Abi.value("SYS_mmap");
    public static final long MSYNC = Abi.value("SYS_msync");
    public static final long MUNMAP = Abi.value("SYS_munmap");
    public static final long OPENAT = Abi.value("SYS_openat");
    public static final long OPENAT2 = Abi.value("SYS_openat2");
    public static final long PIDFD_OPEN = Abi.value("SYS_pidfd_open");
    public static final long PIPE2 = Abi.value("SYS_pipe2");
    public static final long PPOLL = Abi.value("SYS_ppoll");
    public static final long PREAD64 = Abi.value("SYS_pread64");
    public static final long PREADV = Abi.value("SYS_preadv");
    public static final long PSELECT6 = Abi.value("SYS_pselect6");
    public static final long PWRITE64 = Abi.value("SYS_pwrite64");
    public static final long PWRITEV = Abi.value("SYS_pwritev");
    public static final long READ = Abi.value("SYS_read");
    public static final long READV = Abi.value("SYS_readv");
    public static final long RECVFROM = Abi.value("SYS_recvfrom");
    public static final long RECVMSG = Abi.value("SYS_recvmsg");
    public static final long RENAMEAT2 = Abi.value("SYS_renameat2");
    public static final long RT_SIGPROCMASK = Abi.value("SYS_rt_sigprocmask");
    public static final long SENDMSG = Abi.value("SYS_sendmsg");
    public static final long SENDTO = Abi.value("SYS_sendto");
    public static final long SETSOCKOPT = Abi.value("SYS_setsockopt");
    public static final long SHUTDOWN = Abi.value("SYS_shutdown");
    public static final long SIGNALFD4 = Abi.value("SYS_signalfd4");
    public static final long SOCKET = Abi.value("SYS_socket");
    public static final long SOCKETPAIR = Abi.value("SYS_socketpair");
    public static final long SPLICE = Abi.value("SYS_splice");
    public static final long STATX = Abi.value("SYS_statx");
    public static final long SYMLINKAT = Abi.value("SYS_symlinkat");
    public static final long TEE = Abi.value("SYS_tee");
    public static final long TGKILL = Abi.value("SYS_tgkill");
    public static final long UNLINKAT = Abi.value("SYS_unlinkat");
    public static final long WAITID = Abi.value("SYS_waitid");
    public static final long WRITE = Abi.value("SYS_write");
    public static final long WRITEV = Abi.value("SYS_writev");

    private SystemCall() {}

    /** One system call with up to six arguments; unused ones are 0. */
    public static int invoke(long number, long a, long b, long c, long d, long e, long f) {
        return (int) Helper.ferrule_syscall(number, a, b, c, d, e, f);
    }

    /** One system call with up to three arguments; unused ones are 0. */
    public static int invoke(long number, long a, long b, long c) {
        return invoke(number, a, b, c, 0, 0, 0);
    }

    /**
     * Reads from a file what is in the page cache, without waiting for a device: {@code preadv2} with {@code RWF_NOWAIT}, Linux 4.14.
     *
     * @return bytes read: fewer than asked at the end of the file, and where the rest is not in memory; or a negative errno: EAGAIN where nothing is
     */
    public static int readCached(int descriptor, long address, long length, long offset) {
        return (int) Helper.ferrule_read_cached(descriptor, address, length, offset);
    }

    /** One system call with up to three arguments whose answer may be larger than an int: an offset in a file. */
    public static long invokeLong(long number, long a, long b, long c) {
        return invokeLong(number, a, b, c, 0, 0, 0);
    }

    /** One system call with up to six arguments whose answer may be larger than an int: an address. */
    public static long invokeLong(long number, long a, long b, long c, long d, long e, long f) {
        return Helper.ferrule_syscall(number, a, b, c, d, e, f);
    }
}

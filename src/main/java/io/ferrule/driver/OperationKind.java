package io.ferrule.driver;

/**
 * What an operation does. Each is a Linux system call, and the fields of {@link Operation} are its arguments; a driver for another system does what
 * the call does. {@code fd}, {@code flags} and the like below are those fields.
 */
public enum OperationKind {
    /** Nothing; completes with 0. */
    NOP("nop", Needs.NOTHING),

    /** {@code openat}: path at {@code address}, {@code flags}, mode in {@code length}; {@code fd} is the directory. Result: the descriptor. */
    OPEN("open", Needs.A_THREAD),
    /**
     * {@code openat2}: path at {@code address}, {@code struct open_how} of {@code length} bytes at {@code address2}; {@code fd} is the directory.
     * Result: the descriptor.
     */
    OPEN_BENEATH("openat2", Needs.A_THREAD),
    /** {@code close}. Nothing else is in flight on the descriptor. Waits for a file's device, and for a socket's peer with {@code SO_LINGER}. */
    CLOSE("close", Needs.A_THREAD),
    /** {@code pread}, or {@code read} where {@code offset} is -1. */
    READ("read", Needs.INPUT),
    /** {@code pwrite}, or {@code write} where {@code offset} is -1. */
    WRITE("write", Needs.OUTPUT),
    /** {@code preadv}: iovecs at {@code address}, their number in {@code length}. */
    READV("readv", Needs.INPUT),
    /** {@code pwritev}: iovecs at {@code address}, their number in {@code length}. */
    WRITEV("writev", Needs.OUTPUT),
    /** {@code fsync}. */
    FSYNC("fsync", Needs.A_THREAD),
    /** {@code fdatasync}. */
    FDATASYNC("fdatasync", Needs.A_THREAD),
    /** {@code fallocate}: mode in {@code flags}, from {@code offset}, bytes in {@code length}. */
    ALLOCATE("fallocate", Needs.A_THREAD),
    /** {@code ftruncate} to {@code length} bytes. */
    TRUNCATE("ftruncate", Needs.A_THREAD),
    /** {@code statx}: path at {@code address}, {@code flags}, mask in {@code length}, {@code struct statx} at {@code address2}. */
    STATX("statx", Needs.A_THREAD),
    /** {@code mkdirat}: path at {@code address}, mode in {@code length}. */
    MKDIR("mkdir", Needs.A_THREAD),
    /** {@code unlinkat}: path at {@code address}, {@code flags}. */
    UNLINK("unlink", Needs.A_THREAD),
    /** {@code renameat2}: from {@code address} at {@code fd} to {@code address2} at {@code fd2}, {@code flags}. */
    RENAME("rename", Needs.A_THREAD),
    /** {@code linkat}: from {@code address} at {@code fd} to {@code address2} at {@code fd2}, {@code flags}. */
    LINK("link", Needs.A_THREAD),
    /** {@code symlinkat}: target at {@code address}, path at {@code address2} at {@code fd2}. */
    SYMLINK("symlink", Needs.A_THREAD),

    /** {@code socket}: domain in {@code fd}, type in {@code flags}, protocol in {@code length}. Never waits. Result: the descriptor. */
    SOCKET("socket", Needs.NOTHING),
    /** {@code bind}: address and its length in {@code address} and {@code length}. Never waits. */
    BIND("bind", Needs.NOTHING),
    /** {@code listen}: backlog in {@code length}. Never waits. */
    LISTEN("listen", Needs.NOTHING),
    /** {@code shutdown}: which side in {@code flags}. Never waits. */
    SHUTDOWN("shutdown", Needs.NOTHING),
    /** {@code connect} to no address: ends a connection at once and throws away what was not sent yet. Never waits. */
    DISCONNECT("connect", Needs.NOTHING),
    /** {@code setsockopt}: level in {@code flags}, option in {@code fd2}, value at {@code address} of {@code length} bytes. Never waits. */
    SET_OPTION("setsockopt", Needs.NOTHING),
    /** {@code getsockopt}: as {@link #SET_OPTION}. Never waits. Result: bytes of the value. */
    GET_OPTION("getsockopt", Needs.NOTHING),
    /** {@code getsockname}: into {@code address} of {@code length} bytes. Never waits. Result: bytes of the address. */
    LOCAL_ADDRESS("getsockname", Needs.NOTHING),
    /** {@code getpeername}: into {@code address} of {@code length} bytes. Never waits. Result: bytes of the address. */
    REMOTE_ADDRESS("getpeername", Needs.NOTHING),
    /** {@code pipe2}: two ints at {@code address}. Never waits. */
    PIPE("pipe", Needs.NOTHING),
    /** Takes over descriptor {@code fd}, which somebody else opened: makes it as the driver needs it. Never waits. */
    ADOPT("adopt", Needs.NOTHING),

    /** {@code accept4}. Result: the descriptor. {@code multishot}: one completion for each connection. */
    ACCEPT("accept", Needs.INPUT),
    /** {@code connect}: address and its length in {@code address} and {@code length}. */
    CONNECT("connect", Needs.OUTPUT),
    /**
     * {@code recv} with {@code flags}. With a {@code group}: into a buffer of it, whose id comes with the completion; {@code multishot}: one
     * completion for each piece.
     */
    RECEIVE("recv", Needs.INPUT),
    /** {@code send} with {@code flags}. */
    SEND("send", Needs.OUTPUT),
    /** {@code recvmsg}: {@code struct msghdr} at {@code address}, {@code flags}. */
    RECEIVE_MESSAGE("recvmsg", Needs.INPUT),
    /** {@code sendmsg}: {@code struct msghdr} at {@code address}, {@code flags}. */
    SEND_MESSAGE("sendmsg", Needs.OUTPUT),
    /**
     * {@code send} from the caller's memory, without a copy where the kernel can. Completes with {@link Operation#MORE}, and once more with
     * {@link Operation#NOTIFICATION} when the memory is free; or without either, when it is free at once.
     */
    SEND_ZERO_COPY("send", Needs.OUTPUT),

    /** {@code poll} for the events in {@code flags}, once. Result: those that are there. */
    POLL("poll", Needs.INPUT),
    /**
     * {@code splice} of {@code length} bytes from {@code fd} at {@code offset} to {@code fd2} at {@code address2} (as an offset), -1 where it has
     * none; {@code flags}. One of them is a pipe.
     */
    SPLICE("splice", Needs.BOTH),
    /** {@code tee} of {@code length} bytes from pipe {@code fd} to pipe {@code fd2}; {@code flags}. */
    TEE("tee", Needs.BOTH);

    /** What an operation may have to wait for. */
    public enum Needs {
        /** It never waits. */
        NOTHING,
        /** The device: nothing tells when it would be done at once, so a readiness driver has a helper thread do it. */
        A_THREAD,
        /** Something to read, unless its descriptor is a regular file. */
        INPUT,
        /** Room to write, unless its descriptor is a regular file. */
        OUTPUT,
        /** Something to read on {@code fd} and room to write on {@code fd2}. */
        BOTH
    }

    private final String call;
    private final Needs needs;

    OperationKind(String call, Needs needs) {
        this.call = call;
        this.needs = needs;
    }

    /** The system call's name, for messages. */
    public String call() {
        return call;
    }

    /** What it may have to wait for. */
    public Needs needs() {
        return needs;
    }
}

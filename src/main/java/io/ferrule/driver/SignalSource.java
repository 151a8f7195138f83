package io.ferrule.driver;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Abi;
import io.ferrule.sys.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Has descriptors send signals to the calling thread when they are ready: {@code O_ASYNC}, with {@code F_SETOWN_EX} and {@code F_SETSIG}.
 *
 * <p>Only those of which the kernel sends a signal for every change that ends an EAGAIN: pipes, TCP, UDP and stream sockets of AF_UNIX. Others take O_ASYNC and
 * send nothing (eventfd, timerfd, pidfd, regular files), or not for everything: a datagram socket of AF_UNIX does not tell that the other side has made room, a
 * terminal not that it has hung up.
 */
final class SignalSource {
    private static final int AF_UNIX = LibC.AF_UNIX();
    private static final int IPPROTO_TCP = LibC.IPPROTO_TCP();
    private static final int IPPROTO_UDP = LibC.IPPROTO_UDP();

    /** {@code struct f_owner_ex}: type, id. */
    private static final long OWNER_SIZE = 8;

    private static final long OWNER_ID = 4;

    static {
        Abi.require("sizeof f_owner_ex", OWNER_SIZE);
        Abi.require("f_owner_ex.pid", OWNER_ID);
    }

    private final MemorySegment owner;

    /** The value of a socket's option, and its length. */
    private final MemorySegment option;

    private final int signal;

    /** Signals go to the calling thread. */
    SignalSource(Arena arena, int signal) {
        this.signal = signal;
        owner = arena.allocate(OWNER_SIZE, Integer.BYTES);
        owner.set(ValueLayout.JAVA_INT, 0, LibC.F_OWNER_TID());
        owner.set(ValueLayout.JAVA_INT, OWNER_ID, SystemCall.invoke(SystemCall.GETTID, 0, 0, 0));
        option = arena.allocate(2L * Integer.BYTES, Integer.BYTES);
    }

    /**
     * Has a descriptor send signals from now on, for what changes from now on.
     *
     * @return 1; 0 when it does not, and has to be watched in another way; a negative errno when it is not open
     */
    int turnOn(int fd) {
        int flags = SystemCall.invoke(SystemCall.FCNTL, fd, LibC.F_GETFL(), 0);
        if (flags < 0) {
            return flags;
        }
        // One open file sends one signal. If it does already, that is for a duplicate of this descriptor, here or
        // elsewhere.
        if ((flags & LibC.O_ASYNC()) != 0 || !tellsEverything(fd)) {
            return 0;
        }
        boolean on = SystemCall.invoke(SystemCall.FCNTL, fd, LibC.F_SETOWN_EX(), owner.address()) == 0
                && SystemCall.invoke(SystemCall.FCNTL, fd, LibC.F_SETSIG(), signal) == 0
                && SystemCall.invoke(SystemCall.FCNTL, fd, LibC.F_SETFL(), flags | LibC.O_ASYNC()) == 0;
        return on ? 1 : 0;
    }

    /** Has it send none any more. What has been sent is still on its way. */
    void turnOff(int fd) {
        int flags = SystemCall.invoke(SystemCall.FCNTL, fd, LibC.F_GETFL(), 0);
        if (flags >= 0) {
            SystemCall.invoke(SystemCall.FCNTL, fd, LibC.F_SETFL(), flags & ~LibC.O_ASYNC());
        }
    }

    private boolean tellsEverything(int fd) {
        int family = option(fd, LibC.SO_DOMAIN());
        if (family < 0) {
            return SystemCall.invoke(SystemCall.FCNTL, fd, LibC.F_GETPIPE_SZ(), 0) > 0; // fails unless it is a pipe
        }
        if (family == AF_UNIX) {
            return option(fd, LibC.SO_TYPE()) == LibC.SOCK_STREAM();
        }
        if (family != LibC.AF_INET() && family != LibC.AF_INET6()) {
            return false;
        }
        int protocol = option(fd, LibC.SO_PROTOCOL());
        return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
    }

    /** An option of a socket, or a negative errno. */
    private int option(int fd, int name) {
        option.set(ValueLayout.JAVA_INT, Integer.BYTES, Integer.BYTES);
        long address = option.address();
        int result = SystemCall.invoke(
                SystemCall.GETSOCKOPT, fd, LibC.SOL_SOCKET(), name, address, address + Integer.BYTES, 0);
        return result < 0 ? result : option.get(ValueLayout.JAVA_INT, 0);
    }
}

package io.ferrule.driver;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.MessageHeader;
import io.ferrule.sys.SystemCall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends that leave the bytes where they are, and the news of when the kernel has let go of them: {@code MSG_ZEROCOPY} (Linux 4.14; for UDP 5.0). The
 * kernel counts such sends on each socket and puts the counts of those that are over into the socket's error queue. Belongs to one thread.
 */
final class ZeroCopySends implements AutoCloseable {
    private static final int EINTR = -Errno.EINTR.number();

    // As in linux/errqueue.h, which the kernel does not change.
    private static final int ORIGIN_ZEROCOPY = 5;
    private static final int CODE_COPIED = 1;

    // A cmsghdr, and the sock_extended_err after it.
    private static final long CONTROL_SIZE = 128;
    private static final long ERROR = 16;
    private static final long ORIGIN = ERROR + 4;
    private static final long CODE = ERROR + 6;
    private static final long FIRST = ERROR + 8;
    private static final long LAST = ERROR + 12;

    /** Those of one socket whose memory the kernel may still read. */
    static final class OfSocket {
        private final boolean possible;

        /** By number, from {@link #first} on; null for those that are over. */
        private final List<@Nullable Operation> pending = new ArrayList<>();

        private int first;

        OfSocket(boolean possible) {
            this.possible = possible;
        }

        boolean isPossible() {
            return possible;
        }

        boolean isEmpty() {
            return pending.isEmpty();
        }

        private @Nullable Operation take(int number) {
            int place = number - first;
            if (place < 0 || place >= pending.size()) {
                return null;
            }
            Operation operation = pending.set(place, null);
            while (!pending.isEmpty() && pending.getFirst() == null) {
                pending.removeFirst();
                first++;
            }
            return operation;
        }
    }

    /** Is told of an operation whose memory is free. */
    @FunctionalInterface
    interface Listener {
        void free(Operation operation, boolean copied);
    }

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment control = arena.allocate(CONTROL_SIZE, 8);
    private final MessageHeader header = MessageHeader.allocate(arena);
    private final MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_INT, 1);

    /** Asks a socket whether it can. */
    OfSocket of(int fd) {
        int result = SystemCall.invoke(
                SystemCall.SETSOCKOPT, fd, LibC.SOL_SOCKET(), LibC.SO_ZEROCOPY(), one.address(), Integer.BYTES, 0);
        return new OfSocket(result == 0);
    }

    /** Tries once. Returns bytes sent, or a negative errno: ENOBUFS when too many are pending. What is sent may be in flight until it is collected. */
    int send(OfSocket socket, Operation op) {
        int flags = op.flags | LibC.MSG_ZEROCOPY() | LibC.MSG_DONTWAIT() | LibC.MSG_NOSIGNAL();
        int result;
        do {
            result = SystemCall.invoke(SystemCall.SENDTO, op.fd, op.address, op.length, flags, 0, 0);
        } while (result == EINTR);
        if (result > 0) {
            op.stage = 0;
            socket.pending.add(op);
        }
        return result;
    }

    /** Tells of all whose memory is free by now. */
    void collect(int fd, OfSocket socket, Listener listener) {
        while (isReceived(fd)) {
            if (header.controlLength() <= LAST || control.get(ValueLayout.JAVA_BYTE, ORIGIN) != ORIGIN_ZEROCOPY) {
                continue; // an error of the network's, which the next call on the socket tells too
            }
            boolean copied = control.get(ValueLayout.JAVA_BYTE, CODE) == CODE_COPIED;
            int last = control.get(ValueLayout.JAVA_INT, LAST);
            for (int number = control.get(ValueLayout.JAVA_INT, FIRST); number - last <= 0; number++) {
                Operation operation = socket.take(number);
                if (operation != null) {
                    listener.free(operation, copied);
                }
            }
        }
    }

    private boolean isReceived(int fd) {
        header.control(control);
        int result;
        do {
            result = SystemCall.invoke(
                    SystemCall.RECVMSG,
                    fd,
                    header.segment().address(),
                    LibC.MSG_ERRQUEUE() | LibC.MSG_DONTWAIT(),
                    0,
                    0,
                    0);
        } while (result == EINTR);
        return result >= 0;
    }

    @Override
    public void close() {
        arena.close();
    }
}

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
import java.util.Objects;
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

    // What becomes of the memory, in an operation's stage.
    private static final int PENDING = 0;
    private static final int FREE = 1;
    private static final int FREE_COPIED = 2;

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

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment control = arena.allocate(CONTROL_SIZE, 8);
    private final MessageHeader header = MessageHeader.allocate(arena);
    private final MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
    private final Finished finished;

    /**
     * For the calling thread.
     *
     * @param finished keeps the news that memory is free
     */
    ZeroCopySends(Finished finished) {
        this.finished = finished;
    }

    /** Whether a socket can. It is asked once. */
    boolean isPossible(Watch watch) {
        OfSocket socket = watch.zeroCopySends;
        if (socket == null) {
            int result = SystemCall.invoke(
                    SystemCall.SETSOCKOPT,
                    watch.fd,
                    LibC.SOL_SOCKET(),
                    LibC.SO_ZEROCOPY(),
                    one.address(),
                    Integer.BYTES,
                    0);
            socket = new OfSocket(result == 0);
            watch.zeroCopySends = socket;
        }
        return socket.possible;
    }

    /**
     * Tries once, on a socket that can. Returns bytes sent, which may be in flight until they are {@link #collect}ed; or a negative errno: ENOBUFS when too many are
     * pending.
     */
    int send(Watch watch, Operation op) {
        int flags = op.flags | LibC.MSG_ZEROCOPY() | LibC.MSG_DONTWAIT() | LibC.MSG_NOSIGNAL();
        int result;
        do {
            result = SystemCall.invoke(SystemCall.SENDTO, op.fd, op.address, op.length, flags, 0, 0);
        } while (result == EINTR);
        op.outcomeFlags = result > 0 ? Operation.MORE : 0;
        if (result > 0) {
            op.stage = PENDING;
            Objects.requireNonNull(watch.zeroCopySends).pending.add(op);
        }
        return result;
    }

    /** Takes note of all sends on a socket whose memory is free by now. */
    void collect(Watch watch) {
        OfSocket socket = watch.zeroCopySends;
        while (socket != null && isReceived(watch.fd)) {
            if (header.controlLength() <= LAST || control.get(ValueLayout.JAVA_BYTE, ORIGIN) != ORIGIN_ZEROCOPY) {
                continue; // an error of the network's, which the next call on the socket tells too
            }
            boolean copied = control.get(ValueLayout.JAVA_BYTE, CODE) == CODE_COPIED;
            int last = control.get(ValueLayout.JAVA_INT, LAST);
            for (int number = control.get(ValueLayout.JAVA_INT, FIRST); number - last <= 0; number++) {
                Operation operation = socket.take(number);
                if (operation != null) {
                    free(operation, copied);
                }
            }
        }
    }

    /** The kernel has let go of the memory of a send. That may be before its first completion is delivered. */
    private void free(Operation op, boolean copied) {
        op.stage = copied ? FREE_COPIED : FREE;
        if (op.ticket == Place.LINGERING) {
            notifyFree(op);
        }
    }

    /** The first completion of a send has been delivered; the next says that its memory is free. */
    void goOn(Operation op) {
        op.ticket = Place.LINGERING;
        if (op.stage != PENDING) {
            notifyFree(op);
        }
    }

    private void notifyFree(Operation op) {
        boolean copied = op.stage == FREE_COPIED;
        op.stage = PENDING;
        finished.keepNotification(op, copied ? Operation.COPIED : 0);
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

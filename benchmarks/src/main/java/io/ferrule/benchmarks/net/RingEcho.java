package io.ferrule.benchmarks.net;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SocketAddresses;
import io.ferrule.uring.BufferRing;
import io.ferrule.uring.CompletionQueue;
import io.ferrule.uring.IoUring;
import io.ferrule.uring.RingOptions;
import io.ferrule.uring.Sqe;
import io.ferrule.uring.UringFlags;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Echo on the bare ring. Its twin in C, line by line: {@code echo_uring.c}. */
final class RingEcho {
    private static final int ENTRIES = 1024;
    private static final int BUFFERS = 1024;
    private static final int GROUP = 0;
    private static final int NONE = -1;
    private static final int FLAGS = LibC.MSG_WAITALL() | LibC.MSG_NOSIGNAL();

    /** In the low bits of the user data, beside the connection's number. */
    private static final int ACCEPT = 0;

    private static final int RECEIVE = 1;
    private static final int SEND = 2;
    private static final int KIND = 3;
    private static final int KIND_BITS = 2;

    private final IoUring ring;
    private final Fd listener;
    private final BufferRing provided;
    private final MemorySegment[] buffers = new MemorySegment[BUFFERS];

    /** Of each buffer that is to be sent: where what is left of it begins, and ends. */
    private final int[] begins = new int[BUFFERS];

    private final int[] ends = new int[BUFFERS];

    /** Of each buffer that is to be sent: the next one of the same connection. */
    private final int[] following = new int[BUFFERS];

    private final List<Connection> connections = new ArrayList<>();

    private static final class Connection {
        final Fd fd;
        final int number;
        boolean receiving;
        boolean ended;

        /** The buffer that is being sent, and the last of those that wait behind it. */
        int first = NONE;

        int last;

        Connection(Fd fd, int number) {
            this.fd = fd;
            this.number = number;
        }

        long userData(int kind) {
            return (long) number << KIND_BITS | kind;
        }
    }

    private RingEcho(IoUring ring, Fd listener, int bufferSize) throws IOException {
        this.ring = ring;
        this.listener = listener;
        this.provided = ring.register().bufferRing(GROUP, BUFFERS, 0);
        MemorySegment memory = Arena.global().allocate((long) BUFFERS * bufferSize);
        for (int id = 0; id < BUFFERS; id++) {
            buffers[id] = memory.asSlice((long) id * bufferSize, bufferSize);
            giveBack(id);
        }
    }

    static int start(int bufferSize) throws IOException {
        CompletableFuture<Integer> port = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("echo").start(() -> run(bufferSize, port));
        return port.join();
    }

    /** A ring belongs to the thread that opens it. */
    private static void run(int bufferSize, CompletableFuture<Integer> port) {
        try {
            IoUring ring = IoUring.open(ENTRIES, RingOptions.defaults().cqEntries(4 * ENTRIES));
            Fd listener = listen(ring);
            RingEcho echo = new RingEcho(ring, listener, bufferSize);
            port.complete(((InetSocketAddress) SocketAddresses.of(listener)).getPort());
            echo.acceptAll();
            while (true) {
                echo.turn();
            }
        } catch (Throwable e) {
            port.completeExceptionally(e);
            e.printStackTrace();
        }
    }

    private static Fd listen(IoUring ring) throws IOException {
        Fd socket = Fd.own(result(ring, ring.sq().next().socket(LibC.AF_INET(), LibC.SOCK_STREAM(), 0)));
        try (Arena arena = Arena.ofConfined()) {
            InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0);
            result(ring, ring.sq().next().bind(socket, SocketAddresses.allocate(arena, anyPort)));
            noDelay(ring, socket, arena);
            result(ring, ring.sq().next().listen(socket, SelectorEcho.BACKLOG));
        }
        return socket;
    }

    /** Those that it accepts inherit it. */
    private static void noDelay(IoUring ring, Fd socket, Arena arena) throws IOException {
        MemorySegment on = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
        int set = UringFlags.SOCKET_URING_OP_SETSOCKOPT;
        result(ring, ring.sq().next().socketCommand(socket, set, LibC.IPPROTO_TCP(), LibC.TCP_NODELAY(), on));
    }

    private static int result(IoUring ring, Sqe filled) throws IOException {
        filled.userData(0);
        ring.submitAndWait(1);
        if (!ring.cq().next() || ring.cq().res() < 0) {
            throw new IOException("the ring does not listen: " + ring.cq().res());
        }
        return ring.cq().res();
    }

    private void turn() throws IOException {
        ring.submitAndWait(1);
        CompletionQueue cq = ring.cq();
        for (int there = cq.ready(); there > 0 && cq.next(); there--) {
            int number = (int) (cq.userData() >>> KIND_BITS);
            switch ((int) cq.userData() & KIND) {
                case RECEIVE -> received(connections.get(number), cq.res(), cq.bufferId(), cq.hasMore());
                case SEND -> sent(connections.get(number), cq.res());
                default -> accepted(cq.res(), cq.hasMore());
            }
        }
    }

    private void acceptAll() {
        ring.sq().next().acceptMultishot(listener, 0).userData(ACCEPT);
    }

    private void accepted(int result, boolean more) {
        if (result >= 0) {
            Connection connection = new Connection(Fd.own(result), connections.size());
            connections.add(connection);
            receiveAll(connection);
        }
        if (!more) {
            acceptAll();
        }
    }

    private void receiveAll(Connection connection) {
        ring.sq().next().recvMultishot(connection.fd, 0, GROUP).userData(connection.userData(RECEIVE));
        connection.receiving = true;
    }

    private void received(Connection connection, int result, int id, boolean more) throws IOException {
        connection.receiving = more;
        if (result > 0) {
            begins[id] = 0;
            ends[id] = result;
            following[id] = NONE;
            if (connection.first == NONE) {
                connection.first = id;
                sendFirst(connection);
            } else {
                following[connection.last] = id;
            }
            connection.last = id;
        } else if (result != -Errno.ENOBUFS.number()) {
            connection.ended = true;
        }
        // Without a buffer it ends, and one comes back by the time the kernel sees this.
        if (!connection.receiving && !connection.ended) {
            receiveAll(connection);
        }
        closeWhenOver(connection);
    }

    private void sendFirst(Connection connection) {
        int id = connection.first;
        MemorySegment rest = buffers[id].asSlice(begins[id], ends[id] - begins[id]);
        ring.sq().next().send(connection.fd, rest, FLAGS).userData(connection.userData(SEND));
    }

    private void sent(Connection connection, int result) throws IOException {
        int id = connection.first;
        begins[id] += result;
        if (result < 0) {
            connection.ended = true;
        }
        if (result < 0 || begins[id] == ends[id]) {
            connection.first = following[id];
            giveBack(id);
        }
        if (connection.first != NONE) {
            sendFirst(connection);
        }
        closeWhenOver(connection);
    }

    private void giveBack(int id) {
        provided.add(buffers[id], id);
        provided.publish();
    }

    private static void closeWhenOver(Connection connection) throws IOException {
        if (connection.ended && !connection.receiving && connection.first == NONE) {
            connection.fd.close();
        }
    }
}

package io.ferrule.driver;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.SocketAddresses;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Channel;
import java.nio.channels.DatagramChannel;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.channels.WritableByteChannel;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Does operations with the JDK's channels, and answers as system calls do: with a count or a descriptor, which is a number of the driver's own, or a
 * negative error number.
 */
final class NioCalls implements OperationCalls {
    /** What the JDK has nothing for, or nothing that would do the same. */
    static final Set<OperationKind> LACKING = EnumSet.of(
            OperationKind.ADOPT,
            OperationKind.ALLOCATE,
            OperationKind.DISCONNECT,
            OperationKind.OPEN_BENEATH,
            OperationKind.STATX,
            OperationKind.POLL,
            OperationKind.SPLICE,
            OperationKind.TEE);

    private static final int EAGAIN = -Errno.EAGAIN.number();
    private static final int EBADF = -Errno.EBADF.number();
    private static final int EINVAL = -Errno.EINVAL.number();
    private static final int EINPROGRESS = -Errno.EINPROGRESS.number();
    private static final int EALREADY = -Errno.EALREADY.number();
    private static final int ENOTCONN = -Errno.ENOTCONN.number();
    private static final int ENOTSOCK = -Errno.ENOTSOCK.number();
    private static final int EOPNOTSUPP = -Errno.EOPNOTSUPP.number();
    private static final int ESOCKTNOSUPPORT = -Errno.ESOCKTNOSUPPORT.number();
    private static final int EAFNOSUPPORT = -Errno.EAFNOSUPPORT.number();

    /** The backlog cannot be given later than the address, so it is always this; the system takes what it allows. */
    private static final int BACKLOG = 4096;

    private static final int LONGEST_DATAGRAM = 1 << 16;
    private static final int KNOWN_FLAGS =
            LibC.MSG_NOSIGNAL() | LibC.MSG_WAITALL() | LibC.MSG_TRUNC() | LibC.MSG_DONTWAIT();

    private final NioTable table;
    private @Nullable ByteBuffer datagram;

    NioCalls(NioTable table) {
        this.table = table;
    }

    @Override
    public int perform(Operation op) {
        try {
            return call(op);
        } catch (IllegalCallerException e) {
            throw e; // native access is not enabled
        } catch (IOException | RuntimeException e) {
            return NioErrors.result(e);
        }
    }

    @Override
    public boolean waitsToClose(int fd) {
        try {
            return table.get(fd) instanceof SocketChannel socket
                    && socket.supportedOptions().contains(StandardSocketOptions.SO_LINGER)
                    && socket.getOption(StandardSocketOptions.SO_LINGER) > 0;
        } catch (IOException e) {
            return false; // and closing it says why
        }
    }

    private int call(Operation op) throws IOException {
        return switch (op.kind) {
            case NOP -> 0;
            case OPEN -> NioFiles.open(table, op);
            case MKDIR -> NioFiles.makeDirectory(op);
            case UNLINK -> NioFiles.unlink(op);
            case RENAME -> NioFiles.rename(op);
            case LINK -> NioFiles.link(op);
            case SYMLINK -> NioFiles.symlink(op);
            case SOCKET -> socket(op.fd, op.flags);
            case PIPE -> pipe(op.address);
            case CLOSE -> close(op.fd);
            default -> {
                Channel channel = table.get(op.fd);
                yield channel == null ? EBADF : call(channel, op);
            }
        };
    }

    private int call(Channel channel, Operation op) throws IOException {
        return switch (op.kind) {
            case READ, RECEIVE -> receive(channel, NioMemory.buffer(op.address, op.length), op.offset, op.flags);
            case WRITE, SEND, SEND_ZERO_COPY -> send(channel, op);
            case READV -> read(channel, NioMemory.pieces(op.address, (int) op.length), op.offset);
            case WRITEV -> write(channel, NioMemory.pieces(op.address, (int) op.length), op.offset);
            case RECEIVE_MESSAGE -> receiveMessage(channel, op);
            case SEND_MESSAGE -> sendMessage(channel, op);
            case FSYNC, FDATASYNC ->
                channel instanceof NioFile file ? file.sync(op.kind == OperationKind.FSYNC) : EINVAL;
            case TRUNCATE -> channel instanceof NioFile file ? file.truncate(op.length) : EINVAL;
            default -> channel instanceof NetworkChannel socket ? call(socket, op) : ENOTSOCK;
        };
    }

    private int call(NetworkChannel socket, Operation op) throws IOException {
        return switch (op.kind) {
            case BIND -> bind(socket, op);
            case LISTEN -> listen(socket);
            case ACCEPT -> accept(socket);
            case CONNECT -> connect(socket, op);
            case SHUTDOWN -> shutdown(socket, op.flags);
            case SET_OPTION -> NioOptions.set(socket, op.flags, op.fd2, NioMemory.segment(op.address, op.length));
            case GET_OPTION -> NioOptions.get(socket, op.flags, op.fd2, NioMemory.segment(op.address, op.length));
            case LOCAL_ADDRESS -> encode(socket.getLocalAddress(), NioMemory.segment(op.address, op.length));
            case REMOTE_ADDRESS -> remoteAddress(socket, op);
            default -> EOPNOTSUPP;
        };
    }

    // ---- descriptors ----

    private int socket(int domain, int flags) throws IOException {
        ProtocolFamily family = family(domain);
        if (family == null) {
            return EAFNOSUPPORT;
        }
        int type = flags & ~(LibC.SOCK_CLOEXEC() | LibC.SOCK_NONBLOCK());
        if (type == LibC.SOCK_STREAM()) {
            return added(SocketChannel.open(family)); // until it is bound, which makes it one that listens
        }
        return type == LibC.SOCK_DGRAM() && family != StandardProtocolFamily.UNIX
                ? added(DatagramChannel.open(family))
                : ESOCKTNOSUPPORT;
    }

    private static @Nullable ProtocolFamily family(int domain) {
        return domain == LibC.AF_INET()
                ? StandardProtocolFamily.INET
                : domain == LibC.AF_INET6()
                        ? StandardProtocolFamily.INET6
                        : domain == LibC.AF_UNIX() ? StandardProtocolFamily.UNIX : null;
    }

    private int added(SelectableChannel channel) throws IOException {
        channel.configureBlocking(false);
        return table.add(channel);
    }

    private int pipe(long address) throws IOException {
        Pipe pipe = Pipe.open();
        MemorySegment ends = NioMemory.segment(address, 2 * Integer.BYTES);
        ends.setAtIndex(ValueLayout.JAVA_INT, 0, added(pipe.source()));
        ends.setAtIndex(ValueLayout.JAVA_INT, 1, added(pipe.sink()));
        return 0;
    }

    private int close(int fd) throws IOException {
        Channel channel = table.remove(fd);
        if (channel == null) {
            return EBADF;
        }
        channel.close();
        return 0;
    }

    // ---- connections ----

    /** A stream socket that is bound is going to listen: for the JDK that is another kind of channel. */
    private int bind(NetworkChannel socket, Operation op) throws IOException {
        SocketAddress address = address(NioMemory.segment(op.address, op.length));
        if (!(socket instanceof SocketChannel stream)) {
            socket.bind(address);
            return 0;
        }
        ServerSocketChannel listener = ServerSocketChannel.open(family(address));
        try {
            listener.configureBlocking(false);
            NioOptions.copy(stream, listener);
            listener.bind(address, BACKLOG);
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
        table.replace(op.fd, listener);
        stream.close();
        return 0;
    }

    private static ProtocolFamily family(SocketAddress address) {
        ProtocolFamily family = family(SocketAddresses.family(address));
        if (family == null) {
            throw new UnsupportedAddressTypeException();
        }
        return family;
    }

    private static int listen(NetworkChannel socket) {
        return socket instanceof ServerSocketChannel ? 0 : EOPNOTSUPP;
    }

    private int accept(NetworkChannel socket) throws IOException {
        if (!(socket instanceof ServerSocketChannel listener)) {
            return EINVAL;
        }
        SocketChannel accepted = listener.accept();
        return accepted == null ? EAGAIN : added(accepted);
    }

    private static int connect(NetworkChannel socket, Operation op) throws IOException {
        if (socket instanceof SocketChannel stream) {
            if (stream.isConnectionPending()) {
                return stream.finishConnect() ? 0 : EALREADY;
            }
            return stream.connect(address(NioMemory.segment(op.address, op.length))) ? 0 : EINPROGRESS;
        }
        if (socket instanceof DatagramChannel datagrams) {
            datagrams.disconnect();
            datagrams.connect(address(NioMemory.segment(op.address, op.length)));
            return 0;
        }
        return EOPNOTSUPP;
    }

    private static int shutdown(NetworkChannel socket, int how) throws IOException {
        if (!(socket instanceof SocketChannel stream)) {
            return ENOTCONN;
        }
        if (how != LibC.SHUT_WR()) {
            stream.shutdownInput();
        }
        if (how != LibC.SHUT_RD()) {
            stream.shutdownOutput();
        }
        return 0;
    }

    // ---- addresses ----

    private static SocketAddress address(MemorySegment memory) throws IOException {
        SocketAddress address = SocketAddresses.decode(memory, (int) memory.byteSize());
        if (address == null) {
            throw new IOException(Errno.EINVAL.text());
        }
        return address;
    }

    private static int encode(@Nullable SocketAddress address, MemorySegment memory) {
        return address == null ? 0 : SocketAddresses.encode(address, memory);
    }

    private static int remoteAddress(NetworkChannel socket, Operation op) throws IOException {
        SocketAddress remote = socket instanceof SocketChannel stream
                ? stream.getRemoteAddress()
                : socket instanceof DatagramChannel datagrams ? datagrams.getRemoteAddress() : null;
        return remote == null ? ENOTCONN : encode(remote, NioMemory.segment(op.address, op.length));
    }

    // ---- bytes ----

    @Override
    public int receive(int fd, long address, long length, int flags) {
        Channel channel = table.get(fd);
        try {
            return channel == null ? EBADF : receive(channel, NioMemory.buffer(address, length), -1, flags);
        } catch (IOException | RuntimeException e) {
            return NioErrors.result(e);
        }
    }

    private int receive(Channel channel, ByteBuffer into, long offset, int flags) throws IOException {
        if (channel instanceof NioFile file) {
            return file.read(into, offset);
        }
        if ((flags & ~KNOWN_FLAGS) != 0) {
            return EOPNOTSUPP;
        }
        if (channel instanceof DatagramChannel datagrams) {
            return receive(datagrams, new ByteBuffer[] {into}, null, flags);
        }
        return channel instanceof ReadableByteChannel stream ? read(stream.read(into), into.capacity()) : EBADF;
    }

    /** The JDK's answer as the system's: 0 is the end here, and there "nothing yet". */
    private static int read(long bytes, long room) {
        return bytes < 0 ? 0 : bytes == 0 && room > 0 ? EAGAIN : (int) bytes;
    }

    private int read(Channel channel, ByteBuffer[] into, long offset) throws IOException {
        if (channel instanceof NioFile file) {
            return file.read(into, offset);
        }
        return channel instanceof ScatteringByteChannel stream ? read(stream.read(into), remaining(into)) : EBADF;
    }

    private static int send(Channel channel, Operation op) throws IOException {
        ByteBuffer from = NioMemory.buffer(op.address, op.length);
        if (channel instanceof NioFile file) {
            return file.write(from, op.offset);
        }
        if ((op.flags & ~KNOWN_FLAGS) != 0) {
            return EOPNOTSUPP;
        }
        return channel instanceof WritableByteChannel stream ? written(stream.write(from), op.length) : EBADF;
    }

    private static int written(long bytes, long length) {
        return bytes == 0 && length > 0 ? EAGAIN : (int) bytes;
    }

    private static int write(Channel channel, ByteBuffer[] from, long offset) throws IOException {
        if (channel instanceof NioFile file) {
            return file.write(from, offset);
        }
        long length = remaining(from);
        return channel instanceof GatheringByteChannel stream ? written(stream.write(from), length) : EBADF;
    }

    private static long remaining(ByteBuffer[] buffers) {
        long sum = 0;
        for (ByteBuffer each : buffers) {
            sum += each.remaining();
        }
        return sum;
    }

    // ---- messages ----

    private int receiveMessage(Channel channel, Operation op) throws IOException {
        NioMemory.Message message = NioMemory.Message.at(op.address);
        if (message.hasControl() || (op.flags & ~KNOWN_FLAGS) != 0) {
            return EOPNOTSUPP;
        }
        if (channel instanceof DatagramChannel datagrams) {
            return receive(datagrams, message.pieces(), message, op.flags);
        }
        int result = read(channel, message.pieces(), -1);
        if (result >= 0) {
            message.received(0, 0);
        }
        return result;
    }

    /** By way of memory of our own: only so it shows how long a datagram is that does not fit. */
    private int receive(DatagramChannel datagrams, ByteBuffer[] into, NioMemory.@Nullable Message message, int flags)
            throws IOException {
        ByteBuffer whole = datagram;
        if (whole == null) {
            whole = ByteBuffer.allocateDirect(LONGEST_DATAGRAM);
            datagram = whole;
        }
        whole.clear();
        SocketAddress sender = datagrams.receive(whole);
        if (sender == null) {
            return EAGAIN;
        }
        int length = whole.flip().remaining();
        int copied = 0;
        for (ByteBuffer each : into) {
            int part = Math.min(each.remaining(), whole.remaining());
            each.put(each.position(), whole, whole.position(), part);
            whole.position(whole.position() + part);
            copied += part;
        }
        if (message != null) {
            MemorySegment name = message.name();
            message.received(name.byteSize() == 0 ? 0 : encode(sender, name), copied < length ? LibC.MSG_TRUNC() : 0);
        }
        return (flags & LibC.MSG_TRUNC()) != 0 ? length : copied;
    }

    private static int sendMessage(Channel channel, Operation op) throws IOException {
        NioMemory.Message message = NioMemory.Message.at(op.address);
        if (message.hasControl() || (op.flags & ~KNOWN_FLAGS) != 0) {
            return EOPNOTSUPP;
        }
        ByteBuffer[] pieces = message.pieces();
        if (channel instanceof DatagramChannel datagrams) {
            MemorySegment name = message.name();
            long length = remaining(pieces);
            ByteBuffer whole = pieces.length == 1 ? pieces[0] : joined(pieces, (int) length);
            return written(
                    name.byteSize() == 0 ? datagrams.write(whole) : datagrams.send(whole, address(name)), length);
        }
        return write(channel, pieces, -1);
    }

    private static ByteBuffer joined(ByteBuffer[] pieces, int length) {
        ByteBuffer whole = ByteBuffer.allocateDirect(length);
        for (ByteBuffer each : pieces) {
            whole.put(each);
        }
        return whole.flip();
    }

    // ---- readiness ----

    @Override
    public int poll(int fd, int events) {
        if (!(table.get(fd) instanceof SelectableChannel channel)) {
            return EBADF;
        }
        try (Selector selector = Selector.open()) {
            SelectionKey key = channel.register(selector, NioDriver.interest(channel, events));
            return selector.selectNow() > 0 ? NioDriver.events(key.readyOps()) : 0;
        } catch (IOException | RuntimeException e) {
            return NioErrors.result(e);
        }
    }

    @Override
    public void close() {
        datagram = null;
    }
}

package io.ferrule;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.driver.Operation;
import io.ferrule.driver.OperationKind;
import io.ferrule.sys.SocketAddresses;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** What is done with sockets at once, because it never waits. Belongs to the loop's thread, and allocates nothing but what it returns. */
final class SocketCalls {
    private final Loop loop;
    private final MemorySegment memory = Arena.ofAuto().allocate(SocketAddresses.MAX_SIZE, Long.BYTES);
    private final Call call = new Call();

    SocketCalls(Loop loop) {
        this.loop = loop;
    }

    /** A new socket's number. */
    int socket(int family, int type) throws IOException {
        reset(OperationKind.SOCKET, family).flags = type;
        return checked(family == LibC.AF_UNIX() ? "a Unix socket" : "an internet socket");
    }

    void bind(int socket, SocketAddress address) throws IOException {
        reset(OperationKind.BIND, socket).length = SocketAddresses.encode(address, memory);
        checked(address.toString());
    }

    @Nullable
    SocketAddress localAddress(int socket, String subject) throws IOException {
        return address(OperationKind.LOCAL_ADDRESS, socket, subject);
    }

    @Nullable
    SocketAddress remoteAddress(int socket, String subject) throws IOException {
        return address(OperationKind.REMOTE_ADDRESS, socket, subject);
    }

    void setOption(int socket, int level, int name, int value, String subject) throws IOException {
        memory.set(ValueLayout.JAVA_INT, 0, value);
        option(OperationKind.SET_OPTION, socket, level, name, Integer.BYTES);
        checked(subject);
    }

    /** One whose value is two ints. */
    void setOption(int socket, int level, int name, int first, int second, String subject) throws IOException {
        memory.set(ValueLayout.JAVA_INT, 0, first);
        memory.set(ValueLayout.JAVA_INT, Integer.BYTES, second);
        option(OperationKind.SET_OPTION, socket, level, name, 2 * Integer.BYTES);
        checked(subject);
    }

    int getOption(int socket, int level, int name, String subject) throws IOException {
        memory.set(ValueLayout.JAVA_INT, 0, 0); // some options are one byte
        option(OperationKind.GET_OPTION, socket, level, name, Integer.BYTES);
        checked(subject);
        return memory.get(ValueLayout.JAVA_INT, 0);
    }

    /** One whose value is two ints: the second where the first is not 0, otherwise -1. */
    int getSwitchedOption(int socket, int level, int name, String subject) throws IOException {
        option(OperationKind.GET_OPTION, socket, level, name, 2 * Integer.BYTES);
        checked(subject);
        return memory.get(ValueLayout.JAVA_INT, 0) == 0 ? -1 : memory.get(ValueLayout.JAVA_INT, Integer.BYTES);
    }

    /** Makes a descriptor that somebody else opened as the driver needs it. */
    void adopt(int number) throws IOException {
        reset(OperationKind.ADOPT, number);
        checked("fd " + number);
    }

    /** Closes what nobody has used. */
    void close(int number) {
        perform(OperationKind.CLOSE, number, 0);
    }

    /** Anything else that never waits. Returns its result. */
    int perform(OperationKind kind, int fd, int flags) {
        reset(kind, fd).flags = flags;
        return loop.driver().perform(call);
    }

    private @Nullable SocketAddress address(OperationKind kind, int socket, String subject) throws IOException {
        reset(kind, socket).length = memory.byteSize();
        return SocketAddresses.decode(memory, checked(subject));
    }

    private void option(OperationKind kind, int socket, int level, int name, int size) {
        reset(kind, socket).flags = level;
        call.fd2 = name;
        call.length = size;
    }

    private Call reset(OperationKind kind, int fd) {
        call.kind = kind;
        call.fd = fd;
        call.fd2 = -1;
        call.address = memory.address();
        call.length = 0;
        call.flags = 0;
        return call;
    }

    private int checked(String subject) throws IOException {
        loop.checkCan(call.kind);
        int result = loop.driver().perform(call);
        if (result < 0) {
            throw Failures.of(call.kind, result, subject);
        }
        return result;
    }

    private static final class Call extends Operation {
        @Override
        protected void complete(int result, int flags) {
            throw new IllegalStateException("performed at once");
        }
    }
}

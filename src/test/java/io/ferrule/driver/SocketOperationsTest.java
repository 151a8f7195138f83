package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.msghdr;
import io.ferrule.driver.TestOperation.Completion;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.IovecArray;
import io.ferrule.sys.SocketAddresses;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sockets: how they are made and connected, what they are asked, and what goes through them. */
class SocketOperationsTest extends DriverContract {
    private final MemorySegment buffer = arena.allocate(64);

    private Fd accepted(Fd listener) throws IOException {
        return descriptor(result(TestOperation.of(OperationKind.ACCEPT, listener)));
    }

    private static boolean isClosedOnExec(Fd fd) {
        return LibC.fcntl.makeInvoker().apply(fd.number(), LibC.F_GETFD()) == LibC.FD_CLOEXEC();
    }

    @Test
    void aConnectionIsMadeBetweenTwoSockets() throws IOException {
        Fd listener = listener();
        TestOperation connect = connecting(listener);
        Fd server = accepted(listener);
        assertThat(await(connect)).isZero();
        assertThat(result(TestOperation.send(server, bytes("welcome")))).isEqualTo(7);
        assertThat(text(buffer, result(TestOperation.receive(Fd.borrow(connect.fd), buffer))))
                .isEqualTo("welcome");
    }

    @Test
    void acceptingWaitsForAConnection() throws IOException {
        Fd listener = listener();
        TestOperation accept = start(TestOperation.of(OperationKind.ACCEPT, listener));
        turnUntilQuiet();
        assertThat(accept.isDone()).isFalse();
        connecting(listener);
        descriptor(await(accept));
    }

    @Test
    void aConnectionThatNobodyListensForIsRefused() throws IOException {
        Fd closed = listener();
        MemorySegment address = address(closed);
        closed.close();
        Fd socket = socket(LibC.AF_INET(), LibC.SOCK_STREAM());
        assertThat(result(TestOperation.of(OperationKind.CONNECT, socket, address)))
                .isEqualTo(error(Errno.ECONNREFUSED));
    }

    @Test
    void aConnectedSocketIsNotConnectedAgain() throws IOException {
        Fd listener = listener();
        TestOperation connect = connecting(listener);
        await(connect);
        assertThat(result(connect.again())).isEqualTo(error(Errno.EISCONN));
    }

    @Test
    void localSocketsAreConnected(@TempDir Path directory) throws IOException {
        MemorySegment address =
                SocketAddresses.allocate(arena, UnixDomainSocketAddress.of(directory.resolve("socket")));
        Fd listener = socket(LibC.AF_UNIX(), LibC.SOCK_STREAM());
        assertThat(perform(TestOperation.of(OperationKind.BIND, listener, address)))
                .isZero();
        assertThat(perform(TestOperation.of(OperationKind.LISTEN, listener).length(1)))
                .isZero();
        Fd client = socket(LibC.AF_UNIX(), LibC.SOCK_STREAM());
        assertThat(result(TestOperation.of(OperationKind.CONNECT, client, address)))
                .isZero();
        accepted(listener);
    }

    @Test
    void whatIsMadeIsClosedOnExec() throws IOException {
        Fd listener = listener();
        connecting(listener);
        MemorySegment ends = arena.allocate(ValueLayout.JAVA_INT, 2);
        TestOperation pipe = new TestOperation(OperationKind.PIPE);
        pipe.address = ends.address();
        assertThat(result(pipe)).isZero();
        assertThat(isClosedOnExec(listener)).isTrue();
        assertThat(isClosedOnExec(accepted(listener))).isTrue();
        assertThat(isClosedOnExec(descriptor(ends.getAtIndex(ValueLayout.JAVA_INT, 0))))
                .isTrue();
        assertThat(isClosedOnExec(descriptor(ends.getAtIndex(ValueLayout.JAVA_INT, 1))))
                .isTrue();
    }

    @Test
    void whatNeverWaitsCanBeStartedToo() throws IOException {
        need(OperationKind.SOCKET);
        TestOperation socket = new TestOperation(OperationKind.SOCKET).flags(LibC.SOCK_STREAM());
        socket.fd = LibC.AF_INET();
        Fd made = descriptor(result(socket));
        assertThat(result(TestOperation.of(OperationKind.BIND, made, loopback())))
                .isZero();
        assertThat(result(TestOperation.of(OperationKind.LISTEN, made).length(1)))
                .isZero();
        assertThat(result(TestOperation.of(OperationKind.LOCAL_ADDRESS, made, buffer)))
                .isEqualTo(16);
    }

    @Test
    void bothEndsKnowTheirAddresses() throws IOException {
        Fd listener = listener();
        TestOperation connect = connecting(listener);
        await(connect);
        MemorySegment remote = arena.allocate(32);
        assertThat(perform(TestOperation.of(OperationKind.REMOTE_ADDRESS, Fd.borrow(connect.fd), remote)))
                .isEqualTo(16);
        assertThat(perform(TestOperation.of(OperationKind.LOCAL_ADDRESS, listener, buffer)))
                .isEqualTo(16);
        assertThat(remote.asSlice(0, 16).mismatch(buffer.asSlice(0, 16))).isEqualTo(-1);
    }

    @Test
    void optionsAreSetAndAsked() {
        Fd socket = socket(LibC.AF_INET(), LibC.SOCK_STREAM());
        MemorySegment on = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
        TestOperation set = TestOperation.of(OperationKind.SET_OPTION, socket, on);
        set.flags = LibC.SOL_SOCKET();
        set.fd2 = LibC.SO_REUSEADDR();
        assertThat(perform(set)).isZero();
        TestOperation get = TestOperation.of(OperationKind.GET_OPTION, socket, buffer);
        get.flags = LibC.SOL_SOCKET();
        get.fd2 = LibC.SO_REUSEADDR();
        assertThat(perform(get)).isEqualTo(4);
        assertThat(buffer.get(ValueLayout.JAVA_INT, 0)).isEqualTo(1);
    }

    @Test
    void anUnknownOptionIsAnError() {
        TestOperation set = TestOperation.of(
                OperationKind.SET_OPTION, socket(LibC.AF_INET(), LibC.SOCK_STREAM()), arena.allocate(4));
        set.flags = LibC.SOL_SOCKET();
        set.fd2 = 9999;
        assertThat(perform(set)).isEqualTo(error(Errno.ENOPROTOOPT));
    }

    @Test
    void aHalfThatIsShutDownEndsTheStreamAndTheOtherHalfGoesOn() throws IOException {
        Pipe sockets = sockets();
        TestOperation receive = start(TestOperation.receive(sockets.reader(), buffer));
        turnUntilQuiet();
        assertThat(perform(TestOperation.of(OperationKind.SHUTDOWN, sockets.writer())
                        .flags(LibC.SHUT_WR())))
                .isZero();
        assertThat(await(receive)).isZero();
        assertThat(result(TestOperation.send(sockets.reader(), bytes("still here"))))
                .isEqualTo(10);
        assertThat(text(buffer, result(TestOperation.receive(sockets.writer(), buffer))))
                .isEqualTo("still here");
    }

    @Test
    void whatWasSentBeforeTheEndIsReceivedBeforeIt() throws IOException {
        Pipe sockets = sockets();
        await(start(TestOperation.send(sockets.writer(), bytes("last"))));
        perform(TestOperation.of(OperationKind.SHUTDOWN, sockets.writer()).flags(LibC.SHUT_WR()));
        assertThat(result(TestOperation.receive(sockets.reader(), buffer))).isEqualTo(4);
        assertThat(result(TestOperation.receive(sockets.reader(), buffer))).isZero();
    }

    @Test
    void messagesOfSeveralPiecesAreSentAndReceived() throws IOException {
        Pipe sockets = sockets();
        MemorySegment message = message(bytes("one"), bytes("two"));
        assertThat(result(TestOperation.of(OperationKind.SEND_MESSAGE, sockets.writer(), message)))
                .isEqualTo(6);
        MemorySegment room = message(buffer.asSlice(0, 2), buffer.asSlice(8, 16));
        assertThat(result(TestOperation.of(OperationKind.RECEIVE_MESSAGE, sockets.reader(), room)))
                .isEqualTo(6);
        assertThat(text(buffer.asSlice(8), 4)).isEqualTo("etwo");
    }

    @Test
    void receivingAMessageWaitsForIt() throws IOException {
        Pipe sockets = sockets();
        TestOperation receive =
                start(TestOperation.of(OperationKind.RECEIVE_MESSAGE, sockets.reader(), message(buffer)));
        turnUntilQuiet();
        assertThat(receive.isDone()).isFalse();
        Pipe.write(sockets.writer(), "late");
        assertThat(text(buffer, await(receive))).isEqualTo("late");
    }

    @Test
    void datagramsAreSentToAnAddressAndComeFromOne() throws IOException {
        Fd receiver = datagrams();
        Fd sender = datagrams();
        MemorySegment out = withAddress(message(bytes("packet")), address(receiver));
        assertThat(result(TestOperation.of(OperationKind.SEND_MESSAGE, sender, out)))
                .isEqualTo(6);
        MemorySegment from = arena.allocate(16);
        MemorySegment in = withAddress(message(buffer), from);
        assertThat(result(TestOperation.of(OperationKind.RECEIVE_MESSAGE, receiver, in)))
                .isEqualTo(6);
        assertThat(port(from)).isEqualTo(port(address(sender)));
    }

    @Test
    void aZeroCopySendSaysWhenItsMemoryIsFree() throws IOException {
        Fd listener = listener();
        TestOperation connect = connecting(listener);
        Fd server = accepted(listener);
        await(connect);
        TestOperation send = TestOperation.of(OperationKind.SEND_ZERO_COPY, Fd.borrow(connect.fd), bytes("no copy"));
        start(send);
        assertThat(result(TestOperation.receive(server, buffer))).isEqualTo(7);
        await(send);
        Completion first = send.completions().getFirst();
        assertThat(first.result()).isEqualTo(7);
        assertThat(send.completions()).hasSize(first.hasMore() ? 2 : 1);
    }

    @Test
    void pollingSaysWhatIsThere() throws IOException {
        Pipe sockets = sockets();
        int both = LibC.POLLIN() | LibC.POLLOUT();
        assertThat(result(TestOperation.poll(sockets.reader(), both))).isEqualTo(LibC.POLLOUT());
        sockets.write("x");
        assertThat(result(TestOperation.poll(sockets.reader(), both))).isEqualTo(both);
    }

    @Test
    void pollingWaits() throws IOException {
        Pipe pipe = pipe();
        TestOperation poll = start(TestOperation.poll(pipe.reader(), LibC.POLLIN()));
        turnUntilQuiet();
        assertThat(poll.isDone()).isFalse();
        pipe.write("x");
        assertThat(await(poll)).isEqualTo(LibC.POLLIN());
        assertThat(pipe.read()).isEqualTo("x");
    }

    @Test
    void pollingIsToldOfAHangUp() throws IOException {
        Pipe pipe = pipe();
        TestOperation poll = start(TestOperation.poll(pipe.reader(), LibC.POLLIN()));
        turnUntilQuiet();
        pipe.writer().close();
        assertThat(await(poll) & LibC.POLLHUP()).isEqualTo(LibC.POLLHUP());
    }

    @Test
    void pollingDoesNotWaitForThoseThatReceive() throws IOException {
        Pipe sockets = sockets();
        start(TestOperation.receive(sockets.reader(), buffer));
        turnUntilQuiet();
        assertThat(result(TestOperation.poll(sockets.reader(), LibC.POLLOUT()))).isEqualTo(LibC.POLLOUT());
    }

    private Fd datagrams() {
        Fd socket = socket(LibC.AF_INET(), LibC.SOCK_DGRAM());
        assertThat(perform(TestOperation.of(OperationKind.BIND, socket, loopback())))
                .isZero();
        return socket;
    }

    private MemorySegment message(MemorySegment... pieces) {
        MemorySegment message = msghdr.allocate(arena);
        msghdr.msg_iov(message, IovecArray.of(arena, pieces).segment());
        msghdr.msg_iovlen(message, pieces.length);
        return message;
    }

    private static MemorySegment withAddress(MemorySegment message, MemorySegment address) {
        msghdr.msg_name(message, address);
        msghdr.msg_namelen(message, (int) address.byteSize());
        return message;
    }
}

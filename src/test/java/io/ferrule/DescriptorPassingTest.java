package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.DescriptorMessage;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SystemCall;
import io.ferrule.testing.Descriptors;
import io.ferrule.testing.Pipe;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Descriptors that go over Unix sockets, and descriptors that somebody else has opened. */
@Needs(Drivers.Feature.SOCKETS)
class DescriptorPassingTest extends LoopContract {
    @TempDir
    Path folder;

    private ConnectionPair pair;

    @BeforeEach
    void makePair() throws IOException {
        Drivers.need(driver, Drivers.Feature.FOREIGN_DESCRIPTORS);
        pair = loop.socketPair().await();
    }

    @Test
    void aPairOfSocketsIsConnected() throws IOException {
        assertReaches(pair.first(), pair.second());
        assertReaches(pair.second(), pair.first());
    }

    @Test
    void aDescriptorThatIsPassedIsTheSameOpenFile() throws IOException {
        try (Pipe pipe = Pipe.open()) {
            pair.first().sendDescriptor(pipe.writer()).await();
            try (Fd passed = pair.second().receiveDescriptor().await()) {
                assertThat(passed.number()).isNotEqualTo(pipe.writer().number());
                Pipe.write(passed, "through the other descriptor");
            }
            assertThat(pipe.read()).isEqualTo("through the other descriptor");
        }
    }

    @Test
    void itIsClosedOnExec() throws IOException {
        try (Pipe pipe = Pipe.open()) {
            pair.first().sendDescriptor(pipe.writer()).await();
            try (Fd passed = pair.second().receiveDescriptor().await()) {
                int flags = SystemCall.invoke(SystemCall.FCNTL, passed.number(), LibC.F_GETFD(), 0);
                assertThat(flags).isEqualTo(LibC.FD_CLOEXEC());
            }
        }
    }

    @Test
    void whoWaitsGetsItWhenItComes() throws Exception {
        CompletableFuture<Fd> waiting = pair.second().receiveDescriptor().future();
        settle();
        assertThat(waiting).isNotDone();
        try (Pipe pipe = Pipe.open()) {
            pair.first().sendDescriptor(pipe.reader()).await();
            waiting.get().close();
        }
    }

    @Test
    void aConnectionThatIsPassedGoesOnElsewhere() throws IOException {
        Pair tcp = connected();
        pair.first().sendDescriptor(tcp.server()).await();
        tcp.server().close();
        Connection passed = loop.adopt(pair.second().receiveDescriptor().await())
                .asConnection()
                .await();
        assertReaches(tcp.client(), passed);
        assertReaches(passed, tcp.client());
        assertThat(passed.remoteAddress()).isEqualTo(tcp.client().localAddress());
    }

    @Test
    void theOriginalMayBeClosedWhileItIsOnItsWay() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "contents");
        Fd original = Fd.open(file, LibC.O_RDONLY(), 0);
        pair.first().sendDescriptor(original).await();
        original.close();
        try (Fd passed = pair.second().receiveDescriptor().await()) {
            assertThat(Pipe.read(passed)).isEqualTo("contents");
        }
    }

    @Test
    void ofSeveralTheFirstIsTakenAndTheOthersAreClosed() throws Exception {
        Path file = Files.createFile(folder.resolve("wanted"));
        Path other = Files.createFile(folder.resolve("unwanted"));
        try (Fd wanted = Fd.open(file, LibC.O_RDONLY(), 0);
                Fd unwanted = Fd.open(other, LibC.O_RDONLY(), 0);
                Pipe sockets = Pipe.sockets();
                Arena arena = Arena.ofConfined()) {
            DescriptorMessage message = DescriptorMessage.allocate(arena);
            message.carry(wanted, unwanted, unwanted);
            Connection receiver =
                    loop.adopt(sockets.reader().duplicate()).asConnection().await();
            int sent = SystemCall.invoke(
                    SystemCall.SENDMSG,
                    sockets.writer().number(),
                    message.segment().address(),
                    0);
            assertThat(sent).isEqualTo(1);
            try (Fd passed = receiver.receiveDescriptor().await()) {
                assertThat(passed.number()).isNotEqualTo(wanted.number());
                assertThat(Descriptors.openTo(file.toString())).isEqualTo(2);
                assertThat(Descriptors.openTo(other.toString())).isEqualTo(1);
            }
        }
    }

    @Test
    void thoseThatComeWithBytesNobodyAskedForAreClosed() throws Exception {
        Path file = Files.createFile(folder.resolve("unwanted"));
        try (Fd unwanted = Fd.open(file, LibC.O_RDONLY(), 0)) {
            pair.first().sendDescriptor(unwanted).await();
            assertThat(pair.second().receive(Buffer.allocate(10)).await()).isEqualTo(1);
            assertThat(Descriptors.openTo(file.toString())).isEqualTo(1);
        }
    }

    @Test
    void nothingIsLeftOfSending() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        try (Fd descriptor = Fd.open(file, LibC.O_RDONLY(), 0)) {
            pair.first().sendDescriptor(descriptor).await();
            pair.second().receiveDescriptor().await().close();
            assertThat(Descriptors.openTo(file.toString())).isEqualTo(1);
            pair.second().close();
            assertThatThrownBy(() -> pair.first().sendDescriptor(descriptor).await())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("EPIPE");
            assertThat(Descriptors.openTo(file.toString())).isEqualTo(1);
        }
    }

    @Test
    void aByteWithoutADescriptorIsAFailure() throws IOException {
        send(pair.first(), "x");
        assertThatThrownBy(() -> pair.second().receiveDescriptor().await())
                .isInstanceOf(SocketException.class)
                .hasMessageContaining("a byte came without a descriptor");
    }

    @Test
    void theEndOfTheStreamIsAFailure() throws IOException {
        pair.first().close();
        assertThatThrownBy(() -> pair.second().receiveDescriptor().await()).isInstanceOf(EOFException.class);
    }

    @Test
    void otherSocketsPassNone() throws IOException {
        Connection tcp = connected().client();
        assertThatThrownBy(tcp::receiveDescriptor)
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("only Unix sockets pass descriptors");
        assertThatThrownBy(() -> tcp.sendDescriptor(Fd.CWD)).isInstanceOf(UnsupportedOperationException.class);
    }

    // ---- taking over ----

    @Test
    void aListenerIsTakenOver() throws IOException {
        Listener listener = listener();
        pair.first().sendDescriptor(listener).await();
        Listener taken = loop.adopt(pair.second().receiveDescriptor().await())
                .asListener()
                .await();
        listener.close();
        Pair connected = connected(taken);
        assertReaches(connected.client(), connected.server());
    }

    @Test
    void aDatagramSocketIsTakenOver() throws IOException {
        Datagrams original = loop.datagrams(LOOPBACK).await();
        pair.first().sendDescriptor(original).await();
        Datagrams taken = loop.adopt(pair.second().receiveDescriptor().await())
                .asDatagrams()
                .await();
        assertThat(taken.localAddress()).isEqualTo(original.localAddress());
        original.close();
        Buffer buffer = buffer("to itself");
        taken.send(buffer, 0, 9, new PeerAddress(taken.localAddress())).await();
        assertThat(taken.receive(Buffer.allocate(20)).await()).isEqualTo(9);
    }

    @Test
    void whatIsSomethingElseStaysTheCallers() throws IOException {
        try (Pipe sockets = Pipe.sockets();
                Pipe pipe = Pipe.open()) {
            assertThatThrownBy(() -> loop.adopt(sockets.reader()).asListener().await())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("is a socket, but no listener");
            assertThatThrownBy(() -> loop.adopt(sockets.reader()).asDatagrams().await())
                    .isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> loop.adopt(pipe.reader()).asConnection().await())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("ENOTSOCK");
            sockets.write("still the caller's");
            assertThat(sockets.read()).isEqualTo("still the caller's");
        }
    }

    @Test
    void whatIsTakenOverIsClosedForTheCaller() throws IOException {
        try (Pipe sockets = Pipe.sockets()) {
            Fd given = sockets.reader();
            Connection taken = loop.adopt(given).asConnection().await();
            assertThat(given.isOpen()).isFalse();
            sockets.write("hello");
            assertThat(receive(taken, 5)).isEqualTo("hello");
            Buffer buffer = buffer("answer");
            taken.sendFully(buffer, 0, 6).await();
            assertThat(Pipe.read(sockets.writer())).isEqualTo("answer");
            assertThat(buffer.getString(0, 6, UTF_8)).isEqualTo("answer");
        }
    }
}

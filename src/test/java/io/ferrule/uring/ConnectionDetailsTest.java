package io.ferrule.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SocketAddresses;
import io.ferrule.testing.Covers;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Accepting and connecting with timeouts, with more waiting behind, over and over, and without any descriptor of the process. */
class ConnectionDetailsTest extends SocketTest {
    private static final long MILLI = 1_000_000L;
    private static final long HOUR = 3_600_000_000_000L;

    @Test
    @Covers({"IORING_OP_ACCEPT", "IORING_OP_LINK_TIMEOUT"})
    void aLinkedTimeoutEndsAnAcceptThatNobodyConnectsTo() throws IOException {
        sq().accept(listener(), 0).userData(1).link();
        sq().linkTimeout(10 * MILLI, 0).userData(2);
        assertThat(results(2)).containsExactly(error(Errno.ECANCELED), error(Errno.ETIME));
    }

    @Test
    @Covers({"IORING_OP_ACCEPT", "IORING_OP_LINK_TIMEOUT"})
    void aLinkedTimeoutIsTakenBackWhenSomebodyConnects() throws IOException {
        Fd listener = listener();
        sq().accept(listener, LibC.SOCK_CLOEXEC()).userData(1).link();
        sq().linkTimeout(HOUR, 0).userData(2);
        expectNothing();
        connectTo(listener);
        int[] results = results(2);
        descriptor(results[0]);
        assertThat(results[1]).isEqualTo(error(Errno.ECANCELED));
    }

    @ParameterizedTest(name = "multishot: {0}")
    @ValueSource(booleans = {false, true})
    @Covers({"IORING_OP_ACCEPT", "IORING_CQE_F_SOCK_NONEMPTY"})
    void acceptingTellsWhetherMoreAreWaiting(boolean multishot) throws IOException {
        needs(Opcode.IORING_OP_SOCKET); // multishot accepts are of the same release
        Fd listener = listener();
        for (int i = 0; i < 3; i++) {
            connectTo(listener);
        }
        if (multishot) {
            sq().acceptMultishot(listener, LibC.SOCK_CLOEXEC());
        }
        for (int left = 2; left >= 0; left--) {
            if (!multishot) {
                sq().accept(listener, LibC.SOCK_CLOEXEC());
            }
            descriptor(result());
            boolean more = (ring.cq().flags() & CompletionQueue.IORING_CQE_F_SOCK_NONEMPTY) != 0;
            assumeTrue(more || left != 2, "needs IORING_CQE_F_SOCK_NONEMPTY for accepting, Linux 6.10");
            assertThat(more).as(left + " are waiting").isEqualTo(left > 0);
        }
    }

    /** The slots of a multishot are the kernel's to choose. */
    @Test
    @Covers("IORING_OP_ACCEPT")
    void aMultishotTakesNoGivenSlot() throws IOException {
        needs(Opcode.IORING_OP_SOCKET); // multishot accepts are of the same release
        ring.register().sparseFiles(4);
        sq().acceptDirect(listener(), 0, DirectDescriptor.of(1)).socketFlags(UringFlags.IORING_ACCEPT_MULTISHOT);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers("IORING_OP_CONNECT")
    void anAddressMayBeOverwrittenAsSoonAsItIsSubmitted() throws IOException {
        Fd listener = listener();
        sq().accept(listener, LibC.SOCK_CLOEXEC()).userData(1);
        MemorySegment address = arena.allocate(address(listener).byteSize());
        address.copyFrom(address(listener));
        sq().connect(stream(), address).userData(2).async();
        ring.submit();
        address.fill((byte) 0);
        int[] results = results(2);
        descriptor(results[0]);
        assertThat(results[1]).isZero();
    }

    @Test
    @Covers("IORING_OP_CONNECT")
    void aSocketThatWasRefusedIsRefusedAgain() throws IOException {
        Fd bound = bound(stream()); // and does not listen
        Fd socket = stream();
        for (int i = 0; i < 8; i++) {
            sq().connect(socket, address(bound));
            assertThat(result()).isEqualTo(error(Errno.ECONNREFUSED));
        }
    }

    @Test
    @Covers({"IORING_OP_CONNECT", "IORING_OP_SHUTDOWN"})
    void shuttingDownEndsAConnectThatNobodyAnswers() throws IOException {
        needs(Opcode.IORING_OP_SOCKET); // before, the connect was waited for as long as TCP tries
        Fd listener = listener(0);
        connectTo(listener); // takes the only place of the backlog: the next one has no answer
        Fd socket = stream();
        sq().connect(socket, address(listener)).userData(1);
        expectNothing();
        sq().shutdown(socket, LibC.SHUT_RDWR()).userData(2);
        assertThat(results(2)).containsExactly(error(Errno.ECONNRESET), 0);
    }

    /** Socket, option, address, listening, connecting, accepting, data and the end: all of it in slots of the ring. */
    @Test
    @Covers({
        "IORING_OP_SOCKET",
        "IORING_OP_URING_CMD",
        "IORING_OP_BIND",
        "IORING_OP_LISTEN",
        "IORING_OP_CONNECT",
        "IORING_OP_ACCEPT",
        "IORING_OP_SHUTDOWN",
        "IORING_OP_CLOSE",
        "IOSQE_FIXED_FILE",
        "IORING_OP_FIXED_FD_INSTALL"
    })
    void aServerAndItsClientNeedNoDescriptorOfTheProcess() throws IOException {
        needs(Opcode.IORING_OP_LISTEN);
        ring.register().sparseFiles(3);
        DirectDescriptor server = DirectDescriptor.of(0);
        DirectDescriptor client = DirectDescriptor.of(1);
        DirectDescriptor accepted = DirectDescriptor.of(2);
        MemorySegment on = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
        sq().socketDirect(LibC.AF_INET(), LibC.SOCK_STREAM(), 0, server).hardLink();
        sq().socketCommand(server, UringFlags.SOCKET_URING_OP_SETSOCKOPT, LibC.SOL_SOCKET(), LibC.SO_REUSEADDR(), on)
                .hardLink();
        sq().bind(server, SocketAddresses.allocate(arena, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)))
                .hardLink();
        sq().listen(server, 8).hardLink();
        sq().socketDirect(LibC.AF_INET(), LibC.SOCK_STREAM(), 0, client);
        for (int i = 0; i < 5; i++) {
            assertThat(result()).as("step " + i).isZero();
        }
        MemorySegment address = addressOf(server);
        sq().connect(client, address).userData(1);
        sq().acceptDirect(server, 0, accepted).userData(2);
        assertThat(results(2)).containsExactly(0, 0);

        MemorySegment there = arena.allocate(5);
        sq().send(client, bytes("hello"), 0).userData(1);
        sq().recv(accepted, there, LibC.MSG_WAITALL()).userData(2);
        assertThat(results(2)).containsExactly(5, 5);
        assertThat(text(there)).isEqualTo("hello");

        sq().shutdown(client, LibC.SHUT_WR());
        assertThat(result()).isZero();
        sq().recv(accepted, there, 0);
        assertThat(result()).as("the end").isZero();
        for (DirectDescriptor slot : new DirectDescriptor[] {server, client, accepted}) {
            sq().close(slot);
            assertThat(result()).isZero();
        }
    }

    /** By way of a descriptor for a moment, for the port that the kernel has chosen. */
    private MemorySegment addressOf(DirectDescriptor slot) throws IOException {
        sq().fixedFdInstall(slot, 0);
        try (Fd installed = Fd.own(result())) {
            return address(installed);
        }
    }
}

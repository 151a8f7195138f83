package io.ferrule.uring;

import static io.ferrule.uring.Opcode.IORING_OP_SOCKET;
import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.DirectDescriptor;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Covers;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Accepting connections: one at a time, one after the other, and as direct descriptors. */
class AcceptTest extends SocketTest {
    @Test
    @Covers("IORING_OP_ACCEPT")
    void aConnectionIsTheResult() throws IOException {
        Fd listener = listener();
        Fd client = connectTo(listener);
        sq().accept(listener, LibC.SOCK_CLOEXEC());
        Fd accepted = descriptor(result());
        Pipe.write(client, "hello");
        assertThat(Pipe.read(accepted)).isEqualTo("hello");
    }

    @Test
    @Covers("IORING_OP_ACCEPT")
    void itWaitsUntilSomebodyConnects() throws IOException {
        Fd listener = listener();
        sq().accept(listener, 0);
        expectToWaitForAConnection(listener);
    }

    @Test
    @Covers("IORING_OP_ACCEPT")
    void itTellsThePeersAddress() throws IOException {
        Fd listener = listener();
        Fd client = connectTo(listener);
        MemorySegment address = arena.allocate(64);
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, 64);
        sq().accept(listener, address, length, 0);
        descriptor(result());
        MemorySegment expected = address(client);
        assertThat(length.get(ValueLayout.JAVA_INT, 0)).isEqualTo((int) expected.byteSize());
        assertThat(address.asSlice(0, expected.byteSize()).mismatch(expected)).isEqualTo(-1);
    }

    @Test
    @Covers("IORING_OP_ACCEPT")
    void anAddressIsCutOffWhereItsRoomEnds() throws IOException {
        Fd listener = listener();
        connectTo(listener);
        MemorySegment memory = arena.allocate(16).fill((byte) 7);
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, 8);
        sq().accept(listener, memory.asSlice(0, 8), length, 0);
        descriptor(result());
        assertThat(length.get(ValueLayout.JAVA_INT, 0)).as("what it takes").isEqualTo(16);
        assertThat(memory.asSlice(8).toArray(ValueLayout.JAVA_BYTE)).containsOnly(7);
    }

    @Test
    @Covers("IORING_OP_ACCEPT")
    void theFlagsAreThoseOfTheNewSocket() throws IOException {
        Fd listener = listener();
        connectTo(listener);
        sq().accept(listener, LibC.SOCK_NONBLOCK());
        Fd accepted = descriptor(result());
        assertThat(accepted.read(arena.allocate(1))).isEqualTo(error(Errno.EAGAIN));
    }

    @Test
    @Covers("IORING_OP_ACCEPT")
    void itWaitsOnAListenerThatDoesNotBlockToo() throws IOException {
        needs(Feature.IORING_FEAT_RECVSEND_BUNDLE); // older kernels answer -EAGAIN, no telling since when
        Fd listener = bound(descriptor(LibC.socket(LibC.AF_INET(), LibC.SOCK_STREAM() | LibC.SOCK_NONBLOCK(), 0)));
        check(LibC.listen(listener.number(), 1), "listen");
        sq().accept(listener, 0);
        expectToWaitForAConnection(listener);
    }

    @Test
    @Covers("IORING_OP_ACCEPT")
    void itDoesNotWaitWhenToldSo() throws IOException {
        needs(Feature.IORING_FEAT_RECVSEND_BUNDLE); // of the same release as the flag
        sq().accept(listener(), 0).socketFlags(UringFlags.IORING_ACCEPT_DONTWAIT);
        assertThat(result()).isEqualTo(error(Errno.EAGAIN));
    }

    @Test
    @Covers("IORING_OP_ACCEPT")
    void itCanWaitBeforeTheFirstAttempt() throws IOException {
        needs(Feature.IORING_FEAT_RECVSEND_BUNDLE); // of the same release as the flag
        Fd listener = listener();
        sq().accept(listener, 0).socketFlags(UringFlags.IORING_ACCEPT_POLL_FIRST);
        expectToWaitForAConnection(listener);
    }

    @Test
    @Covers("IORING_OP_ACCEPT")
    void aSocketThatDoesNotListenHasNoConnections() throws IOException {
        sq().accept(bound(stream()), 0);
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers("IORING_OP_ACCEPT")
    void oneThatWaitsCanBeCancelled() throws IOException {
        sq().accept(listener(), 0).userData(1);
        expectNothing();
        sq().cancel(1, 0).userData(2);
        int[] results = results(2);
        assertThat(results[0]).isIn(error(Errno.ECANCELED), error(Errno.EINTR));
        assertThat(results[1]).isZero();
    }

    @Test
    @Covers({"IORING_OP_ACCEPT", "IOSQE_FIXED_FILE"})
    void aDirectOneGoesIntoItsSlot() throws IOException {
        needs(IORING_OP_SOCKET); // sparse tables are of the same release
        ring.register().sparseFiles(4);
        Fd listener = listener();
        Fd client = connectTo(listener);
        DirectDescriptor slot = DirectDescriptor.of(3);
        sq().acceptDirect(listener, 0, slot);
        assertThat(result()).isZero();
        MemorySegment buffer = arena.allocate(16);
        Pipe.write(client, "to the slot");
        sq().recv(slot, buffer, 0);
        assertThat(text(buffer, result())).isEqualTo("to the slot");
    }

    @Test
    @Covers("IORING_OP_ACCEPT")
    void aDirectOneTakesAnyFreeSlotUntilThereIsNone() throws IOException {
        needs(IORING_OP_SOCKET);
        ring.register().sparseFiles(2);
        Fd listener = listener();
        for (int i = 0; i < 3; i++) {
            connectTo(listener);
            sq().acceptDirect(listener, 0, DirectDescriptor.ANY).userData(i);
        }
        assertThat(Set.of(result(), result())).containsExactlyInAnyOrder(0, 1);
        assertThat(result()).isEqualTo(error(Errno.ENFILE));
    }

    @Test
    @Covers("IORING_OP_ACCEPT")
    void aDirectOneIsNeverInheritedSoThatTheFlagIsRefused() throws IOException {
        needs(IORING_OP_SOCKET);
        ring.register().sparseFiles(1);
        sq().acceptDirect(listener(), LibC.SOCK_CLOEXEC(), DirectDescriptor.of(0));
        assertThat(result()).isEqualTo(error(Errno.EINVAL));
    }

    @Test
    @Covers({"IORING_OP_ACCEPT", "IORING_CQE_F_MORE"})
    void aMultishotGoesOnUntilItIsCancelled() throws IOException {
        needs(IORING_OP_SOCKET); // of the same release
        Fd listener = listener();
        sq().acceptMultishot(listener, 0).userData(1);
        expectNothing();
        for (int i = 0; i < 3; i++) {
            Fd client = connectTo(listener);
            Fd accepted = descriptor(result());
            assertThat(ring.cq().hasMore()).isTrue();
            Pipe.write(client, "client " + i);
            assertThat(Pipe.read(accepted)).isEqualTo("client " + i);
        }
        sq().cancel(1, 0).skipSuccess();
        assertThat(result()).isEqualTo(error(Errno.ECANCELED));
        assertThat(ring.cq().hasMore()).isFalse();
    }

    @Test
    @Covers({"IORING_OP_ACCEPT", "IORING_CQE_F_MORE"})
    void aMultishotMissesNoneOfManyConnectionsThatComeAndGo() throws IOException {
        needs(IORING_OP_SOCKET);
        Fd listener = listener();
        sq().acceptMultishot(listener, 0);
        ring.submit();
        for (int round = 0; round < 20; round++) {
            Set<Integer> ports = new HashSet<>();
            Fd[] clients = new Fd[10];
            for (int i = 0; i < clients.length; i++) {
                clients[i] = connectTo(listener);
                ports.add(port(address(clients[i])));
            }
            for (int i = 0; i < clients.length; i++) {
                try (Fd accepted = Fd.own(result())) {
                    assertThat(ring.cq().hasMore()).isTrue();
                    MemorySegment peer = arena.allocate(16);
                    check(
                            LibC.getpeername(accepted.number(), peer, arena.allocateFrom(ValueLayout.JAVA_INT, 16)),
                            "peer");
                    assertThat(ports.remove(port(peer)))
                            .as("one of ours, for the first time")
                            .isTrue();
                }
            }
            for (Fd client : clients) {
                client.close();
            }
        }
    }

    @Test
    @Covers({"IORING_OP_ACCEPT", "IORING_CQE_F_MORE"})
    void aDirectMultishotEndsWhenTheTableIsFull() throws IOException {
        needs(IORING_OP_SOCKET);
        ring.register().sparseFiles(2);
        Fd listener = listener();
        sq().acceptMultishotDirect(listener, 0);
        for (int slot = 0; slot < 2; slot++) {
            connectTo(listener);
            assertThat(result()).isEqualTo(slot);
            assertThat(ring.cq().hasMore()).isTrue();
        }
        connectTo(listener);
        assertThat(result()).isEqualTo(error(Errno.ENFILE));
        assertThat(ring.cq().hasMore()).isFalse();
    }

    private void expectToWaitForAConnection(Fd listener) throws IOException {
        expectNothing();
        connectTo(listener);
        assertThat(descriptor(result()).isOpen()).isTrue();
    }
}

package io.ferrule;

import io.ferrule.testing.Allocation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Timeout;

/** Callbacks cost no garbage; but for the nio driver, whose JDK makes some for each call. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SocketAllocationTest {
    private static final InetSocketAddress LOOPBACK = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /** What the JIT compiler and the JVM may do on the thread meanwhile, in bytes for a run. */
    private static final int RUNS = 20_000;

    private int arrived;

    @EveryDriver
    void aPieceThatIsSentAndReceivedAllocatesNothing(String driver) throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        Drivers.need(driver, Drivers.Feature.FOREIGN_DESCRIPTORS);
        try (Loop loop = Loop.open(LoopOptions.defaults().driver(driver));
                ConnectionPair pair = loop.socketPair().await()) {
            Buffer out = Buffer.allocate(64);
            Buffer in = Buffer.allocate(64);
            TransferCallback received = (bytes, error) -> arrived = bytes;
            TransferCallback sent = (bytes, error) -> {};
            Allocation.assertNone(RUNS, () -> {
                arrived = 0;
                pair.second().receive(in).start(received);
                pair.first().sendFully(out, 0, 64).start(sent);
                turnUntilArrived(loop);
            });
        }
    }

    @EveryDriver
    void aPieceInALeaseAllocatesNothing(String driver) throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        Drivers.need(driver, Drivers.Feature.FOREIGN_DESCRIPTORS);
        try (Loop loop = Loop.open(LoopOptions.defaults().driver(driver));
                ConnectionPair pair = loop.socketPair().await()) {
            Buffer out = Buffer.allocate(64);
            TransferCallback sent = (bytes, error) -> {};
            pair.second().receiveAll(loop.leases(4, 64), (lease, end) -> {
                if (lease != null) {
                    arrived = lease.length();
                    lease.close();
                }
            });
            Allocation.assertNone(RUNS, () -> {
                arrived = 0;
                pair.first().sendFully(out, 0, 64).start(sent);
                turnUntilArrived(loop);
            });
        }
    }

    @EveryDriver
    void aDatagramAndItsSenderAllocateNothing(String driver) throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        Drivers.need(driver, Drivers.Feature.FOREIGN_DESCRIPTORS);
        try (Loop loop = Loop.open(LoopOptions.defaults().driver(driver));
                Datagrams server = loop.datagrams(LOOPBACK).await();
                Datagrams client = loop.datagrams(LOOPBACK).await()) {
            PeerAddress to = new PeerAddress(server.localAddress());
            PeerAddress from = new PeerAddress();
            Buffer out = Buffer.allocate(64);
            Buffer in = Buffer.allocate(64);
            TransferCallback received = (bytes, error) -> arrived = bytes;
            TransferCallback sent = (bytes, error) -> {};
            Allocation.assertNone(RUNS, () -> {
                arrived = 0;
                server.receive(in, from).start(received);
                client.send(out, 0, 64, to).start(sent);
                turnUntilArrived(loop);
            });
        }
    }

    private void turnUntilArrived(Loop loop) throws IOException {
        while (arrived == 0) {
            loop.turn(-1);
        }
    }
}

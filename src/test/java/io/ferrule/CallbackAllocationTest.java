package io.ferrule;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.ferrule.testing.Allocation;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/** A transfer with a callback allocates nothing on the heap. */
@EveryDriver
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CallbackAllocationTest {
    private static final int RUNS = 20_000;

    @Parameter
    String driver;

    private final Buffer buffer = Buffer.allocate(8);
    private int over;
    private final TransferCallback counting = (bytes, error) -> over += bytes;

    private Loop open() throws IOException {
        assumeFalse(driver.equals("nio"), "the JDK's selectors and asynchronous channels allocate");
        return Loop.open(LoopOptions.defaults().driver(driver));
    }

    private void turnUntil(Loop loop, int bytes) throws IOException {
        while (over < bytes) {
            loop.turn(-1);
        }
    }

    @BeforeEach
    void needNoAllocation() {
        Drivers.need(driver, Drivers.Feature.NO_ALLOCATION);
    }

    @Test
    void readingAFile() throws Exception {
        try (Loop loop = open()) {
            File file = loop.openFile(Path.of("/dev/zero")).await();
            Allocation.assertNone(RUNS, () -> {
                int before = over;
                file.read(buffer, 0, 8, 0).start(counting);
                turnUntil(loop, before + 8);
            });
        }
    }

    @Test
    void sendingAndReceiving() throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        try (Loop loop = open()) {
            Listener listener = loop.listen(LoopContract.LOOPBACK).await();
            Connection client = loop.connect(listener.localAddress()).await();
            Connection server = listener.accept().await();
            Buffer other = Buffer.allocate(8);
            Allocation.assertNone(RUNS, () -> {
                int before = over;
                client.send(other, 0, 8).start(counting);
                server.receiveFully(buffer, 0, 8).start(counting);
                turnUntil(loop, before + 16);
            });
        }
    }

    @Test
    void withATimeLimit() throws Exception {
        try (Loop loop = open()) {
            File file = loop.openFile(Path.of("/dev/zero")).await();
            java.time.Duration limit = java.time.Duration.ofHours(1);
            Allocation.assertNone(RUNS, () -> {
                int before = over;
                file.read(buffer, 0, 8, 0).within(limit).start(counting);
                turnUntil(loop, before + 8);
            });
        }
    }
}

package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Interrupts of the thread that turns a loop itself: {@code await} hears of them there as it does anywhere else. */
@Timeout(30)
@Needs(Drivers.Feature.SOCKETS)
class OwnThreadInterruptTest extends OwnLoopContract {
    private final Canary canary = new Canary(8);
    private Listener listener;
    private Connection connection;

    /** The other end, which knows nothing of loops. */
    private SocketChannel peer;

    @BeforeEach
    void connect() throws IOException {
        listener = loop.listen(LoopContract.LOOPBACK).await();
        peer = SocketChannel.open((InetSocketAddress) listener.localAddress());
        connection = listener.accept().await();
    }

    @AfterEach
    void closePeer() throws IOException {
        Thread.interrupted(); // whatever a test left behind: it would end the peer's channel
        if (peer != null) { // skipped before
            peer.close();
        }
    }

    /** Interrupts the calling thread when a buffer is in flight, which may be before it waits or while it does. */
    private static Thread interruptorOf(Thread target, Buffer buffer, int spins) {
        return Thread.ofPlatform().daemon().start(() -> {
            while (!buffer.isInFlight()) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < spins; i++) {
                Thread.onSpinWait();
            }
            target.interrupt();
        });
    }

    @Test
    void anInterruptCancelsATransferThatIsAwaited() throws Exception {
        for (int round = 0; round < 100; round++) {
            Thread interruptor = interruptorOf(Thread.currentThread(), canary.buffer(), round * 200);
            assertThatExceptionOfType(OperationCancelledException.class)
                    .isThrownBy(() -> connection.receive(canary.buffer()).await());
            assertThat(Thread.interrupted()).as("stays set").isTrue();
            interruptor.join();
            canary.assertUntouched();
        }
        peer.write(ByteBuffer.wrap(new byte[3]));
        assertThat(connection.receive(canary.buffer()).await())
                .as("nothing was lost")
                .isEqualTo(3);
    }

    @Test
    void anInterruptThatCameBeforeCancelsItToo() {
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(OperationCancelledException.class)
                .isThrownBy(() -> connection.receive(canary.buffer()).await());
        assertThat(Thread.interrupted()).isTrue();
        canary.assertUntouched();
    }

    @Test
    void anInterruptCancelsATaskThatIsAwaited() throws Exception {
        Thread owner = Thread.currentThread();
        loop.after(Duration.ofMillis(1), () -> Thread.ofPlatform().start(owner::interrupt));
        assertThatExceptionOfType(OperationCancelledException.class)
                .isThrownBy(() -> listener.accept().await());
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anInterruptIsHeardAlsoWhenACallbackUsesTheJdksSelectorsMeanwhile() throws Exception {
        Thread owner = Thread.currentThread();
        try (Selector selector = Selector.open()) {
            loop.after(Duration.ofMillis(1), () -> {
                try {
                    selector.selectNow();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
                loop.post(() -> Thread.ofPlatform().start(owner::interrupt));
            });
            assertThatExceptionOfType(OperationCancelledException.class)
                    .isThrownBy(() -> connection.receive(canary.buffer()).await());
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whatIsDoneAllTheSameIsNotLost() throws Exception {
        peer.write(ByteBuffer.wrap(new byte[3]));
        Thread.currentThread().interrupt();
        int received;
        try {
            received = connection.receive(canary.buffer()).await();
        } catch (OperationCancelledException e) {
            received = 0;
        }
        assertThat(Thread.interrupted()).isTrue();
        assertThat(received > 0 ? received : connection.receive(canary.buffer()).await())
                .isEqualTo(3);
    }

    @Test
    void anInterruptEndsABatchWithAResultForEachRead() throws Exception {
        File file = loop.openFile(Path.of("/dev/zero")).await();
        ReadBatch batch = loop.batch(8);
        for (int i = 0; i < 8; i++) {
            batch.add(file, Buffer.allocate(16), 0, 16, 0);
        }
        Thread.currentThread().interrupt();
        batch.await();
        assertThat(Thread.interrupted()).isTrue();
        for (int i = 0; i < 8; i++) {
            IOException error = batch.error(i);
            if (error == null) {
                assertThat(batch.bytes(i)).isEqualTo(16);
            } else {
                assertThat(error).isInstanceOf(OperationCancelledException.class);
            }
        }
    }

    @Test
    void closingIsDoneInFullAllTheSame() throws Exception {
        var receive = connection.receive(canary.buffer()).future();
        Thread.currentThread().interrupt();
        connection.close();
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(receive).isCompletedExceptionally();
        loop.close();
        assertThat(Thread.interrupted()).isTrue();
        canary.assertUntouched();
    }

    @Test
    void runGoesOnAndGoesOnWaiting() {
        loop.after(Duration.ofMillis(50), loop::stop);
        long before = loop.counters().waits();
        Thread.currentThread().interrupt();
        loop.run();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(loop.counters().waits() - before).as("times it waited").isLessThan(50);
    }
}

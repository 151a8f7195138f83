package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rule 10: cancel has three outcomes (cancelled, already done, too late to tell), and only the target's own completion decides its result. So a byte is
 * either received by the request that was cancelled, or is still there for the next: never lost, never received twice.
 */
class Rule10CancelHasThreeOutcomesTest extends LoopContract {
    private static final int DOSE = 3_500; // on three drivers more than 10^4
    private static final int SOAK = 100_000;

    @TempDir
    Path folder;

    @Test
    void noByteIsLostWhenReceivesAreCancelledAsTheyComplete() throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        new Race(DOSE, Ending.CANCEL).run();
    }

    @Test
    void noByteIsLostWhenTimeIsUpAsReceivesComplete() throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        new Race(DOSE / 4, Ending.TIME_LIMIT).run();
    }

    @Test
    @Tag("soak")
    @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void noByteIsLostInAHundredThousandCancels() throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        new Race(SOAK, Ending.CANCEL).run();
    }

    @Test
    @Tag("soak")
    @Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void noByteIsLostInAHundredThousandTimeLimits() throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        new Race(SOAK, Ending.TIME_LIMIT).run();
    }

    private enum Ending {
        CANCEL,
        TIME_LIMIT
    }

    /** A loop that receives single bytes and gives up, while a thread that knows nothing of that sends them. */
    private final class Race {
        private final int rounds;
        private final Ending ending;
        private final AtomicInteger mayBeSent = new AtomicInteger();
        private int received;
        private int cancelled;

        Race(int rounds, Ending ending) {
            this.rounds = rounds;
            this.ending = ending;
        }

        void run() throws Exception {
            try (Loop own = Loop.open(options())) {
                Listener listener = own.listen(LOOPBACK).await();
                try (SocketChannel peer = SocketChannel.open((InetSocketAddress) listener.localAddress())) {
                    Connection connection = listener.accept().await();
                    Thread sender = Thread.ofPlatform().start(() -> send(peer));
                    Canary canary = new Canary(1);
                    for (int round = 0; round < rounds; round++) {
                        mayBeSent.setRelease(round + 1);
                        one(own, connection, canary, round);
                    }
                    sender.join();
                    while (received < rounds) {
                        received += connection.receive(canary.buffer()).await();
                    }
                    canary.assertGuardsUntouched();
                    assertThat(received).isEqualTo(rounds);
                    assertThat(own.counters().inFlight()).isZero();
                }
            }
            assertThat(cancelled).as("receives that were cancelled").isPositive();
        }

        private void one(Loop own, Connection connection, Canary canary, int round) throws IOException {
            boolean[] over = {false};
            Transfer receive = connection.receive(canary.buffer());
            if (ending == Ending.TIME_LIMIT) {
                receive.within(Duration.ofNanos(1 + round * 97 % 20_000));
            }
            long ticket = receive.start((bytes, error) -> {
                assertThat(canary.buffer().isInFlight()).isFalse();
                over[0] = true;
                ended(bytes, error);
            });
            if (ending == Ending.CANCEL) {
                for (int turns = round % 3; turns > 0 && !over[0]; turns--) {
                    own.turn(0);
                }
                for (int spins = round * 37 % 500; spins > 0; spins--) {
                    Thread.onSpinWait();
                }
                boolean was = over[0];
                assertThat(own.cancel(ticket)).as("there to be cancelled").isEqualTo(!was);
            }
            while (!over[0]) {
                own.turn(-1);
            }
            assertThat(own.cancel(ticket)).as("cancelled after it was over").isFalse();
        }

        private void ended(int bytes, @Nullable IOException error) {
            if (error == null) {
                assertThat(bytes).isOne();
                received++;
            } else {
                assertThat(error)
                        .isInstanceOfAny(OperationCancelledException.class, java.net.SocketTimeoutException.class);
                assertThat(bytes).isZero();
                cancelled++;
            }
        }

        private void send(SocketChannel peer) {
            ByteBuffer one = ByteBuffer.allocateDirect(1);
            try {
                for (int sent = 0; sent < rounds; sent++) {
                    while (mayBeSent.getAcquire() <= sent) {
                        Thread.onSpinWait();
                        if (sent % 5 == 0) {
                            Thread.yield();
                        }
                    }
                    one.clear();
                    peer.write(one);
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void cancellingWhatIsOverChangesNothing() throws Exception {
        File file =
                loop.openFile(Files.writeString(folder.resolve("f"), "text")).await();
        CompletableFuture<Integer> read = file.read(Buffer.allocate(8), 0).future();
        assertThat(read.get()).isEqualTo(4);
        assertThat(read.cancel(true)).isFalse();
        assertThat(read.get()).isEqualTo(4);
    }

    @Test
    void whatCannotBeCancelledAnyMoreTellsItsResult() throws Exception {
        File file = loop.openFile(Files.write(folder.resolve("f"), new byte[1 << 16]))
                .await();
        for (int i = 0; i < 200; i++) {
            Buffer buffer = Buffer.allocate(1 << 16);
            CompletableFuture<Integer> read = file.read(buffer, 0).future();
            read.cancel(true);
            int bytes =
                    read.handle((count, error) -> error == null ? count : -1).get();
            assertThat(bytes).isIn(-1, 1 << 16);
            assertThat(buffer.isInFlight()).isFalse();
        }
    }

    @Test
    void aTicketOfATransferThatIsOverDoesNotCancelTheNext() throws Exception {
        Pair pair = connected();
        long[] ticket = {0};
        CompletableFuture<Integer> first = new CompletableFuture<>();
        onLoop(() ->
                ticket[0] = pair.server().receive(Buffer.allocate(8)).start((bytes, error) -> first.complete(bytes)));
        send(pair.client(), "x");
        assertThat(first.get()).isOne();
        CompletableFuture<Integer> second = new CompletableFuture<>();
        assertThat(onLoop(() -> {
                    pair.server().receive(Buffer.allocate(8)).start((bytes, error) -> second.complete(bytes));
                    return loop.cancel(ticket[0]);
                }))
                .isFalse();
        send(pair.client(), "yy");
        assertThat(second.get()).isEqualTo(2);
    }
}

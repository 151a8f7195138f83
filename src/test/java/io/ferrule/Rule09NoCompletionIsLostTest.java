package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Rule 9: a completion is never lost to overflow, and overflow is visible as a counter. Here the completion queue has eight entries. */
class Rule09NoCompletionIsLostTest extends LoopContract {
    private static final int CONNECTIONS = 60;

    @Override
    LoopOptions options() {
        return super.options().entries(2);
    }

    @Test
    void whatCompletesWhileTheLoopIsBusyIsAllDelivered() throws Exception {
        Listener listener = listener();
        List<Pair> pairs = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            pairs.add(connected(listener));
        }
        List<Future<Integer>> receives = new ArrayList<>();
        for (Pair each : pairs) {
            receives.add(each.server().receive(Buffer.allocate(8)).future());
        }
        settle();
        try (Loop other = Loop.start(super.options().entries(64))) {
            List<Connection> clients = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                clients.add(other.connect(listener.localAddress()).await());
            }
            CountDownLatch sent = new CountDownLatch(1);
            List<Future<?>> accepts = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                Connection accepted = listener.accept().await();
                accepts.add(accepted.receive(Buffer.allocate(8)).future());
            }
            settle();
            loop.execute(() -> {
                try {
                    sent.await(); // the loop is busy, and all of it completes meanwhile
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            for (Connection each : clients) {
                send(each, "x");
            }
            sent.countDown();
            for (Future<?> each : accepts) {
                assertThat(each.get()).isEqualTo(1);
            }
        }
        for (Pair each : pairs) {
            send(each.client(), "y");
        }
        for (Future<Integer> each : receives) {
            assertThat(each.get()).isOne();
        }
        assertThat(loop.counters().inFlight()).isZero();
        if (driver.equals("uring")) {
            assertThat(onLoop(() -> loop.counters().overflows()))
                    .as("completions that the kernel had to keep")
                    .isPositive();
        }
    }
}

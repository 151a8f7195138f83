package io.ferrule;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A subscription that is paused brings nothing, and nothing is lost meanwhile. */
class SubscriptionPauseTest extends LoopContract {
    /** More than the kernel keeps for a connection on its way. */
    private static final int MUCH = 16 << 20;

    /** What comes, as text; each lease is closed at once. On the loop's thread. */
    private static class Received implements StreamCallback<Lease> {
        final StringBuffer text = new StringBuffer();
        final CompletableFuture<StreamEnd> end = new CompletableFuture<>();

        @Override
        public void next(@Nullable Lease lease, @Nullable StreamEnd why) {
            if (lease != null) {
                text.append(lease.getString(0, lease.length(), UTF_8));
                lease.close();
            } else {
                end.complete(why);
            }
        }

        /** Waits until all of it has come. */
        void await(String expected) {
            while (text.length() < expected.length()) {
                Thread.onSpinWait();
            }
            assertThat(text.toString()).isEqualTo(expected);
        }
    }

    /** Returns when the kernel has been told. */
    private void pause(Subscription subscription) throws Exception {
        subscription.pause();
        while (!onLoop(subscription::isResting)) {
            Thread.onSpinWait();
        }
    }

    private static void end(Connection connection) throws IOException {
        connection.shutdownOutput().await();
    }

    // ---- what comes meanwhile ----

    @Test
    void whatIsSentDuringAPauseComesAfterIt() throws Exception {
        Pair pair = connected();
        Received received = new Received();
        Subscription all = pair.server().receiveAll(loop.leases(4, 64), received);
        send(pair.client(), "before");
        received.await("before");
        pause(all);
        send(pair.client(), " meanwhile");
        settle();
        received.await("before");
        all.resume();
        received.await("before meanwhile");
        send(pair.client(), " after");
        received.await("before meanwhile after");
    }

    @Test
    void theEndOfTheStreamDuringAPauseComesAfterItAndTheRestBefore() throws Exception {
        Pair pair = connected();
        Received received = new Received();
        Subscription all = pair.server().receiveAll(loop.leases(4, 64), received);
        pause(all);
        send(pair.client(), "rest");
        end(pair.client());
        settle();
        assertThat(received.end).isNotDone();
        all.resume();
        assertThat(received.end.get().isEndOfStream()).isTrue();
        assertThat(received.text.toString()).isEqualTo("rest");
    }

    @Test
    void connectionsThatAreMadeDuringAPauseAreAcceptedAfterIt() throws Exception {
        Listener listener = listener();
        List<Connection> accepted = new ArrayList<>();
        CompletableFuture<Void> three = new CompletableFuture<>();
        Subscription all = listener.acceptAll((connection, why) -> {
            accepted.add(connection);
            if (accepted.size() == 3) {
                three.complete(null);
            }
        });
        loop.connect(listener.localAddress()).await();
        pause(all);
        int before = onLoop(accepted::size);
        loop.connect(listener.localAddress()).await();
        loop.connect(listener.localAddress()).await();
        settle();
        assertThat(onLoop(accepted::size)).isEqualTo(before).isLessThanOrEqualTo(1);
        all.resume();
        three.get();
    }

    @Test
    void duringAPauseOthersMayReceive() throws Exception {
        Pair pair = connected();
        Received received = new Received();
        Subscription all = pair.server().receiveAll(loop.leases(4, 64), received);
        pause(all);
        assertReaches(pair.client(), pair.server());
        all.resume();
        send(pair.client(), "again");
        received.await("again");
    }

    @Test
    void whoSendsToOneThatIsPausedHasToWait() throws Exception {
        Pair pair = connected();
        long[] come = {0};
        CompletableFuture<StreamEnd> end = new CompletableFuture<>();
        Subscription all = pair.server().receiveAll(loop.leases(4, 1 << 16), (lease, why) -> {
            if (lease != null) {
                come[0] += lease.length();
                lease.close();
            } else {
                end.complete(why);
            }
        });
        pause(all);
        Buffer much = Buffer.allocate(MUCH);
        CompletableFuture<Integer> sent = pair.client().sendFully(much, 0, MUCH).future();
        settle();
        assertThat(sent).isNotDone();
        all.resume();
        assertThat(sent.get()).isEqualTo(MUCH);
        end(pair.client());
        assertThat(end.get().isEndOfStream()).isTrue();
        assertThat(onLoop(() -> come[0])).isEqualTo(MUCH);
    }

    // ---- many ----

    @Test
    void nothingIsLostWhenEachPieceIsFollowedByAPause() throws Exception {
        Pair pair = connected();
        CompletableFuture<Subscription> all = new CompletableFuture<>();
        Received received = new Received() {
            @Override
            public void next(@Nullable Lease lease, @Nullable StreamEnd why) {
                super.next(lease, why);
                if (lease != null) {
                    all.join().pause();
                    loop.post(() -> all.join().resume());
                }
            }
        };
        all.complete(pair.server().receiveAll(loop.leases(2, 16), received));
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            String piece = "piece " + i + ";";
            expected.append(piece);
            send(pair.client(), piece);
        }
        end(pair.client());
        assertThat(received.end.get().isEndOfStream()).isTrue();
        assertThat(received.text.toString()).isEqualTo(expected.toString());
    }

    @Test
    void nothingIsLostWhenAnotherThreadPausesAndResumesAtRandom() throws Exception {
        Pair pair = connected();
        Received received = new Received();
        Subscription all = pair.server().receiveAll(loop.leases(2, 64), received);
        AtomicBoolean isSent = new AtomicBoolean();
        Thread other = Thread.ofPlatform().daemon().start(() -> {
            while (!isSent.get()) {
                all.pause();
                for (int i = ThreadLocalRandom.current().nextInt(2_000); i > 0; i--) {
                    Thread.onSpinWait();
                }
                all.resume();
                Thread.yield();
            }
        });
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            String piece = "piece " + i + ";";
            expected.append(piece);
            send(pair.client(), piece);
        }
        isSent.set(true); // otherwise the rest comes when chance has it
        end(pair.client());
        assertThat(received.end.get().isEndOfStream()).isTrue();
        assertThat(received.text.toString()).isEqualTo(expected.toString());
        other.join();
    }

    @Test
    void pausingAndResumingInOneCallbackChangesNothing() throws Exception {
        Pair pair = connected();
        CompletableFuture<Subscription> all = new CompletableFuture<>();
        Received received = new Received() {
            @Override
            public void next(@Nullable Lease lease, @Nullable StreamEnd why) {
                super.next(lease, why);
                all.join().pause();
                all.join().resume();
                all.join().pause();
                all.join().resume();
            }
        };
        all.complete(pair.server().receiveAll(loop.leases(2, 16), received));
        send(pair.client(), "x".repeat(1000));
        end(pair.client());
        assertThat(received.end.get().isEndOfStream()).isTrue();
        assertThat(received.text).hasSize(1000);
    }

    @Test
    void aPauseThatComesBeforeTheLoopHasBegunItCounts() throws Exception {
        Pair pair = connected();
        BufferLeases leases = loop.leases(4, 64);
        Received received = new Received();
        Subscription all = onLoop(() -> {
            CompletableFuture<Subscription> begun = new CompletableFuture<>();
            Thread.ofPlatform()
                    .start(() -> begun.complete(pair.server().receiveAll(leases, received)))
                    .join();
            begun.join().pause();
            return begun.join();
        });
        pause(all);
        send(pair.client(), "text");
        settle();
        assertThat(received.text).isEmpty();
        all.resume();
        received.await("text");
    }

    // ---- ends ----

    @Test
    void oneThatIsPausedCanBeCancelled() throws Exception {
        Received received = new Received();
        Subscription all = connected().server().receiveAll(loop.leases(4, 64), received);
        pause(all);
        all.cancel();
        assertThat(received.end.get().reason()).isEqualTo(StreamEnd.Reason.CANCELLED);
        all.resume();
        all.pause();
        settle();
        assertThat(all.isOver()).isTrue();
    }

    @Test
    void oneThatIsCancelledRightAfterAPauseEndsOnce() throws Exception {
        int[] ends = {0};
        Subscription all = connected().server().receiveAll(loop.leases(4, 64), (lease, why) -> ends[0]++);
        onLoop(() -> {
            all.pause();
            all.cancel();
            all.resume();
            return null;
        });
        while (!all.isOver()) {
            Thread.onSpinWait();
        }
        settle();
        assertThat(onLoop(() -> ends[0])).isOne();
        assertThat(all.end().reason()).isEqualTo(StreamEnd.Reason.CANCELLED);
    }

    @Test
    void closingTheConnectionEndsOneThatIsPaused() throws Exception {
        Pair pair = connected();
        Received received = new Received();
        pause(pair.server().receiveAll(loop.leases(4, 64), received));
        pair.server().close();
        assertThat(received.end.get().reason()).isEqualTo(StreamEnd.Reason.CLOSED);
    }

    @Test
    void closingTheLoopEndsOneThatIsPaused() throws Exception {
        Received received = new Received();
        Subscription all = connected().server().receiveAll(loop.leases(4, 64), received);
        pause(all);
        loop.close();
        assertThat(received.end.get().reason()).isEqualTo(StreamEnd.Reason.CLOSED);
        all.resume();
        all.pause();
    }

    // ---- leases ----

    @Test
    void oneThatIsPausedDoesNotKeepALeaseFromOthers() throws Exception {
        BufferLeases one = loop.leases(1, 64);
        Pair first = connected();
        Pair second = connected();
        CompletableFuture<Lease> held = new CompletableFuture<>();
        Received ofFirst = new Received() {
            @Override
            public void next(@Nullable Lease lease, @Nullable StreamEnd why) {
                if (!held.complete(lease)) {
                    super.next(lease, why);
                }
            }
        };
        Received ofSecond = new Received();
        Subscription all = first.server().receiveAll(one, ofFirst);
        send(first.client(), "held");
        Lease lease = held.get();
        send(first.client(), "waits");
        while (!onLoop(all::isResting)) { // for a lease
            Thread.onSpinWait();
        }
        second.server().receiveAll(one, ofSecond);
        send(second.client(), "goes on");
        settle();
        pause(all);
        lease.close();
        ofSecond.await("goes on");
        settle();
        assertThat(ofFirst.text).isEmpty();
        all.resume();
        ofFirst.await("waits");
    }

    @Test
    void oneThatWaitsForALeaseWhenItsPauseIsOverGetsIt() throws Exception {
        BufferLeases one = loop.leases(1, 64);
        Pair pair = connected();
        CompletableFuture<Lease> held = new CompletableFuture<>();
        Received received = new Received() {
            @Override
            public void next(@Nullable Lease lease, @Nullable StreamEnd why) {
                if (!held.complete(lease)) {
                    super.next(lease, why);
                }
            }
        };
        Subscription all = pair.server().receiveAll(one, received);
        send(pair.client(), "held");
        Lease lease = held.get();
        send(pair.client(), "later");
        settle();
        pause(all);
        all.resume();
        settle();
        lease.close();
        received.await("later");
    }

    @Test
    void aPauseIsNotCountedAsAnEndOfTheKernels() throws Exception {
        Received received = new Received();
        Pair pair = connected();
        Subscription all = pair.server().receiveAll(loop.leases(4, 64), received);
        pause(all);
        all.resume();
        send(pair.client(), "text");
        received.await("text");
        assertThat(loop.counters().rearmed()).isZero();
    }
}

package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.ferrule.testing.Allocation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;

/** Several loops, and what they tell each other. */
@EveryDriver
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoopGroupTest {
    @Parameter
    String driver;

    private LoopGroup group;

    @BeforeEach
    void start() throws IOException {
        group = LoopGroup.start(3, LoopOptions.defaults().driver(driver));
    }

    @AfterEach
    void close() {
        group.close();
    }

    @Test
    void eachLoopHasAThreadOfItsOwn() throws Exception {
        List<Thread> threads = new ArrayList<>();
        for (Loop loop : group) {
            threads.add(LoopContract.on(loop, Thread::currentThread));
        }
        assertThat(threads).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void theyTakeTurns() {
        assertThat(List.of(group.next(), group.next(), group.next(), group.next()))
                .containsExactly(group.get(0), group.get(1), group.get(2), group.get(0));
        assertThat(group.size()).isEqualTo(3);
    }

    @Test
    void closesAll() {
        group.close();
        group.close();
        assertThat(group).allSatisfy(loop -> assertThat(loop.toString()).contains("closed"));
    }

    @Test
    void isNotClosedWithinACallback() throws Exception {
        LoopContract.on(group.get(1), () -> assertThatIllegalStateException().isThrownBy(group::close));
        assertThat(group).noneSatisfy(loop -> assertThat(loop.toString()).contains("closed"));
    }

    @Test
    void hasOneLoopOrMore() {
        assertThatIllegalArgumentException().isThrownBy(() -> LoopGroup.start(0, LoopOptions.defaults()));
    }

    @Test
    void listenersWithOneAddressShareItsConnections() throws Exception {
        Drivers.need(driver, Drivers.Feature.SOCKETS);
        ListenOptions shared = ListenOptions.defaults().reusePort(true);
        Listener first = group.get(0).listen(LoopContract.LOOPBACK, shared).await();
        List<Listener> listeners = new ArrayList<>(List.of(first));
        for (int i = 1; i < group.size(); i++) {
            listeners.add(group.get(i).listen(first.localAddress(), shared).await());
        }
        int connections = 30;
        Set<Loop> used = java.util.concurrent.ConcurrentHashMap.newKeySet();
        CountDownLatch accepted = new CountDownLatch(connections);
        for (Listener listener : listeners) {
            Thread.startVirtualThread(() -> {
                try {
                    for (; ; ) {
                        used.add(listener.accept().await().loop());
                        accepted.countDown();
                    }
                } catch (IOException | IllegalStateException e) {
                    // the group has closed
                }
            });
        }
        for (int i = 0; i < connections; i++) {
            group.next().connect(first.localAddress()).await();
        }
        accepted.await();
        assertThat(used).hasSizeGreaterThan(1);
    }

    @Test
    void aCommandOfOneLoopRunsOnAnother() throws Exception {
        CompletableFuture<Thread> there = new CompletableFuture<>();
        group.get(0).execute(() -> group.get(1).execute(() -> there.complete(Thread.currentThread())));
        assertThat(there.get()).isSameAs(LoopContract.on(group.get(1), Thread::currentThread));
    }

    // ---- messages ----

    /** Goes round the group, and counts. */
    private final class Round extends Message {
        private final CompletableFuture<Integer> over = new CompletableFuture<>();
        private final int rounds;
        private int arrivals;

        Round(int rounds) {
            this.rounds = rounds;
        }

        @Override
        protected void arrivedAt(Loop loop) {
            assertThat(loop).isSameAs(group.get(arrivals % 3));
            if (++arrivals == rounds) {
                over.complete(arrivals);
            } else {
                group.get(arrivals % 3).post(this);
            }
        }
    }

    @Test
    void aMessageGoesFromLoopToLoop() throws Exception {
        Round round = new Round(3_000);
        group.get(0).post(round);
        assertThat(round.over.get()).isEqualTo(3_000);
        assertThat(round.isUnderway()).isFalse();
    }

    @Test
    void aMessageIsUnderwayOnce() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch arrived = new CountDownLatch(1);
        group.get(0).post(() -> {
            try {
                go.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Message message = new Message() {
            @Override
            protected void arrivedAt(Loop loop) {
                arrived.countDown();
            }
        };
        group.get(0).post(message);
        assertThat(message.isUnderway()).isTrue();
        assertThatIllegalStateException()
                .isThrownBy(() -> group.get(1).post(message))
                .withMessageContaining("underway");
        go.countDown();
        arrived.await();
        group.get(1).post(message);
    }

    @Test
    void whatAMessageThrowsGoesToTheHandler() throws Exception {
        LinkedBlockingQueue<Throwable> caught = new LinkedBlockingQueue<>();
        LoopContract.on(group.get(0), () -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> caught.add(e));
            return null;
        });
        group.get(0).post(new Message() {
            @Override
            protected void arrivedAt(Loop loop) {
                throw new IllegalStateException("bad news");
            }
        });
        assertThat(caught.take()).hasMessage("bad news");
    }

    @Test
    void messagesArriveOrAreLostWhenALoopCloses() throws Exception {
        for (int run = 0; run < 20; run++) {
            AtomicInteger told = new AtomicInteger();
            AtomicInteger posted = new AtomicInteger();
            Loop closing = Loop.start(LoopOptions.defaults().driver(driver));
            Thread posting = Thread.ofPlatform().start(() -> {
                try {
                    for (; ; ) {
                        Message message = new Message() {
                            @Override
                            protected void arrivedAt(Loop loop) {
                                told.incrementAndGet();
                            }

                            @Override
                            protected void lost() {
                                told.incrementAndGet();
                            }
                        };
                        closing.post(message);
                        posted.incrementAndGet();
                    }
                } catch (IllegalStateException e) {
                    // closed
                }
            });
            while (posted.get() < 100) {
                Thread.onSpinWait();
            }
            closing.close();
            posting.join();
            assertThat(told).hasValue(posted.get());
        }
    }

    @Test
    void postingAMessageAllocatesNothing() throws Exception {
        AtomicInteger arrivals = new AtomicInteger();
        Message message = new Message() {
            @Override
            protected void arrivedAt(Loop loop) {
                arrivals.incrementAndGet();
            }
        };
        Loop loop = group.get(0);
        Allocation.assertNone(10_000, () -> {
            while (message.isUnderway()) {
                Thread.yield();
            }
            loop.post(message);
        });
        assertThat(arrivals.get()).isPositive();
    }
}

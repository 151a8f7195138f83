package io.ferrule.epoll;

import static io.ferrule.epoll.Epoll.EPOLLIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.testing.Allocation;
import io.ferrule.testing.Pipe;
import io.ferrule.testing.Waiting;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long a wait lasts, and what ends it. */
@Timeout(60)
class EpollWaitTest {
    /** Long enough for any machine, and yet an end: a wait that nothing ends makes a test fail, not hang. */
    private static final long LONG = 20_000_000_000L;

    @AutoClose
    private final Epoll epoll = Epoll.open();

    @AutoClose
    private final Pipe pipe = Pipe.nonBlocking();

    EpollWaitTest() throws IOException {}

    @Test
    void aTimeoutOfZeroOnlyLooks() throws IOException {
        epoll.add(pipe.reader(), EPOLLIN, null);
        assertThat(epoll.await(0)).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 100_000, 1_500_000, 20_000_000})
    void aTimeoutDoesNotEndBeforeItsTime(long nanos) throws IOException {
        long start = System.nanoTime();
        assertThat(epoll.await(nanos)).isZero();
        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(nanos);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, 0, 1, LONG, Long.MAX_VALUE})
    void whatIsReadyIsReportedWhateverTheTimeout(long nanos) throws IOException {
        epoll.add(pipe.reader(), EPOLLIN, null);
        pipe.write("x");
        assertThat(epoll.await(nanos)).isEqualTo(1);
    }

    @Test
    void anEventThatComesDuringTheWaitEndsIt() throws Exception {
        epoll.add(pipe.reader(), EPOLLIN, null);
        Thread writer = onceThisThreadWaits(() -> pipe.write("x"));
        assertThat(epoll.await(LONG)).isEqualTo(1);
        writer.join();
    }

    // ---- wake-ups ----

    @Test
    void aWakeUpEndsTheWaitThatIsUnderWay() throws Exception {
        Thread waker = onceThisThreadWaits(epoll::wakeUp);
        assertThat(endsBeforeItsTime(LONG)).isTrue();
        waker.join();
    }

    @Test
    void aWakeUpBeforeTheWaitEndsTheNextOne() throws IOException {
        epoll.wakeUp();
        assertThat(endsBeforeItsTime(LONG)).isTrue();
    }

    @Test
    void aWakeUpAloneIsNoEvent() throws IOException {
        epoll.wakeUp();
        assertThat(epoll.await(LONG)).isZero();
        assertThat(epoll.next()).isFalse();
        assertThat(epoll.staleEvents()).isZero();
    }

    @Test
    void manyWakeUpsEndOneWaitAndNotTheNext() throws IOException {
        for (int i = 0; i < 1000; i++) {
            epoll.wakeUp();
        }
        assertThat(endsBeforeItsTime(LONG)).isTrue();
        assertThat(endsBeforeItsTime(1_000_000)).isFalse();
    }

    @Test
    void aWakeUpAfterOneThatWasSeenEndsAWaitAgain() throws IOException {
        for (int i = 0; i < 100; i++) {
            epoll.wakeUp();
            assertThat(endsBeforeItsTime(LONG)).isTrue();
        }
    }

    @Test
    void aWakeUpBesideAnEventLeavesTheEvent() throws IOException {
        epoll.add(pipe.reader(), EPOLLIN, null);
        pipe.write("x");
        epoll.wakeUp();
        assertThat(epoll.await(LONG)).isEqualTo(1);
        assertThat(epoll.next()).isTrue();
        assertThat(epoll.registration().fd()).isSameAs(pipe.reader());
        assertThat(epoll.next()).isFalse();
    }

    @Test
    void aWakeUpIsSeenThoughAWaitTakesOneEventAndAnotherIsReadyAllTheTime() throws IOException {
        try (Epoll small = Epoll.open(1)) {
            small.add(pipe.reader(), EPOLLIN, null);
            pipe.write("x");
            small.wakeUp();
            // The kernel goes round: one of two waits sees it.
            assertThat(List.of(small.await(LONG), small.await(LONG))).containsExactlyInAnyOrder(0, 1);
        }
    }

    @Test
    void aWakeUpAfterCloseDoesNothing() throws IOException {
        Epoll closed = Epoll.open();
        closed.close();
        closed.wakeUp();
        assertThat(epoll.await(0)).isZero();
    }

    @Test
    void aWakeUpThatMeetsCloseWritesToNobodyElsesDescriptor() throws Exception {
        for (int round = 0; round < 200; round++) {
            Epoll closing = Epoll.open();
            Thread waker = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 100; i++) {
                    closing.wakeUp();
                }
            });
            closing.close();
            // These get the numbers just closed: a late write would go to one of them.
            try (Pipe sockets = Pipe.sockets()) {
                waker.join();
                epoll.add(sockets.reader(), EPOLLIN, null);
                epoll.add(sockets.writer(), EPOLLIN, null);
                assertThat(epoll.await(0)).isZero();
            }
        }
    }

    @Test
    void noMessageIsMissedThatWasQueuedBeforeAWakeUp() throws Exception {
        int producers = 2;
        int each = 50_000;
        Queue<Integer> queue = new ConcurrentLinkedQueue<>();
        Thread[] threads = new Thread[producers];
        for (int p = 0; p < producers; p++) {
            threads[p] = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) {
                    queue.add(i);
                    epoll.wakeUp();
                }
            });
        }
        int received = 0;
        while (received < producers * each) {
            // A lost wake-up is a wait that only its time ends.
            assertThat(endsBeforeItsTime(LONG))
                    .as("after %d messages", received)
                    .isTrue();
            while (queue.poll() != null) {
                received++;
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(queue).isEmpty();
    }

    // ---- allocation ----

    @Test
    void waitingAndReadingEventsAllocatesNothing() throws Exception {
        epoll.add(pipe.reader(), EPOLLIN, null);
        pipe.write("x");
        long[] seen = {0, 0};
        Allocation.assertNone(100_000, () -> {
            seen[0]++;
            epoll.await(1_000_000);
            while (epoll.next()) {
                seen[1] += epoll.events() & epoll.registration().events();
            }
        });
        assertThat(seen[1]).isEqualTo(seen[0] * EPOLLIN);
    }

    @Test
    void wakingUpAllocatesNothing() throws Exception {
        Allocation.assertNone(100_000, () -> {
            epoll.wakeUp();
            if (!endsBeforeItsTime(LONG)) {
                throw new AssertionError("not woken");
            }
        });
    }

    /** Whether something else than its time ended a wait that brought no event. */
    private boolean endsBeforeItsTime(long nanos) throws IOException {
        long start = System.nanoTime();
        if (epoll.await(nanos) != 0) {
            throw new AssertionError("there was an event");
        }
        return System.nanoTime() - start < nanos;
    }

    private interface Action {
        void run() throws IOException;
    }

    /** Starts a thread that does something once this one waits. */
    private static Thread onceThisThreadWaits(Action action) {
        Thread waiter = Thread.currentThread();
        return Thread.ofPlatform().start(() -> {
            Waiting.untilInSystemCallOf(Epoll.class, waiter);
            try {
                action.run();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }
}

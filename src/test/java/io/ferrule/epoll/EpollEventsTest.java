package io.ferrule.epoll;

import static io.ferrule.epoll.Epoll.EPOLLERR;
import static io.ferrule.epoll.Epoll.EPOLLET;
import static io.ferrule.epoll.Epoll.EPOLLEXCLUSIVE;
import static io.ferrule.epoll.Epoll.EPOLLHUP;
import static io.ferrule.epoll.Epoll.EPOLLIN;
import static io.ferrule.epoll.Epoll.EPOLLONESHOT;
import static io.ferrule.epoll.Epoll.EPOLLOUT;
import static io.ferrule.epoll.Epoll.EPOLLPRI;
import static io.ferrule.epoll.Epoll.EPOLLRDHUP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.ferrule.sys.Fd;
import io.ferrule.testing.Pipe;
import io.ferrule.testing.Waiting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is reported, and how often. */
@Timeout(60)
class EpollEventsTest {
    @AutoClose
    private final Epoll epoll = Epoll.open();

    @AutoClose
    private final Pipe pipe = Pipe.nonBlocking();

    EpollEventsTest() throws IOException {}

    @Test
    void aReaderIsReportedWhenThereIsSomethingToRead() throws IOException {
        Registration registration = epoll.add(pipe.reader(), EPOLLIN, null);
        assertThat(epoll.await(0)).isZero();
        pipe.write("x");
        assertThat(epoll.await(0)).isEqualTo(1);
        assertThat(epoll.next()).isTrue();
        assertThat(epoll.registration()).isSameAs(registration);
        assertThat(epoll.events()).isEqualTo(EPOLLIN);
        assertThat(epoll.next()).isFalse();
    }

    @Test
    void aWriterIsReportedWhenThereIsRoom() throws IOException {
        epoll.add(pipe.writer(), EPOLLOUT, null);
        assertThat(events()).containsExactly(EPOLLOUT);
        pipe.write("x".repeat(1 << 16)); // a pipe's usual size
        assertThat(events()).isEmpty();
        pipe.read();
        assertThat(events()).containsExactly(EPOLLOUT);
    }

    @Test
    void readingAndWritingOfASocketAreOneEvent() throws IOException {
        try (Pipe sockets = Pipe.sockets()) {
            epoll.add(sockets.reader(), EPOLLIN | EPOLLOUT, null);
            sockets.write("x");
            assertThat(events()).containsExactly(EPOLLIN | EPOLLOUT);
        }
    }

    @Test
    void onlyWhatIsAwaitedIsReported() throws IOException {
        epoll.add(pipe.reader(), EPOLLPRI, null);
        pipe.write("x");
        assertThat(events()).isEmpty();
    }

    @Test
    void anErrorIsReportedUnasked() throws IOException {
        epoll.add(pipe.writer(), 0, null);
        pipe.reader().close();
        assertThat(events()).containsExactly(EPOLLERR);
    }

    // ---- how often ----

    @Test
    void levelTriggeredIsReportedWhileItIsSo() throws IOException {
        epoll.add(pipe.reader(), EPOLLIN, null);
        pipe.write("xy");
        assertThat(events()).containsExactly(EPOLLIN);
        assertThat(events()).containsExactly(EPOLLIN);
        pipe.read();
        assertThat(events()).isEmpty();
    }

    @Test
    void edgeTriggeredIsReportedOnceUntilSomethingNewArrives() throws IOException {
        epoll.add(pipe.reader(), EPOLLIN | EPOLLET, null);
        pipe.write("x");
        assertThat(events()).containsExactly(EPOLLIN);
        assertThat(events()).isEmpty();
        pipe.write("y");
        assertThat(events()).containsExactly(EPOLLIN);
    }

    @Test
    void edgeTriggeredReportsWhatWasThereBeforeTheRegistration() throws IOException {
        pipe.write("x");
        epoll.add(pipe.reader(), EPOLLIN | EPOLLET, null);
        assertThat(events()).containsExactly(EPOLLIN);
    }

    @Test
    void oneShotIsReportedOnceUntilItIsModified() throws IOException {
        Registration registration = epoll.add(pipe.reader(), EPOLLIN | EPOLLONESHOT, null);
        pipe.write("x");
        assertThat(events()).containsExactly(EPOLLIN);
        pipe.write("y");
        assertThat(events()).isEmpty();
        registration.modify(EPOLLIN | EPOLLONESHOT);
        assertThat(events()).containsExactly(EPOLLIN);
        assertThat(events()).isEmpty();
    }

    // ---- exclusive ----

    @Test
    void exclusiveIsReportedLikeAnyOther() throws IOException {
        epoll.add(pipe.reader(), EPOLLIN | EPOLLEXCLUSIVE, null);
        pipe.write("x");
        assertThat(events()).containsExactly(EPOLLIN);
    }

    @ParameterizedTest
    @ValueSource(ints = {EPOLLONESHOT, EPOLLRDHUP, EPOLLPRI})
    void exclusiveIsRefusedBesideWhatTheKernelDoesNotTakeWithIt(int other) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> epoll.add(pipe.reader(), EPOLLIN | EPOLLEXCLUSIVE | other, null))
                .withMessageStartingWith("EPOLLEXCLUSIVE goes with");
        assertThat(epoll.size()).isZero();
    }

    @Test
    void anExclusiveRegistrationCannotBeModified() throws IOException {
        Registration registration = epoll.add(pipe.reader(), EPOLLIN | EPOLLEXCLUSIVE, null);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registration.modify(EPOLLIN))
                .withMessageContaining("delete it and add it again");
    }

    @Test
    void aRegistrationCannotBeMadeExclusiveByModifying() throws IOException {
        Registration registration = epoll.add(pipe.reader(), EPOLLIN, null);
        assertThatIllegalArgumentException().isThrownBy(() -> registration.modify(EPOLLIN | EPOLLEXCLUSIVE));
        assertThat(registration.events()).isEqualTo(EPOLLIN);
    }

    @Test
    void exclusiveWakesAtLeastOneOfTheListsThatWait() throws Exception {
        AtomicInteger reported = new AtomicInteger();
        CountDownLatch first = new CountDownLatch(1);
        AtomicReferenceArray<Epoll> lists = new AtomicReferenceArray<>(2);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < lists.length(); i++) {
            int index = i;
            threads.add(Thread.ofPlatform().daemon().start(() -> {
                try (Epoll own = Epoll.open()) {
                    own.add(pipe.reader(), EPOLLIN | EPOLLEXCLUSIVE, null);
                    lists.set(index, own);
                    if (own.await(-1) > 0) {
                        reported.incrementAndGet();
                        first.countDown();
                    }
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        for (int i = 0; i < lists.length(); i++) {
            while (lists.get(i) == null) {
                Thread.onSpinWait();
            }
            Waiting.untilInSystemCallOf(Epoll.class, threads.get(i));
        }
        pipe.write("x");
        assertThat(first.await(20, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < lists.length(); i++) {
            lists.get(i).wakeUp();
            threads.get(i).join();
        }
        assertThat(reported.get()).isBetween(1, 2);
    }

    // ---- the end of a stream ----

    @Test
    void whatWasWrittenBeforeAHangUpIsReadFirst() throws IOException {
        epoll.add(pipe.reader(), EPOLLIN, null);
        pipe.write("last words");
        pipe.writer().close();
        assertThat(events()).containsExactly(EPOLLIN | EPOLLHUP);
        assertThat(pipe.read()).isEqualTo("last words");
        assertThat(events()).containsExactly(EPOLLHUP);
        assertThat(pipe.read()).as("the end of the stream").isNull();
    }

    @Test
    void whatASocketSentBeforeItsEndIsReadFirst() throws IOException {
        try (Pipe sockets = Pipe.sockets()) {
            epoll.add(sockets.reader(), EPOLLIN | EPOLLRDHUP, null);
            sockets.write("last words");
            sockets.writer().close();
            assertThat(events()).containsExactly(EPOLLIN | EPOLLRDHUP | EPOLLHUP);
            assertThat(sockets.read()).isEqualTo("last words");
            assertThat(sockets.read()).as("the end of the stream").isNull();
        }
    }

    @Test
    void edgeTriggeredDataAndHangUpInOneEventAreReadToTheEnd() throws IOException {
        epoll.add(pipe.reader(), EPOLLIN | EPOLLRDHUP | EPOLLET, null);
        pipe.write("last words");
        pipe.writer().close();
        assertThat(events()).containsExactly(EPOLLIN | EPOLLHUP);
        assertThat(events()).as("no second event comes").isEmpty();
        assertThat(pipe.read()).isEqualTo("last words");
        assertThat(pipe.read()).as("the end of the stream").isNull();
    }

    // ---- more events than one wait takes ----

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 256})
    void moreReadyDescriptorsThanAWaitTakesComeWithTheNextWaitsEachOnce(int batch) throws IOException {
        int descriptors = 50;
        List<Fd> readers = new ArrayList<>();
        try (Epoll small = Epoll.open(batch)) {
            pipe.write("x");
            for (int i = 0; i < descriptors; i++) {
                readers.add(Pipe.duplicate(pipe.reader()));
                small.add(readers.get(i), EPOLLIN | EPOLLONESHOT, i);
            }
            Set<Object> seen = new HashSet<>();
            int waits = 0;
            for (int ready = small.await(0); ready > 0; ready = small.await(0)) {
                assertThat(ready).isLessThanOrEqualTo(batch);
                waits++;
                while (small.next()) {
                    assertThat(seen.add(small.registration().attachment()))
                            .as("once")
                            .isTrue();
                }
            }
            assertThat(seen).hasSize(descriptors);
            assertThat(waits).isEqualTo(Math.ceilDiv(descriptors, batch));
        } finally {
            for (Fd reader : readers) {
                reader.close();
            }
        }
    }

    @Test
    void levelTriggeredEventsThatWereNotReadComeAgain() throws IOException {
        epoll.add(pipe.reader(), EPOLLIN, null);
        pipe.write("x");
        assertThat(epoll.await(0)).isEqualTo(1);
        assertThat(epoll.await(0)).isEqualTo(1);
        assertThat(epoll.next()).isTrue();
    }

    /** What one look at the list reports, event by event. */
    private List<Integer> events() throws IOException {
        List<Integer> events = new ArrayList<>();
        epoll.await(0);
        while (epoll.next()) {
            events.add(epoll.events());
        }
        return events;
    }
}

package io.ferrule.epoll;

import static io.ferrule.epoll.Epoll.EPOLLIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.ferrule.sys.Fd;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Used wrongly, a list says so and stays as it was. */
@Timeout(60)
class EpollMisuseTest {
    private interface Call {
        void on(Epoll epoll, Fd fd) throws IOException;
    }

    /** Every public method but those for any thread at any time. */
    private static final Map<String, Call> CALLS = Map.of(
            "add", (epoll, fd) -> epoll.add(fd, EPOLLIN, null),
            "await", (epoll, fd) -> epoll.await(0),
            "next", (epoll, fd) -> epoll.next(),
            "registration", (epoll, fd) -> epoll.registration(),
            "events", (epoll, fd) -> epoll.events(),
            "size", (epoll, fd) -> epoll.size(),
            "staleEvents", (epoll, fd) -> epoll.staleEvents(),
            "hasNanosecondTimeouts", (epoll, fd) -> epoll.hasNanosecondTimeouts(),
            "descriptor", (epoll, fd) -> epoll.descriptor());

    private static final Set<String> AT_ANY_TIME = Set.of("wakeUp", "close", "toString");

    static Set<String> calls() {
        return new TreeSet<>(CALLS.keySet());
    }

    @AutoClose
    private final Pipe pipe = Pipe.nonBlocking();

    @AutoClose
    private final Epoll epoll = Epoll.open();

    private Registration registration;

    EpollMisuseTest() throws IOException {}

    /** From here, each call would succeed. */
    @BeforeEach
    void standAtAnEvent() throws IOException {
        registration = epoll.add(pipe.reader(), EPOLLIN, null);
        pipe.write("x");
        epoll.await(0);
        epoll.next();
    }

    @Test
    void noPublicMethodIsForgottenHere() {
        Stream<Method> ours = Stream.of(Epoll.class.getDeclaredMethods())
                .filter(method ->
                        Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers()));
        assertThat(ours.map(Method::getName).filter(name -> !AT_ANY_TIME.contains(name)))
                .containsExactlyInAnyOrderElementsOf(calls());
    }

    @ParameterizedTest
    @MethodSource("calls")
    void afterCloseItIsRefused(String call) throws IOException {
        epoll.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> CALLS.get(call).on(epoll, pipe.writer()))
                .withMessage("the interest list is closed");
    }

    @ParameterizedTest
    @MethodSource("calls")
    void onAnotherThreadItIsRefusedAndBothThreadsAreNamed(String call) throws Exception {
        ThreadFactory stranger = Thread.ofPlatform().name("stranger").factory();
        assertThat(thrownOn(stranger, () -> CALLS.get(call).on(epoll, pipe.writer())))
                .isInstanceOf(WrongThreadException.class)
                .hasMessageContaining(
                        "belongs to thread \"" + Thread.currentThread().getName() + "\"")
                .hasMessageContaining("only call wakeUp()")
                .hasMessageContaining("this is \"stranger\"");
    }

    @ParameterizedTest
    @MethodSource("calls")
    void onAVirtualThreadItIsRefused(String call) throws Exception {
        ThreadFactory virtual = Thread.ofVirtual().factory();
        assertThat(thrownOn(virtual, () -> CALLS.get(call).on(epoll, pipe.writer())))
                .isInstanceOf(WrongThreadException.class);
    }

    @Test
    void anotherThreadMayNotCloseIt() throws Exception {
        assertThat(thrownOn(Thread.ofPlatform().factory(), epoll::close)).isInstanceOf(WrongThreadException.class);
        assertThat(epoll.size()).as("it is open").isEqualTo(1);
    }

    @Test
    void anotherThreadMayNotUseItsRegistrations() throws Exception {
        ThreadFactory stranger = Thread.ofPlatform().factory();
        assertThat(thrownOn(stranger, () -> registration.modify(0))).isInstanceOf(WrongThreadException.class);
        assertThat(thrownOn(stranger, registration::delete)).isInstanceOf(WrongThreadException.class);
        assertThat(registration.isActive()).isTrue();
        assertThat(registration.events()).isEqualTo(EPOLLIN);
    }

    @Test
    void aVirtualThreadMayNotOpenOne() throws Exception {
        assertThat(thrownOn(Thread.ofVirtual().factory(), Epoll::open))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("open the interest list on a platform thread");
    }

    @Test
    void aSecondCloseDoesNothing() throws IOException {
        epoll.close();
        assertThatCode(epoll::close).doesNotThrowAnyException();
    }

    @Test
    void closeEndsTheRegistrations() throws IOException {
        epoll.close();
        assertThat(registration.isActive()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> registration.modify(EPOLLIN));
        assertThatIllegalStateException().isThrownBy(registration::delete);
    }

    @Test
    void closeLeavesTheDescriptorsInItOpen() throws IOException {
        epoll.close();
        assertThat(pipe.read()).isEqualTo("x");
    }

    @Test
    void closeClosesTheListsOwnDescriptor() throws IOException {
        Fd descriptor = epoll.descriptor();
        epoll.close();
        assertThat(descriptor.isOpen()).isFalse();
    }

    @Test
    void thereIsNoEventBeforeTheFirstWait() throws IOException {
        try (Epoll fresh = Epoll.open()) {
            assertThat(fresh.next()).isFalse();
            assertThatIllegalStateException()
                    .isThrownBy(fresh::registration)
                    .withMessageStartingWith("there is no current event");
            assertThatIllegalStateException().isThrownBy(fresh::events);
        }
    }

    @Test
    void thereIsNoEventBetweenAWaitAndNext() throws IOException {
        assertThat(epoll.await(0)).isEqualTo(1);
        assertThatIllegalStateException().isThrownBy(epoll::registration);
        assertThatIllegalStateException().isThrownBy(epoll::events);
    }

    @Test
    void thereIsNoEventAfterTheLastOne() {
        assertThat(epoll.next()).isFalse();
        assertThatIllegalStateException().isThrownBy(epoll::registration);
        assertThatIllegalStateException().isThrownBy(epoll::events);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 1_048_577, Integer.MAX_VALUE})
    void aBatchOutsideItsBoundsIsRefused(int batch) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Epoll.open(batch))
                .withMessage("a wait takes 1 to 1048576 events, not " + batch);
    }

    @Test
    void saysInItsTextWhatItIs() throws IOException {
        assertThat(epoll).hasToString("interest list of 1 (" + epoll.descriptor() + ")");
        epoll.close();
        assertThat(epoll).hasToString("interest list of 0 (closed)");
    }

    private static Throwable thrownOn(ThreadFactory threads, ThrowingCallable action) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = threads.newThread(() -> thrown.set(catchThrowable(action)));
        thread.start();
        thread.join();
        return thrown.get();
    }
}

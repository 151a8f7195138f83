package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Rule 7: a loop belongs to one platform thread; another thread gets an exception that says so. */
class Rule07OneThreadTest extends LoopContract {
    @Test
    void turningTheLoopIsItsOwnThreadsBusiness() {
        Map<String, ThrowingCallable> calls = Map.of(
                "run", loop::run,
                "turn", () -> loop.turn(0),
                "nanosToNextDeadline", loop::nanosToNextDeadline,
                "descriptor", loop::descriptor,
                "cancel", () -> loop.cancel(0));
        calls.forEach((name, call) -> assertThatThrownBy(call)
                .as(name)
                .isInstanceOf(WrongThreadException.class)
                .hasMessageContaining("ferrule-loop-")
                .hasMessageContaining(Thread.currentThread().getName()));
    }

    @Test
    void aCallbackIsForTheLoopsThread() throws Exception {
        Pair pair = connected();
        Buffer buffer = Buffer.allocate(8);
        Transfer receive = pair.server().receive(buffer);
        assertThatThrownBy(() -> receive.start((bytes, error) -> {}))
                .isInstanceOf(WrongThreadException.class)
                .hasMessageContaining("use await() or future()");
        assertThatThrownBy(() -> loop.connect(LOOPBACK).start((connection, error) -> {}))
                .isInstanceOf(WrongThreadException.class);
        assertThat(buffer.isInFlight()).isFalse();
        assertReaches(pair.client(), pair.server());
    }

    @Test
    void aVirtualThreadCannotOwnALoop() throws Exception {
        FutureTask<Loop> open = new FutureTask<>(() -> Loop.open(options()));
        Thread.startVirtualThread(open).join();
        assertThatThrownBy(open::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Loop.start()");
    }

    @Test
    void anotherThreadCannotCloseALoopThatItsOwnerTurns() throws Exception {
        try (Loop own = Loop.open(options())) {
            FutureTask<Void> close = new FutureTask<>(own::close, null);
            Thread.ofPlatform().name("stranger").start(close).join();
            assertThatThrownBy(close::get)
                    .hasCauseInstanceOf(WrongThreadException.class)
                    .hasMessageContaining("stranger");
            assertThat(own.turn(0)).isFalse();
        }
    }
}

package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.testing.Descriptors;
import java.nio.channels.AsynchronousCloseException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections that go from one loop to another. */
@Needs(Drivers.Feature.SOCKETS)
class MoveTest extends LoopContract {
    private Loop other;
    private Pair pair;

    @BeforeEach
    void startOther() throws Exception {
        other = keep(Loop.start(options()));
        pair = connected();
        assertReaches(pair.client(), pair.server()); // so that the first loop's driver knows the descriptor
    }

    @Test
    void itGoesOnInTheOtherLoop() throws Exception {
        Drivers.need(driver, Drivers.Feature.FOREIGN_DESCRIPTORS);
        Connection moved = pair.server().moveTo(other).get();
        assertThat(moved.loop()).isSameAs(other);
        assertThat(pair.server().isOpen()).isFalse();
        assertReaches(pair.client(), moved);
        assertReaches(moved, pair.client());
    }

    @Test
    void itMayGoBackAndForth() throws Exception {
        Drivers.need(driver, Drivers.Feature.FOREIGN_DESCRIPTORS);
        Connection here = pair.server();
        for (int i = 0; i < 20; i++) {
            here = here.moveTo(i % 2 == 0 ? other : loop).get();
            CompletableFuture<Integer> waiting =
                    here.receive(Buffer.allocate(30)).future();
            send(pair.client(), "hello");
            assertThat(waiting.get()).isEqualTo(5);
        }
    }

    @Test
    void itGoesToADriverOfAnotherKind() throws Exception {
        Drivers.need(driver, Drivers.Feature.FOREIGN_DESCRIPTORS);
        for (String name : Drivers.names()) {
            if (!Drivers.has(name, Drivers.Feature.FOREIGN_DESCRIPTORS)) {
                continue;
            }
            Loop different = keep(Loop.start(LoopOptions.defaults().driver(name)));
            Pair another = connected();
            Connection moved = another.server().moveTo(different).get();
            CompletableFuture<Integer> waiting =
                    moved.receive(Buffer.allocate(30)).future();
            on(different, () -> null);
            send(another.client(), "hello");
            assertThat(waiting.get()).isEqualTo(5);
            assertReaches(moved, another.client());
        }
    }

    @Test
    void whereDescriptorsAreNotHandedOverItStays() throws Exception {
        for (String name : Drivers.names()) {
            Loop different = keep(Loop.start(LoopOptions.defaults().driver(name)));
            if (!Drivers.has(name, Drivers.Feature.FOREIGN_DESCRIPTORS)) {
                assertThatThrownBy(() -> pair.server().moveTo(different))
                        .isInstanceOf(UnsupportedOperationException.class);
                assertReaches(pair.client(), pair.server());
            }
        }
        assertThat(pair.server().isOpen()).isTrue();
    }

    @Test
    void aCallbackMayMoveIt() throws Exception {
        Drivers.need(driver, Drivers.Feature.FOREIGN_DESCRIPTORS);
        CompletableFuture<Connection> moved = onLoop(() -> pair.server().moveTo(other));
        assertReaches(pair.client(), moved.get());
    }

    @Test
    void whileSomethingIsInFlightItStays() throws Exception {
        Drivers.need(driver, Drivers.Feature.FOREIGN_DESCRIPTORS);
        CompletableFuture<Integer> waiting =
                pair.server().receive(Buffer.allocate(30)).future();
        settle();
        assertThatIllegalStateException()
                .isThrownBy(() -> pair.server().moveTo(other))
                .withMessageContaining("in flight")
                .withMessageContaining("cancel them, first");
        send(pair.client(), "hello");
        assertThat(waiting.get()).isEqualTo(5);
    }

    @Test
    void aLoopThatHasClosedIsRefused() throws Exception {
        other.close();
        assertThatIllegalStateException().isThrownBy(() -> pair.server().moveTo(other));
        assertReaches(pair.client(), pair.server());
    }

    @Test
    void noDescriptorIsLostToALoopThatCloses() throws Exception {
        Drivers.need(driver, Drivers.Feature.FOREIGN_DESCRIPTORS);
        Listener listener = listener();
        long before = Descriptors.openTo("socket:.*");
        for (int i = 0; i < 10; i++) {
            Loop closing = Loop.start(options());
            Pair each = connected(listener);
            Thread closer = Thread.ofPlatform().start(closing::close);
            try {
                each.server().moveTo(closing).get();
            } catch (IllegalStateException e) {
                each.server().close(); // it was closed already
            } catch (java.util.concurrent.ExecutionException e) {
                assertThat(e).cause().isInstanceOf(AsynchronousCloseException.class);
            }
            closer.join();
            each.client().close();
        }
        assertThat(Descriptors.openTo("socket:.*")).isEqualTo(before);
    }

    @Test
    void itsFormerLoopMayClose() throws Exception {
        Drivers.need(driver, Drivers.Feature.FOREIGN_DESCRIPTORS);
        Connection moved = pair.server().moveTo(other).get();
        Connection client = pair.client().moveTo(other).get();
        loop.close();
        assertReaches(client, moved);
        assertThatThrownBy(() -> pair.server().receive(Buffer.allocate(1))).isInstanceOf(IllegalStateException.class);
    }
}

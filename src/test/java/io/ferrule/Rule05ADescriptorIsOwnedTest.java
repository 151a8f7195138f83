package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule 5: closing cancels what is in flight on a descriptor, waits, then closes; a number that is used again never sees old events. */
class Rule05ADescriptorIsOwnedTest extends LoopContract {
    private static final int ROUNDS = 300;

    @TempDir
    Path folder;

    @Test
    void aConnectionWithANumberUsedAgainHearsNothingOfTheOneBefore() throws Exception {
        Listener listener = listener();
        Set<Integer> numbers = new HashSet<>();
        int reused = 0;
        Pair old = connected(listener);
        for (int round = 0; round < ROUNDS; round++) {
            numbers.add(old.server().number());
            Buffer never = Buffer.allocate(8);
            CompletableFuture<Integer> forNobody = old.server().receive(never).future();
            // The old one's events and its end are on their way at the same time.
            CompletableFuture<Void> closed = old.server().closeAsync();
            Buffer late = buffer("late");
            CompletableFuture<Integer> sent = old.client().send(late, 0, 4).future();
            closed.get();
            assertThat(forNobody).isDone();

            Pair fresh = connected(listener);
            reused += numbers.contains(fresh.server().number())
                            || numbers.contains(fresh.client().number())
                    ? 1
                    : 0;
            Buffer in = Buffer.allocate(64);
            CompletableFuture<Integer> mine = fresh.server().receive(in).future();
            sent.handle((bytes, error) -> null).get();
            old.client().close();
            send(fresh.client(), "round " + round);
            int received = mine.get();
            assertThat(in.getString(0, received, java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo("round " + round);
            fresh.client().close();
            fresh.server().close();
            old = connected(listener);
        }
        assertThat(reused).as("times a number was used again").isPositive();
    }

    @Test
    void filesReadFromTheirOwnDescriptorHoweverOftenNumbersAreUsedAgain() throws Exception {
        Path first = Files.writeString(folder.resolve("first"), "1".repeat(4096));
        Path second = Files.writeString(folder.resolve("second"), "2".repeat(4096));
        for (int round = 0; round < ROUNDS; round++) {
            File one = loop.openFile(first).await();
            Buffer old = Buffer.allocate(4096);
            CompletableFuture<Integer> read = one.read(old, 0).future();
            CompletableFuture<Void> closed = one.closeAsync();
            File two = loop.openFile(second).await();
            Buffer fresh = Buffer.allocate(4096);
            assertThat(two.readFully(fresh, 0, 4096, 0).await()).isEqualTo(4096);
            assertThat(fresh.get(0)).isEqualTo((byte) '2');
            closed.get();
            assertThat(read).isDone();
            if (!read.isCompletedExceptionally()) {
                assertThat(old.get(4095)).isEqualTo((byte) '1');
            }
            two.close();
        }
    }

    @Test
    void aSecondCloseLeavesTheNextOwnerOfTheNumberAlone() throws Exception {
        Path path = Files.writeString(folder.resolve("file"), "text");
        File first;
        int number;
        File second;
        do { // again, where the JVM has opened or closed a descriptor meanwhile, as it does
            first = loop.openFile(path).await();
            number = first.number();
            first.close();
            second = loop.openFile(path).await();
        } while (second.number() != number);
        first.close();
        first.closeAsync().get();
        assertThat(second.read(Buffer.allocate(8), 0).await()).isEqualTo(4);
    }

    @Test
    void closingTwiceAtOnceClosesOnce() throws Exception {
        Pair pair = connected();
        CompletableFuture<Integer> receive =
                pair.server().receive(Buffer.allocate(8)).future();
        CompletableFuture<Void> one = pair.server().closeAsync();
        CompletableFuture<Void> two = pair.server().closeAsync();
        one.get();
        two.get();
        pair.server().close();
        assertThatThrownBy(receive::get).hasCauseInstanceOf(AsynchronousCloseException.class);
    }
}

package io.ferrule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.ferrule.driver.OperationKind;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.WeakReference;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How requests begin, end and are used again, whatever they are for. */
class RequestTest extends LoopContract {
    private static final Path ZERO = Path.of("/dev/zero");

    private final Buffer buffer = Buffer.allocate(8);

    /** Two ends between which nothing is sent, so that receiving takes until it is cancelled. */
    private Pair silent;

    private File zero;

    @BeforeEach
    void open() throws IOException {
        silent = connected();
        zero = loop.openFile(ZERO).await();
    }

    private Transfer endless() {
        return silent.client().receive(buffer);
    }

    private static Throwable failure(CompletableFuture<?> future) {
        try {
            future.get();
            return new AssertionError("did not fail");
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (InterruptedException e) {
            return e;
        }
    }

    /** What a callback was told. */
    private record Told(int bytes, @Nullable IOException error) {}

    private static TransferCallback to(CompletableFuture<Told> told) {
        return (bytes, error) -> told.complete(new Told(bytes, error));
    }

    // ---- beginning ----

    @Test
    void isBegunOnce() throws Exception {
        Transfer read = zero.read(buffer, 0);
        assertThat(read.await()).isEqualTo(8);
        assertThatIllegalStateException().isThrownBy(read::await).withMessageContaining("begun once");
        assertThatIllegalStateException().isThrownBy(read::future).withMessageContaining("begun once");
    }

    @Test
    void ofSeveralThreadsThatBeginItOneDoes() throws Exception {
        for (int run = 0; run < 200; run++) {
            Transfer write = zero.write(buffer, 0, 8, 0);
            AtomicInteger begun = new AtomicInteger();
            CountDownLatch together = new CountDownLatch(1);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                threads.add(Thread.startVirtualThread(() -> {
                    try {
                        together.await();
                        write.future();
                        begun.incrementAndGet();
                    } catch (InterruptedException | IllegalStateException e) {
                        // another was first
                    }
                }));
            }
            together.countDown();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(begun).hasValue(1);
        }
        settle();
    }

    @Test
    void whatCouldNotBeginCanBeBegunLater() throws Exception {
        CompletableFuture<Integer> first = endless().future();
        Transfer second = zero.read(buffer, 0);
        assertThatIllegalStateException().isThrownBy(second::await).withMessageContaining("a request is filling it");
        assertThatIllegalStateException().isThrownBy(second::future).withMessageContaining("a request is filling it");
        first.cancel(true);
        assertThat(failure(first)).isInstanceOf(OperationCancelledException.class);
        assertThat(second.future().get()).isEqualTo(8);
    }

    @Test
    void aCallbackBelongsToTheLoopsThread() throws Exception {
        Transfer read = zero.read(buffer, 0);
        assertThatExceptionOfType(WrongThreadException.class)
                .isThrownBy(() -> read.start((bytes, error) -> {}))
                .withMessageContaining("await() or future()");
        assertThat(read.await()).isEqualTo(8);
    }

    @Test
    void aCallbackIsNeeded() throws Exception {
        onLoop(() -> assertThatNullPointerException()
                .isThrownBy(() -> zero.read(buffer, 0).start(null)));
        onLoop(() -> assertThatNullPointerException()
                .isThrownBy(() -> loop.openFile(ZERO).start(null)));
    }

    @Test
    void awaitIsRefusedWithinACallbackWhereFutureIsNot() throws Exception {
        Transfer read = zero.read(buffer, 0);
        CompletableFuture<Integer> future = onLoop(() -> {
            assertThatIllegalStateException().isThrownBy(read::await).withMessageContaining("within a callback");
            return read.future();
        });
        assertThat(future.get()).isEqualTo(8);
    }

    @Test
    void onAHandleThatClosesBeforeItBeginsItFails() throws Exception {
        Transfer read = zero.read(buffer, 0);
        zero.close();
        assertThatExceptionOfType(AsynchronousCloseException.class).isThrownBy(read::await);
        assertThat(buffer.isInFlight()).isFalse();
    }

    @Test
    void aCallbackIsNeverCalledByStart() throws Exception {
        CompletableFuture<Told> told = new CompletableFuture<>();
        onLoop(() -> {
            Transfer read = zero.read(buffer, 0);
            zero.closeAsync();
            long ticket = read.start(to(told));
            assertThat(told).isNotDone();
            assertThat(loop.cancel(ticket)).isTrue();
            return null;
        });
        assertThat(told.get().error()).isInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void whatIsThrownWhilePreparingFailsTheRequestAlone() throws Exception {
        Task<Void> task = new Task<>(loop, OperationKind.NOP, null, "nothing") {
            @Override
            void prepare() {
                throw new IllegalArgumentException("not prepared for this");
            }
        };
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(task::await)
                .withMessageContaining("not prepared for this")
                .withCauseInstanceOf(IllegalArgumentException.class);
        assertThat(zero.read(buffer, 0).await()).isEqualTo(8);
    }

    @Test
    void whatIsThrownWhileMakingAResultFailsTheRequestAlone() throws Exception {
        Task<String> task = new Task<>(loop, OperationKind.NOP, null, "nothing") {
            @Override
            String value(int result) {
                throw new IllegalArgumentException("no such value");
            }
        };
        assertThatExceptionOfType(IOException.class).isThrownBy(task::await).withMessageContaining("no such value");
        assertThat(zero.read(buffer, 0).await()).isEqualTo(8);
    }

    // ---- many ----

    @Test
    void moreCanBeginAtOnceThanTheDriverTakesAtOnce() throws Exception {
        try (Loop small = Loop.start(options().entries(1))) {
            File file = small.openFile(ZERO).await();
            int many = 5_000;
            CountDownLatch over = new CountDownLatch(many);
            AtomicInteger good = new AtomicInteger();
            on(small, () -> {
                for (int i = 0; i < many; i++) {
                    file.read(Buffer.allocate(1), 0).start((bytes, error) -> {
                        good.addAndGet(error == null ? bytes : 0);
                        over.countDown();
                    });
                }
                return null;
            });
            over.await();
            assertThat(good).hasValue(many);
        }
    }

    // ---- cancelling ----

    @Test
    void cancellingAFutureEndsItWhenTheKernelSaysSo() {
        CompletableFuture<Integer> future = endless().future();
        assertThat(future.cancel(true)).isTrue();
        assertThat(failure(future)).isInstanceOf(OperationCancelledException.class);
        assertThat(buffer.isInFlight()).isFalse();
        assertThat(future.cancel(true)).isFalse();
    }

    @Test
    void whatIsCancelledBeforeTheLoopHasSeenItIsCancelled() throws Exception {
        CompletableFuture<Integer> future = onLoop(() -> {
            CompletableFuture<CompletableFuture<Integer>> begun = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> begun.complete(endless().future())).join();
            begun.join().cancel(true);
            return begun.join();
        });
        assertThat(failure(future)).isInstanceOf(OperationCancelledException.class);
    }

    @Test
    void aTransferWithAFutureServesForNoOther() throws Exception {
        Transfer[] kept = new Transfer[1];
        CompletableFuture<Integer> over = onLoop(() -> {
            kept[0] = zero.read(buffer, 0);
            return kept[0].future();
        });
        over.get();
        onLoop(() -> {
            for (int i = 0; i < 100; i++) {
                assertThat(zero.read(buffer, 0)).isNotSameAs(kept[0]);
            }
            return null;
        });
    }

    @Test
    void futuresOnTheLoopsThreadLeaveNothingBehind() throws Exception {
        onLoop(() -> zero.read(buffer, 0).future()).get();
        int before = onLoop(() -> loop.transfers().slotsUsed());
        for (int i = 0; i < 100; i++) {
            onLoop(() -> zero.read(buffer, 0).future()).get();
        }
        assertThat(onLoop(() -> loop.transfers().slotsUsed())).isEqualTo(before);
    }

    @Test
    void whatIsDescribedAndNeverBegunLeavesNothingBehind() throws Exception {
        onLoop(() -> zero.read(buffer, 0).start((bytes, error) -> {}));
        while (buffer.isInFlight()) {
            settle();
        }
        int before = onLoop(() -> loop.transfers().slotsUsed());
        WeakReference<Transfer> forgotten = onLoop(() -> new WeakReference<>(zero.read(buffer, 0)));
        for (int i = 0; i < 100; i++) {
            onLoop(() -> zero.read(buffer, 0));
            CompletableFuture<Told> told = new CompletableFuture<>();
            onLoop(() -> zero.read(buffer, 0).start(to(told)));
            told.get();
        }
        assertThat(onLoop(() -> loop.transfers().slotsUsed())).isEqualTo(before);
        while (forgotten.get() != null) {
            System.gc(); // the test has a time limit
        }
    }

    @Test
    void whatWasRefusedWhenItWasToBeginLeavesTheNextAlone() throws Exception {
        CompletableFuture<Integer> first = endless().future();
        settle();
        onLoop(() -> {
            for (int i = 0; i < 3; i++) { // for the buffer is in use
                assertThatIllegalStateException()
                        .isThrownBy(() -> zero.read(buffer, 0).start((bytes, error) -> {}));
            }
            return null;
        });
        Transfer wrongThread = onLoop(() -> zero.read(buffer, 0));
        assertThatExceptionOfType(WrongThreadException.class).isThrownBy(() -> wrongThread.start((bytes, error) -> {}));
        first.cancel(true);
        assertThat(failure(first)).isInstanceOf(OperationCancelledException.class);
        for (int i = 0; i < 5; i++) {
            CompletableFuture<Told> told = new CompletableFuture<>();
            onLoop(() -> zero.read(buffer, 0).start(to(told)));
            assertThat(told.get().bytes()).isEqualTo(8);
        }
        assertThat(wrongThread.await()).as("it could still begin").isEqualTo(8);
    }

    @Test
    void whatWasDescribedWrongLeavesTheNextAlone() throws Exception {
        CompletableFuture<Told> told = new CompletableFuture<>();
        onLoop(() -> {
            for (int i = 0; i < 3; i++) {
                assertThatExceptionOfType(IndexOutOfBoundsException.class)
                        .isThrownBy(() -> silent.client().receive(buffer, 4, 8));
            }
            return zero.read(buffer, 0).start(to(told));
        });
        assertThat(told.get().bytes()).isEqualTo(8);
    }

    @Test
    void aTransferThatIsAwaitedOnTheLoopsOwnThreadServesForTheNext() throws IOException {
        try (Loop own = Loop.open(options())) {
            File file = own.openFile(ZERO).await();
            Transfer first = file.read(buffer, 0);
            first.await();
            assertThat(file.read(buffer, 0)).isSameAs(first);
        }
    }

    @Test
    void aZeroCopySendThatIsOverCannotBeCancelled() throws Exception {
        CompletableFuture<Long> ticket = new CompletableFuture<>();
        CompletableFuture<Told> told = new CompletableFuture<>();
        onLoop(() -> ticket.complete(silent.client().sendZeroCopy(buffer, 0, 8).start(to(told))));
        told.get();
        assertThat(onLoop(() -> loop.cancel(ticket.get()))).isFalse();
    }

    // ---- half-way ----

    @Test
    void oneThatIsCancelledHalfwayKnowsHowManyBytesItMoved() throws Exception {
        MemorySegment memory = Arena.ofAuto().allocate(8);
        Transfer all = silent.client().receiveFully(Buffer.wrap(memory), 0, 8);
        CompletableFuture<Integer> future = all.future();
        send(silent.server(), "abc");
        while (memory.get(ValueLayout.JAVA_BYTE, 2) != 'c') {
            Thread.onSpinWait();
        }
        future.cancel(true);
        assertThat(failure(future)).isInstanceOf(OperationCancelledException.class);
        assertThat(all.moved()).isEqualTo(3);
    }

    @Test
    void oneThatTheStreamEndsHalfwayKnowsHowManyBytesItMoved() throws Exception {
        send(silent.server(), "abc");
        silent.server().close();
        Transfer all = silent.client().receiveFully(buffer, 0, 8);
        assertThatExceptionOfType(EOFException.class).isThrownBy(all::await);
        assertThat(all.moved()).isEqualTo(3);
    }

    @Test
    void oneWhoseTimeIsUpHalfwayTellsSoInTheExceptionToo() throws Exception {
        send(silent.server(), "abc");
        Transfer awaited = silent.client().receiveFully(buffer, 0, 8).within(Duration.ofMillis(20));
        assertThatExceptionOfType(SocketTimeoutException.class)
                .isThrownBy(awaited::await)
                .satisfies(e -> assertThat(e.bytesTransferred).isEqualTo(awaited.moved()));
        int left = 3 - awaited.moved();
        Transfer future = silent.client().receiveFully(buffer, 0, 8).within(Duration.ofMillis(20));
        assertThat(failure(future.future()))
                .isInstanceOfSatisfying(
                        SocketTimeoutException.class,
                        e -> assertThat(e.bytesTransferred).isEqualTo(future.moved()));
        assertThat(future.moved()).isLessThanOrEqualTo(left);
    }

    @Test
    void oneThatFailedOnTheLoopsOwnThreadKnowsItStillWhenOthersHaveComeAfterIt(@TempDir Path folder) throws Exception {
        try (Loop own = Loop.open(options())) {
            File file = own.openFile(Files.writeString(folder.resolve("short"), "abc"))
                    .await();
            Transfer all = file.readFully(buffer, 0, 8, 0);
            assertThatExceptionOfType(EOFException.class).isThrownBy(all::await);
            for (int i = 0; i < 3; i++) {
                assertThat(file.read(buffer, 0, 1, 0).await()).isOne();
            }
            assertThat(all.moved()).isEqualTo(3);
        }
    }

    @Test
    void oneThatFailedAtOnceHasMovedNothing() throws Exception {
        Transfer refused = silent.client().receive(buffer);
        silent.client().close();
        assertThatExceptionOfType(AsynchronousCloseException.class).isThrownBy(refused::await);
        assertThat(refused.moved()).isZero();
    }

    @Test
    void aTransferWithACallbackServesForTheNext() throws Exception {
        Transfer first = onLoop(() -> {
            Transfer read = zero.read(buffer, 0);
            read.start((bytes, error) -> {});
            return read;
        });
        settle();
        while (buffer.isInFlight()) {
            settle();
        }
        assertThat(onLoop(() -> zero.read(buffer, 0))).isSameAs(first);
    }

    @Test
    void aTicketEndsItsTransfer() throws Exception {
        CompletableFuture<Told> told = new CompletableFuture<>();
        long ticket = onLoop(() -> endless().start(to(told)));
        assertThat(onLoop(() -> loop.cancel(ticket))).isTrue();
        assertThat(told.get().error()).isInstanceOf(OperationCancelledException.class);
        assertThat(onLoop(() -> loop.cancel(ticket))).isFalse();
    }

    @Test
    void aTicketThatIsUsedUpEndsNoOtherTransfer() throws Exception {
        CompletableFuture<Told> first = new CompletableFuture<>();
        long used = onLoop(() -> zero.read(buffer, 0).start(to(first)));
        assertThat(first.get().bytes()).isEqualTo(8);
        CompletableFuture<Told> second = new CompletableFuture<>();
        long fresh = onLoop(() -> endless().start(to(second)));
        assertThat(onLoop(() -> loop.cancel(used))).isFalse();
        settle();
        assertThat(second).isNotDone();
        assertThat(onLoop(() -> loop.cancel(fresh))).isTrue();
        second.get();
    }

    @Test
    void aTicketOfATransferThatAnotherThreadDescribedWorksToo() throws Exception {
        CompletableFuture<Told> told = new CompletableFuture<>();
        Transfer described = endless();
        long ticket = onLoop(() -> described.start(to(told)));
        assertThat(onLoop(() -> loop.cancel(ticket))).isTrue();
        told.get();
    }

    // ---- waiting ----

    @Test
    void aTimeLimitEndsIt() {
        assertThatExceptionOfType(SocketTimeoutException.class)
                .isThrownBy(() -> endless().within(Duration.ofMillis(5)).await())
                .withMessageContaining("5.0 ms");
        assertThat(buffer.isInFlight()).isFalse();
    }

    @Test
    void aTimeLimitIsMoreThanNothing() {
        Transfer read = zero.read(buffer, 0);
        assertThatIllegalArgumentException().isThrownBy(() -> read.within(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> read.within(Duration.ofSeconds(-1)));
        assertThatNullPointerException().isThrownBy(() -> read.within(null));
    }

    @Test
    void aTimeLimitMayBeAsLongAsTimeItself() throws Exception {
        assertThat(zero.read(buffer, 0)
                        .within(Duration.ofSeconds(Long.MAX_VALUE))
                        .await())
                .isEqualTo(8);
    }

    @Test
    void aTimeLimitComesBeforeTheBeginning() {
        Transfer read = endless();
        CompletableFuture<Integer> future = read.future();
        assertThatIllegalStateException().isThrownBy(() -> read.within(Duration.ofSeconds(1)));
        future.cancel(true);
    }

    @Test
    void anInterruptCancelsItAndStaysSet() throws Exception {
        CompletableFuture<Boolean> stayed = new CompletableFuture<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try {
                endless().await();
            } catch (OperationCancelledException e) {
                stayed.complete(Thread.currentThread().isInterrupted());
            } catch (IOException e) {
                stayed.completeExceptionally(e);
            }
        });
        while (!buffer.isInFlight()) {
            Thread.onSpinWait();
        }
        thread.interrupt();
        assertThat(stayed.get()).isTrue();
        assertThat(buffer.isInFlight()).isFalse();
    }

    @Test
    void anInterruptThatCameBeforeCancelsIt() throws Exception {
        Thread.currentThread().interrupt();
        assertThatExceptionOfType(OperationCancelledException.class)
                .isThrownBy(() -> endless().await());
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void closingTheHandleEndsIt() throws Exception {
        CompletableFuture<Integer> future = endless().future();
        silent.client().close();
        assertThat(failure(future)).isInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void closingTheLoopEndsIt() {
        CompletableFuture<Integer> future = endless().future();
        loop.close();
        assertThat(failure(future)).isInstanceOf(AsynchronousCloseException.class);
        assertThat(future.cancel(true)).isFalse();
        assertThat(buffer.isInFlight()).isFalse();
    }

    @Test
    void afterTheLoopIsClosedNoneBegins() {
        Transfer read = zero.read(buffer, 0);
        Task<File> open = loop.openFile(ZERO);
        loop.close();
        assertThatIllegalStateException().isThrownBy(read::await).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(read::future).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(open::await).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(open::future).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> zero.read(buffer, 0));
        assertThat(buffer.isInFlight()).isFalse();
    }
}

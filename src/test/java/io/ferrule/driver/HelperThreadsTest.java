package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Threads that wait in calls on behalf of the loop's thread. Pipes with nothing in them hold them for as long as a test wants. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HelperThreadsTest {
    private final Arena arena = Arena.ofShared();
    private final Semaphore woken = new Semaphore(0);
    private final Semaphore begun = new Semaphore(0);
    private final HelperThreads helpers = new HelperThreads(2, () -> new Announced(begun), woken::release);
    private final OperationQueue back = new OperationQueue();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    /** System calls that tell before they begin. */
    private record Announced(Semaphore begun, OperationCalls calls) implements OperationCalls {
        Announced(Semaphore begun) {
            this(begun, new Calls(false));
        }

        @Override
        public int perform(Operation operation) {
            begun.release();
            return calls.perform(operation);
        }

        @Override
        public int receive(int fd, long address, long length, int flags) {
            return calls.receive(fd, address, length, flags);
        }

        @Override
        public int poll(int fd, int events) {
            return calls.poll(fd, events);
        }

        @Override
        public void close() {
            calls.close();
        }
    }

    @AfterEach
    void closeAll() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close(); // the writer goes first, which ends the call of who reads
        }
        helpers.close();
        arena.close();
    }

    private Pipe pipe() throws IOException {
        Pipe pipe = Pipe.open();
        opened.push(pipe.reader());
        opened.push(pipe.writer());
        return pipe;
    }

    private TestOperation reading(Pipe pipe) {
        return TestOperation.read(pipe.reader(), arena.allocate(8));
    }

    /** How many such threads there are in this process. */
    static long running() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().startsWith("ferrule-helper-"))
                .count();
    }

    /** Waits until as many have come back; in the order they did. */
    private List<Operation> takeBack(int count) throws InterruptedException {
        List<Operation> taken = new ArrayList<>();
        while (taken.size() < count) {
            woken.acquire();
            helpers.drainTo(back);
            for (Operation each = back.poll(); each != null; each = back.poll()) {
                taken.add(each);
            }
        }
        return taken;
    }

    @Test
    void whatIsHandedOverComesBackWithItsResult() throws Exception {
        Pipe pipe = pipe();
        pipe.write("hello");
        TestOperation read = reading(pipe);
        helpers.submit(read);
        assertThat(takeBack(1)).containsExactly(read);
        assertThat(read.outcome).isEqualTo(5);
    }

    @Test
    void noThreadIsStartedBeforeItIsNeeded() throws Exception {
        long before = running();
        assertThat(running()).isEqualTo(before);
        TestOperation nothing = new TestOperation(OperationKind.NOP);
        for (int i = 0; i < 100; i++) {
            helpers.submit(nothing);
            takeBack(1);
        }
        assertThat(running()).isEqualTo(before + 1);
    }

    @Test
    void asManyWaitAtOnceAsThereMayBe() throws Exception {
        Pipe one = pipe();
        Pipe two = pipe();
        TestOperation first = reading(one);
        TestOperation second = reading(two);
        helpers.submit(first);
        helpers.submit(second);
        two.write("2");
        assertThat(takeBack(1)).containsExactly(second);
        one.write("1");
        assertThat(takeBack(1)).containsExactly(first);
    }

    @Test
    void beyondThatTheyQueueInOrder() throws Exception {
        Pipe[] pipes = {pipe(), pipe()};
        TestOperation[] waiting = {reading(pipes[0]), reading(pipes[1])};
        TestOperation[] queued = {new TestOperation(OperationKind.NOP), new TestOperation(OperationKind.NOP)};
        for (TestOperation each : waiting) {
            helpers.submit(each);
        }
        for (TestOperation each : queued) {
            helpers.submit(each);
        }
        pipes[0].write("go on");
        assertThat(takeBack(3)).containsExactly(waiting[0], queued[0], queued[1]);
    }

    @Test
    void whatNoThreadHasBegunCanBeWithdrawn() throws Exception {
        Pipe one = pipe();
        Pipe two = pipe();
        TestOperation first = reading(one);
        TestOperation second = reading(two);
        TestOperation queued = new TestOperation(OperationKind.NOP);
        helpers.submit(first);
        helpers.submit(second);
        helpers.submit(queued);
        assertThat(helpers.withdraw(queued)).isTrue();
        one.write("1");
        two.write("2");
        assertThat(takeBack(2)).containsExactlyInAnyOrder(first, second);
        assertThat(helpers.withdraw(first)).isFalse();
    }

    @Test
    void theThreadsEndWithIt() throws Exception {
        long before = running();
        helpers.submit(new TestOperation(OperationKind.NOP));
        takeBack(1);
        helpers.close();
        assertThat(running()).isEqualTo(before);
    }

    @Test
    void closeWaitsForWhatHasBegun() throws Exception {
        Pipe pipe = pipe();
        TestOperation read = reading(pipe);
        helpers.submit(read);
        begun.acquire();
        Thread closing = Thread.ofPlatform().start(helpers::close);
        while (closing.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        pipe.write("x");
        closing.join();
        assertThat(takeBack(1)).containsExactly(read);
    }

    @Test
    void thereIsOneAtLeast() {
        assertThatThrownBy(() -> new HelperThreads(0, () -> new Calls(false), () -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("there must be a helper thread at least, not 0");
    }

    @Test
    void manyComeBackOnceEach() throws Exception {
        int count = 20_000;
        TestOperation[] all = new TestOperation[count];
        for (int i = 0; i < count; i++) {
            all[i] = new TestOperation(OperationKind.NOP);
            helpers.submit(all[i]);
        }
        assertThat(takeBack(count)).containsExactlyInAnyOrder(all);
    }
}

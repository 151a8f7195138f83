package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.driver.TestOperation.Completion;
import io.ferrule.sys.Errno;
import io.ferrule.sys.Fd;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Operations that complete many times, and buffers that are taken when data has come. */
class MultishotTest extends DriverContract {
    private static final int SIZE = 16;

    private MemorySegment memory;

    private BufferGroup group(int count) throws IOException {
        memory = arena.allocate((long) count * SIZE, 4096);
        return driver.group(memory, count, SIZE);
    }

    private String text(Completion completion) {
        return text(memory.asSlice((long) completion.buffer() * SIZE), completion.result());
    }

    @Test
    void eachConnectionIsACompletion() throws IOException {
        Fd listener = listener();
        TestOperation accept =
                start(TestOperation.of(OperationKind.ACCEPT, listener).multishot());
        for (int i = 1; i <= 3; i++) {
            int count = i;
            connecting(listener);
            turnUntil(() -> accept.completions().size() == count);
        }
        driver.cancel(accept);
        assertThat(await(accept)).isEqualTo(error(Errno.ECANCELED));
        assertThat(accept.completions()).hasSize(4);
        accept.completions().subList(0, 3).forEach(each -> descriptor(each.result()));
    }

    @Test
    void connectionsThatAreThereAlreadyAreCompletionsToo() throws IOException {
        Fd listener = listener();
        await(connecting(listener), connecting(listener));
        TestOperation accept =
                start(TestOperation.of(OperationKind.ACCEPT, listener).multishot());
        turnUntil(() -> accept.completions().size() == 2);
        assertThat(accept.completions()).allMatch(Completion::hasMore);
        accept.completions().forEach(each -> descriptor(each.result()));
    }

    @Test
    void nothingCompletesWithinStart() throws IOException {
        Pipe sockets = sockets();
        sockets.write("there already");
        TestOperation receive = TestOperation.of(OperationKind.RECEIVE, sockets.reader())
                .into(group(4))
                .multishot();
        start(receive);
        assertThat(receive.completions()).isEmpty();
        turnUntil(() -> !receive.completions().isEmpty());
        assertThat(text(receive.completions().getFirst())).isEqualTo("there already");
    }

    @Test
    void eachPieceComesInABufferOfItsOwn() throws IOException {
        Pipe sockets = sockets();
        TestOperation receive = start(TestOperation.of(OperationKind.RECEIVE, sockets.reader())
                .into(group(4))
                .multishot());
        for (String piece : List.of("one", "two", "three")) {
            int before = receive.completions().size();
            sockets.write(piece);
            turnUntil(() -> receive.completions().size() > before);
        }
        assertThat(receive.completions()).allMatch(each -> each.hasMore() && each.hasBuffer());
        assertThat(receive.completions()).extracting(this::text).containsExactly("one", "two", "three");
        assertThat(receive.completions()).extracting(Completion::buffer).doesNotHaveDuplicates();
    }

    @Test
    void theEndOfTheStreamEndsIt() throws IOException {
        Pipe sockets = sockets();
        TestOperation receive = start(TestOperation.of(OperationKind.RECEIVE, sockets.reader())
                .into(group(4))
                .multishot());
        sockets.write("last");
        sockets.writer().close();
        assertThat(await(receive)).isZero();
        assertThat(receive.completions()).hasSize(2);
        assertThat(receive.completions().getLast().hasBuffer()).isFalse();
    }

    @Test
    void withoutAFreeBufferItEndsAndNothingIsLost() throws IOException {
        Pipe sockets = sockets();
        BufferGroup group = group(2);
        TestOperation receive = TestOperation.of(OperationKind.RECEIVE, sockets.reader())
                .into(group)
                .multishot();
        start(receive);
        sockets.write("0123456789abcdef" + "0123456789ABCDEF" + "more");
        assertThat(await(receive)).isEqualTo(error(Errno.ENOBUFS));
        assertThat(receive.completions()).hasSize(3);
        assertThat(text(receive.completions().get(1))).isEqualTo("0123456789ABCDEF");
        assertThat(receive.completions().getLast().hasBuffer()).isFalse();
        receive.completions().subList(0, 2).forEach(each -> group.giveBack(each.buffer()));
        start(receive.again());
        turnUntil(() -> !receive.completions().isEmpty());
        assertThat(text(receive.completions().getFirst())).isEqualTo("more");
    }

    @Test
    void aBufferGivenBackIsTakenAgain() throws IOException {
        Pipe sockets = sockets();
        BufferGroup group = group(1);
        TestOperation receive =
                TestOperation.of(OperationKind.RECEIVE, sockets.reader()).into(group);
        for (String piece : List.of("one", "two", "three")) {
            sockets.write(piece);
            result(receive.again());
            assertThat(text(receive.completions().getLast())).isEqualTo(piece);
            group.giveBack(receive.completions().getLast().buffer());
        }
    }

    @Test
    void oneShotTakesItsBufferWhenDataHasCome() throws IOException {
        Pipe one = sockets();
        Pipe other = sockets();
        BufferGroup group = group(1);
        TestOperation waiting =
                start(TestOperation.of(OperationKind.RECEIVE, one.reader()).into(group));
        turnUntilQuiet();
        other.write("first");
        TestOperation receive =
                TestOperation.of(OperationKind.RECEIVE, other.reader()).into(group);
        assertThat(result(receive)).isEqualTo(5);
        assertThat(waiting.isDone()).isFalse();
        group.giveBack(receive.completions().getFirst().buffer());
        one.write("second");
        assertThat(await(waiting)).isEqualTo(6);
        assertThat(text(waiting.completions().getFirst())).isEqualTo("second");
    }

    @Test
    void allThatIsThereComes() throws IOException {
        int count = 100;
        Fd receiver = socket(LibC.AF_INET(), LibC.SOCK_DGRAM());
        assertThat(perform(TestOperation.of(OperationKind.BIND, receiver, loopback())))
                .isZero();
        Fd sender = socket(LibC.AF_INET(), LibC.SOCK_DGRAM());
        await(start(TestOperation.of(OperationKind.CONNECT, sender, address(receiver))));
        for (int i = 0; i < count; i++) {
            Pipe.write(sender, "" + i);
        }
        TestOperation receive = start(TestOperation.of(OperationKind.RECEIVE, receiver)
                .into(group(128))
                .multishot());
        turnUntil(() -> receive.completions().size() == count);
        assertThat(text(receive.completions().getFirst())).isEqualTo("0");
        assertThat(text(receive.completions().getLast())).isEqualTo("99");
    }

    @Test
    void itCanBeCancelledFromItsOwnCompletion() throws IOException {
        Pipe sockets = sockets();
        TestOperation receive = TestOperation.of(OperationKind.RECEIVE, sockets.reader())
                .into(group(8))
                .multishot();
        receive.andThen(() -> {
            if (receive.completions().size() == 1) {
                driver.cancel(receive);
            }
        });
        sockets.write("0123456789abcdef" + "0123456789ABCDEF");
        start(receive);
        assertThat(await(receive)).isEqualTo(error(Errno.ECANCELED));
        assertThat(receive.completions().getLast().hasBuffer()).isFalse();
    }

    @Test
    void whatIsQueuedBeforeItIsServedBeforeIt() throws IOException {
        assumeTrue(underTest.keepsOrder(), "io_uring serves waiting requests in an order of its own");
        Pipe sockets = sockets();
        MemorySegment first = arena.allocate(1);
        TestOperation one = TestOperation.receive(sockets.reader(), first);
        TestOperation many = TestOperation.of(OperationKind.RECEIVE, sockets.reader())
                .into(group(4))
                .multishot();
        many.andThen(() -> assertThat(one.isDone()).isTrue());
        start(one, many);
        turnUntilQuiet();
        sockets.write("abc");
        turnUntil(() -> !many.completions().isEmpty());
        assertThat(text(first, 1)).isEqualTo("a");
        assertThat(text(many.completions().getFirst())).isEqualTo("bc");
    }
}

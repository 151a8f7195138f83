package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.ferrule.sys.Fd;
import io.ferrule.testing.Descriptors;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

/** Closing descriptors, whose numbers come again, and the driver itself. */
class CloseTest extends DriverContract {
    private final MemorySegment buffer = arena.allocate(64);

    /** Closes a descriptor through the driver, and has another file get its number. */
    private Fd reuse(Fd closed, Fd other) throws IOException {
        int number = closed.release();
        assertThat(perform(TestOperation.of(OperationKind.CLOSE, Fd.borrow(number))))
                .isZero();
        Fd reused = keep(Pipe.duplicateAs(number, other));
        assertThat(perform(TestOperation.of(OperationKind.ADOPT, reused))).isZero();
        return reused;
    }

    @Test
    void aDescriptorIsClosedAtOnceOrWithinATurn() throws IOException {
        Pipe one = pipe();
        Pipe two = pipe();
        assertThat(perform(TestOperation.of(
                        OperationKind.CLOSE, Fd.borrow(one.writer().release()))))
                .isZero();
        assertThat(one.read()).isNull();
        assertThat(result(TestOperation.of(
                        OperationKind.CLOSE, Fd.borrow(two.writer().release()))))
                .isZero();
        assertThat(two.read()).isNull();
    }

    @Test
    void aReusedNumberSeesNoOldData() throws IOException {
        Pipe old = sockets();
        TestOperation cancelled = start(TestOperation.receive(old.reader(), buffer));
        turnUntilQuiet();
        driver.cancel(cancelled);
        await(cancelled);
        old.write("for the old one"); // an event, since the descriptor is still watched
        Pipe fresh = sockets();
        Fd reused = reuse(old.reader(), fresh.reader());
        TestOperation receive = start(TestOperation.receive(reused, buffer));
        turnUntilQuiet();
        assertThat(receive.isDone()).isFalse();
        fresh.write("new");
        assertThat(text(buffer, await(receive))).isEqualTo("new");
    }

    @Test
    void aReusedNumberSeesNoEventsOfADuplicateThatIsStillOpen() throws IOException {
        Pipe old = sockets();
        Fd duplicate = keep(Pipe.duplicate(old.reader()));
        TestOperation cancelled = start(TestOperation.receive(old.reader(), buffer));
        turnUntilQuiet();
        driver.cancel(cancelled);
        await(cancelled);
        Pipe fresh = sockets();
        Fd reused = reuse(old.reader(), fresh.reader());
        TestOperation receive = start(TestOperation.receive(reused, buffer));
        turnUntilQuiet();
        old.write("for the duplicate");
        long nanos = 1_000_000;
        long start = System.nanoTime();
        driver.turn(nanos);
        assertThat(System.nanoTime() - start).as("not woken").isGreaterThanOrEqualTo(nanos);
        assertThat(receive.isDone()).isFalse();
        assertThat(Pipe.read(duplicate)).isEqualTo("for the duplicate");
        fresh.write("new");
        assertThat(await(receive)).isEqualTo(3);
    }

    @Test
    void aNumberReusedBetweenTwoEventsOfOneWaitSeesNoneOfThem() throws IOException {
        Pipe one = sockets();
        Pipe two = sockets();
        Pipe fresh = sockets();
        MemorySegment other = arena.allocate(64);
        TestOperation[] late = new TestOperation[1];
        TestOperation cancelled = start(TestOperation.receive(two.reader(), other));
        TestOperation first = TestOperation.receive(one.reader(), buffer).andThen(() -> {
            try {
                late[0] = start(TestOperation.receive(reuse(two.reader(), fresh.reader()), other));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        start(first);
        turnUntilQuiet();
        driver.cancel(cancelled);
        await(cancelled);
        one.write("a");
        two.write("b");
        await(first);
        turnUntilQuiet();
        assertThat(late[0].isDone()).isFalse();
        fresh.write("new");
        assertThat(await(late[0])).isEqualTo(3);
    }

    @Test
    void manyDescriptorsComeAndGoUnderTheSameNumbers() throws IOException {
        need(OperationKind.SOCKET);
        for (int i = 0; i < 200; i++) {
            Pipe sockets = Pipe.sockets();
            perform(TestOperation.of(OperationKind.ADOPT, sockets.reader()));
            TestOperation receive = start(TestOperation.receive(sockets.reader(), buffer));
            driver.turn(0);
            assertThat(receive.isDone()).isFalse();
            sockets.write("" + i);
            assertThat(text(buffer, await(receive))).isEqualTo("" + i);
            perform(TestOperation.of(
                    OperationKind.CLOSE, Fd.borrow(sockets.reader().release())));
            sockets.writer().close();
        }
    }

    @Test
    void aSecondCloseDoesNothing() {
        driver.close();
        assertThatCode(driver::close).doesNotThrowAnyException();
    }

    @Test
    void aWakeUpAfterCloseDoesNothing() {
        driver.close();
        assertThatCode(driver::wakeUp).doesNotThrowAnyException();
    }

    @Test
    void nothingOfTheDriverStaysOpen() throws IOException {
        String inodes = "anon_inode:\\[(eventpoll|eventfd|io_uring)\\]";
        driver.close();
        long before = Descriptors.openTo(inodes);
        Driver another = underTest.open();
        assertThat(Descriptors.openTo(inodes)).isGreaterThan(before);
        another.close();
        assertThat(Descriptors.openTo(inodes)).isEqualTo(before);
    }
}

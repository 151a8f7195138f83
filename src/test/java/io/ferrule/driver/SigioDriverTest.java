package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.bindings.libc.rlimit;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SystemCall;
import io.ferrule.testing.Jvm;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Signals: that they are taken where they belong, that none is missed, and that nobody dies of one. */
@ParameterizedClass(name = "{0}")
@EnumSource(value = DriverUnderTest.class, names = "SIGIO")
class SigioDriverTest extends DriverTest {
    /** As in bits/resource.h: how many signals may be queued for the processes of a user. */
    private static final int RLIMIT_SIGPENDING = 11;

    /** What the JDK ends blocking calls with: SIGRTMAX - 2. */
    private static final int JDK_SIGNAL = 62;

    private final MemorySegment buffer = arena.allocate(64);

    /** Returns what it was. */
    private long limitQueue(long signals) {
        MemorySegment limit = rlimit.allocate(arena);
        MemorySegment before = rlimit.allocate(arena);
        assertThat(LibC.prlimit(0, RLIMIT_SIGPENDING, MemorySegment.NULL, before))
                .isZero();
        rlimit.rlim_cur(limit, signals);
        rlimit.rlim_max(limit, rlimit.rlim_max(before));
        assertThat(LibC.prlimit(0, RLIMIT_SIGPENDING, limit, MemorySegment.NULL))
                .isZero();
        return rlimit.rlim_cur(before);
    }

    /** A line of this thread's status, such as its signal mask. */
    private static long status(String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/thread-self/status")).stream()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line ->
                        Long.parseUnsignedLong(line.substring(name.length() + 1).strip(), 16))
                .findFirst()
                .orElseThrow();
    }

    private static boolean has(long mask, int signal) {
        return (mask & 1L << (signal - 1)) != 0;
    }

    private boolean sendsSignals(Fd fd) {
        return (SystemCall.invoke(SystemCall.FCNTL, fd.number(), LibC.F_GETFL(), 0) & LibC.O_ASYNC()) != 0;
    }

    private void everyOneOfManyIsServedWithRoomFor(int signals) throws IOException {
        int count = 100;
        List<Pipe> all = new ArrayList<>();
        List<TestOperation> reads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Pipe sockets = sockets();
            all.add(sockets);
            reads.add(start(TestOperation.receive(sockets.reader(), arena.allocate(8))));
        }
        turnUntilQuiet();
        // The queue has room for those of other processes of the user, and these.
        String queued = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigQ:"))
                .findFirst()
                .orElseThrow()
                .replaceAll("SigQ:\\s*|/.*", "");
        long before = limitQueue(signals == 0 ? 0 : Integer.parseInt(queued) + signals);
        try {
            for (int i = 0; i < count; i++) {
                all.get(i).write("no " + i);
            }
            for (int i = 0; i < count; i++) {
                await(reads.get(i));
            }
        } finally {
            limitQueue(before);
        }
        assertThat(reads).allMatch(each -> each.result() > 0);
        assertThat(driver.counters().overflows).isPositive();
    }

    @Test
    void nothingIsLostWhenTheQueueIsFull() throws IOException {
        everyOneOfManyIsServedWithRoomFor(10);
    }

    @Test
    void nothingIsLostWhenNothingCanBeQueued() throws IOException {
        everyOneOfManyIsServedWithRoomFor(0);
    }

    @Test
    void roomToWriteIsNotLostEither() throws IOException {
        Pipe sockets = sockets();
        long filled = fill(sockets.writer());
        TestOperation send = start(TestOperation.send(sockets.writer(), bytes("x")));
        turnUntilQuiet();
        long before = limitQueue(0);
        try {
            drain(sockets.reader(), filled);
            assertThat(await(send)).isEqualTo(1);
        } finally {
            limitQueue(before);
        }
    }

    @Test
    void whatIsWaitedForSendsSignalsUntilItIsClosed() throws IOException {
        Pipe sockets = sockets();
        Fd duplicate = keep(Pipe.duplicate(sockets.reader()));
        assertThat(sendsSignals(duplicate)).isFalse();
        TestOperation receive = start(TestOperation.receive(sockets.reader(), buffer));
        turnUntilQuiet();
        assertThat(sendsSignals(duplicate)).isTrue();
        sockets.write("x");
        await(receive);
        perform(TestOperation.of(OperationKind.CLOSE, Fd.borrow(sockets.reader().release())));
        assertThat(sendsSignals(duplicate)).isFalse();
    }

    @Test
    void afterCloseNothingSendsSignals() throws IOException {
        Pipe pipe = pipe();
        TestOperation read = start(TestOperation.read(pipe.reader(), buffer));
        turnUntilQuiet();
        driver.cancel(read);
        await(read);
        assertThat(sendsSignals(pipe.reader())).isTrue();
        driver.close();
        assertThat(sendsSignals(pipe.reader())).isFalse();
    }

    @Test
    void aSignalForANumberThatIsClosedIsDroppedAndCounted() throws IOException {
        Pipe sockets = sockets();
        TestOperation receive = start(TestOperation.receive(sockets.reader(), buffer));
        turnUntilQuiet();
        driver.cancel(receive);
        await(receive);
        sockets.write("x");
        perform(TestOperation.of(OperationKind.CLOSE, Fd.borrow(sockets.reader().release())));
        turnUntil(() -> driver.counters().stale > 0);
        assertThat(driver.counters().stale).isEqualTo(1);
    }

    @Test
    void itsSignalsAreBlockedInItsThreadAndNoneOfThemIsTheJdks() throws IOException {
        driver.close();
        long before = status("SigBlk");
        driver = underTest.open();
        long blocked = status("SigBlk") & ~before;
        assertThat(has(blocked, LibC.SIGIO())).isTrue();
        assertThat(has(blocked, JDK_SIGNAL)).isFalse();
        assertThat(Long.bitCount(blocked)).isEqualTo(2);
        driver.close();
        assertThat(status("SigBlk")).isEqualTo(before);
    }

    @Test
    void twoOfOneThreadTakeEachOthersSignals() throws IOException {
        Pipe ours = sockets();
        TestOperation receive = start(TestOperation.receive(ours.reader(), buffer));
        turnUntilQuiet();
        Driver another = underTest.open();
        try {
            ours.write("x");
            another.turn(0); // which finds the signal
            assertThat(driver.turn(FOR_EVER)).isEqualTo(1);
            assertThat(receive.result()).isEqualTo(1);
        } finally {
            another.close();
        }
        assertThat(has(status("SigBlk"), LibC.SIGIO()))
                .as("still blocked for the first")
                .isTrue();
        start(receive.again());
        ours.write("y");
        assertThat(await(receive)).isEqualTo(1);
    }

    @Test
    void whatIsLostIsLostForBothOfOneThread() throws IOException {
        Pipe ours = sockets();
        TestOperation receive = start(TestOperation.receive(ours.reader(), buffer));
        turnUntilQuiet();
        Driver another = underTest.open();
        long before = limitQueue(0);
        try {
            ours.write("x");
            another.turn(0);
        } finally {
            limitQueue(before);
            another.close();
        }
        assertThat(await(receive)).isEqualTo(1);
    }

    @Test
    @Tag("subprocess")
    void aSignalThatComesAfterCloseEndsNothing() throws Exception {
        Jvm.Result result = Jvm.onModulePath(LateSignal.class).run();
        assertThat(result.out()).as(result.toString()).isEqualTo("alive\n");
    }

    /** Closes a descriptor behind the driver's back, so that its duplicate goes on sending signals when the driver is closed. */
    static class LateSignal {
        public static void main(String[] args) throws IOException {
            Pipe pipe = Pipe.nonBlocking();
            Fd duplicate = Pipe.duplicate(pipe.reader());
            Driver driver = SigioDriver.open();
            Operation read = new Operation() {
                @Override
                protected void complete(int result, int flags) {}
            };
            read.kind = OperationKind.READ;
            read.fd = pipe.reader().number();
            read.address = Arena.global().allocate(1).address();
            read.length = 1;
            read.offset = -1;
            driver.start(read);
            driver.turn(0);
            pipe.reader().close();
            driver.cancel(read);
            driver.turn(0);
            driver.close();
            if ((SystemCall.invoke(SystemCall.FCNTL, duplicate.number(), LibC.F_GETFL(), 0) & LibC.O_ASYNC()) == 0) {
                throw new AssertionError("it sends no signals any more");
            }
            pipe.write("x");
            System.out.println("alive");
        }
    }
}

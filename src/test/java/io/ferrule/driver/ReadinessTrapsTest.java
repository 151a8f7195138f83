package io.ferrule.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ferrule.bindings.libc.LibC;
import io.ferrule.sys.Errno;
import io.ferrule.sys.EventFd;
import io.ferrule.sys.Fd;
import io.ferrule.sys.SystemCall;
import io.ferrule.testing.Pipe;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Where I/O models are known to lose an event, to tell the wrong one, or never to rest: on none of them a program notices. */
class ReadinessTrapsTest extends DriverContract {
    private static final int EAGAIN = error(Errno.EAGAIN);

    private final MemorySegment buffer = arena.allocate(64);

    private void adopt(Fd fd) {
        assertThat(perform(TestOperation.of(OperationKind.ADOPT, fd))).isZero();
    }

    @Test
    void aThousandIdleDescriptorsDoNotHideTheBusyOne() throws IOException {
        int count = 1000;
        List<TestOperation> idle = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            idle.add(start(TestOperation.read(pipe().reader(), buffer)));
        }
        Pipe busy = pipe();
        MemorySegment own = arena.allocate(8);
        TestOperation read = TestOperation.read(busy.reader(), own);
        for (int i = 0; i < 100; i++) {
            start(read.again());
            turnUntilQuiet();
            busy.write("no " + i);
            assertThat(text(own, await(read))).isEqualTo("no " + i);
        }
        assertThat(idle)
                .filteredOn(TestOperation::isDone)
                .extracting(TestOperation::result)
                .isEmpty();
    }

    @Test
    void whateverComesAndGoesTheRestIsServed() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Pipe> pipes = new ArrayList<>();
        List<TestOperation> reads = new ArrayList<>();
        for (int step = 0; step < 2000; step++) {
            int choice = random.nextInt(4);
            if (pipes.size() < 5 || (choice == 0 && pipes.size() < 150)) {
                Pipe pipe = pipe();
                pipes.add(pipe);
                reads.add(start(TestOperation.read(pipe.reader(), arena.allocate(1))));
            } else {
                int which = random.nextInt(pipes.size());
                TestOperation read = reads.get(which);
                if (choice == 1) {
                    driver.cancel(read);
                } else {
                    pipes.get(which).write("x");
                }
                int result = await(read);
                assertThat(result)
                        .as("step %d, seed %d", step, seed)
                        .isEqualTo(choice == 1 ? error(Errno.ECANCELED) : 1);
                if (choice == 3) {
                    start(read.again());
                    continue;
                }
                perform(TestOperation.of(
                        OperationKind.CLOSE, Fd.borrow(pipes.get(which).reader().release())));
                pipes.remove(which).writer().close();
                reads.remove(which);
            }
        }
        for (int i = 0; i < pipes.size(); i++) {
            pipes.get(i).write("x");
            assertThat(await(reads.get(i))).as("in the end, seed %d", seed).isEqualTo(1);
        }
    }

    @Test
    void bothOfTwoDuplicatesAreServed() throws IOException {
        Pipe sockets = sockets();
        Fd duplicate = keep(Pipe.duplicate(sockets.reader()));
        TestOperation one = start(TestOperation.receive(sockets.reader(), buffer));
        TestOperation other = start(TestOperation.receive(duplicate, arena.allocate(64)));
        turnUntilQuiet();
        sockets.write("x");
        turnUntil(() -> one.isDone() || other.isDone());
        sockets.write("y");
        await(one, other);
        assertThat(results(one, other)).containsExactly(1, 1);
    }

    @Test
    void aDuplicateIsServedAfterTheFirstIsClosed() throws IOException {
        Pipe sockets = sockets();
        Fd duplicate = keep(Pipe.duplicate(sockets.reader()));
        TestOperation one = start(TestOperation.receive(sockets.reader(), arena.allocate(64)));
        turnUntilQuiet();
        driver.cancel(one);
        await(one);
        TestOperation other = start(TestOperation.receive(duplicate, buffer));
        turnUntilQuiet();
        perform(TestOperation.of(OperationKind.CLOSE, Fd.borrow(sockets.reader().release())));
        sockets.write("x");
        assertThat(await(other)).isEqualTo(1);
    }

    @Test
    void toShutASocketDownEndsWhatWaitsOnThisSide() throws IOException {
        Pipe sockets = sockets();
        TestOperation receive = start(TestOperation.receive(sockets.reader(), buffer));
        turnUntilQuiet();
        assertThat(perform(TestOperation.of(OperationKind.SHUTDOWN, sockets.reader())
                        .flags(LibC.SHUT_RDWR())))
                .isZero();
        assertThat(await(receive)).isZero();
    }

    @Test
    void aFullStreamSocketThatEmptiesLetsTheSenderGoOn() throws IOException {
        Pipe sockets = sockets();
        long filled = fill(sockets.writer());
        TestOperation send = start(TestOperation.send(sockets.writer(), bytes("x")));
        turnUntilQuiet();
        assertThat(send.isDone()).isFalse();
        drain(sockets.reader(), filled);
        assertThat(await(send)).isEqualTo(1);
    }

    @Test
    void aFullTcpConnectionThatEmptiesLetsTheSenderGoOn() throws IOException {
        Fd listener = listener();
        TestOperation connect = connecting(listener);
        Fd server = descriptor(result(TestOperation.of(OperationKind.ACCEPT, listener)));
        await(connect);
        long filled = fill(server);
        TestOperation send = start(TestOperation.send(server, bytes("x")));
        turnUntilQuiet();
        while (send.isDone()) { // the kernel has found room after all
            filled += 1 + fill(server);
            start(send.again());
            turnUntilQuiet();
        }
        assertThat(send.isDone()).isFalse();
        drain(Fd.borrow(connect.fd), filled);
        assertThat(await(send)).isEqualTo(1);
    }

    /** The sender is refused because the receiver's queue is full, not its own buffer. */
    @Test
    void aDatagramSocketThatWaitsForTheOtherSideGoesOn() throws IOException {
        assumeTrue(
                underTest != DriverUnderTest.URING,
                "io_uring (Linux 6.18) sends an empty datagram where it was refused at first, and reports 0 bytes");
        Fd receiver = socket(LibC.AF_UNIX(), LibC.SOCK_DGRAM());
        // Without a name: the kernel finds one.
        MemorySegment family = arena.allocateFrom(ValueLayout.JAVA_SHORT, (short) LibC.AF_UNIX());
        assertThat(perform(TestOperation.of(OperationKind.BIND, receiver, family)))
                .isZero();
        Fd sender = socket(LibC.AF_UNIX(), LibC.SOCK_DGRAM());
        assertThat(result(TestOperation.of(OperationKind.CONNECT, sender, address(receiver))))
                .isZero();
        int sent = fillUnseen(sender, bytes("datagram"));
        TestOperation send = start(TestOperation.send(sender, bytes("datagram")));
        turnUntilQuiet();
        assertThat(send.isDone()).isFalse();
        for (int i = 0; i < sent; i++) {
            assertThat(Pipe.read(receiver)).isEqualTo("datagram");
        }
        assertThat(await(send)).isEqualTo(8);
    }

    /** Writes until the descriptor takes no more, behind the driver's back. Returns how many times. */
    private static int fillUnseen(Fd fd, MemorySegment bytes) {
        int written = 0;
        for (; ; ) {
            int result = SystemCall.invoke(
                    SystemCall.SENDTO, fd.number(), bytes.address(), bytes.byteSize(), LibC.MSG_DONTWAIT(), 0, 0);
            if (result < 0) {
                assertThat(result).isEqualTo(EAGAIN);
                return written;
            }
            written++;
        }
    }

    @Test
    void pollingForRoomInAFullSocketIsTold() throws IOException {
        Pipe sockets = sockets();
        MemorySegment piece = arena.allocate(1024);
        int pieces = fillUnseen(sockets.writer(), piece);
        TestOperation poll = start(TestOperation.poll(sockets.writer(), LibC.POLLOUT()));
        turnUntilQuiet();
        assertThat(poll.isDone()).isFalse();
        drain(sockets.reader(), pieces * piece.byteSize());
        assertThat(await(poll)).isEqualTo(LibC.POLLOUT());
    }

    @Test
    void whoPollsBesideOneThatReceivesIsToldToo() throws IOException {
        Pipe sockets = sockets();
        long filled = fill(sockets.writer());
        TestOperation receive = start(TestOperation.receive(sockets.writer(), buffer));
        turnUntilQuiet();
        TestOperation poll = start(TestOperation.poll(sockets.writer(), LibC.POLLOUT()));
        turnUntilQuiet();
        drain(sockets.reader(), filled);
        assertThat(await(poll)).isEqualTo(LibC.POLLOUT());
        Pipe.write(sockets.reader(), "x");
        assertThat(await(receive)).isEqualTo(1);
    }

    @Test
    void anEventfdIsWaitedFor() throws IOException {
        need(OperationKind.POLL);
        EventFd counter = keep(EventFd.open(LibC.EFD_NONBLOCK()));
        adopt(counter.fd());
        for (int i = 0; i < 3; i++) {
            TestOperation read = start(TestOperation.read(counter.fd(), buffer.asSlice(0, Long.BYTES)));
            turnUntilQuiet();
            assertThat(read.isDone()).isFalse();
            counter.signal();
            assertThat(await(read)).isEqualTo(Long.BYTES);
        }
    }

    @Test
    void aHangUpAloneIsWaitedForWhileThereIsSomethingToRead() throws IOException {
        Pipe sockets = sockets();
        sockets.write("nobody reads this");
        TestOperation poll = start(TestOperation.poll(sockets.reader(), 0));
        turnUntilQuiet();
        long nanos = 30_000_000;
        long start = System.nanoTime();
        driver.turn(nanos);
        assertThat(System.nanoTime() - start).as("rests meanwhile").isGreaterThanOrEqualTo(nanos);
        assertThat(poll.isDone()).isFalse();
        sockets.writer().close();
        assertThat(await(poll) & LibC.POLLHUP()).isEqualTo(LibC.POLLHUP());
    }

    @Test
    void urgentDataIsToldToThoseWhoPollForIt() throws IOException {
        assumeTrue(
                underTest != DriverUnderTest.URING,
                "io_uring does not look at POLLPRI when it is woken: alone, it is not told of what comes later");
        Fd listener = listener();
        TestOperation connect = connecting(listener);
        Fd server = descriptor(result(TestOperation.of(OperationKind.ACCEPT, listener)));
        await(connect);
        TestOperation poll = start(TestOperation.poll(server, LibC.POLLPRI()));
        turnUntilQuiet();
        int sent = SystemCall.invoke(SystemCall.SENDTO, connect.fd, bytes("!").address(), 1, LibC.MSG_OOB(), 0, 0);
        assertThat(sent).isEqualTo(1);
        assertThat(await(poll)).isEqualTo(LibC.POLLPRI());
    }

    @Test
    void whatSomebodyElseHasClosedFails() throws IOException {
        assumeTrue(
                switch (underTest) {
                    case SELECT, POLL, NONBLOCKING -> true;
                    default -> false;
                },
                () -> driver.name() + " is not told of it");
        Pipe closed = pipe();
        Pipe other = pipe();
        TestOperation bad = start(TestOperation.read(closed.reader(), buffer));
        TestOperation good = start(TestOperation.read(other.reader(), arena.allocate(8)));
        turnUntilQuiet();
        closed.reader().close();
        assertThat(await(bad)).isEqualTo(error(Errno.EBADF));
        other.write("x");
        assertThat(await(good)).isEqualTo(1);
    }
}
